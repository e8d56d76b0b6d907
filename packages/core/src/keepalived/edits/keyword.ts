import type { ConfigEditOf } from "../edit.ts";
import type { EditContext } from "./locate.ts";
import { findBlock, findInstance, statementsIn } from "./locate.ts";
import type { LocatedBlock, Outcome } from "./patch.ts";
import { patched, refuse, removal, replaceValues } from "./patch.ts";
import { indentInside, insertAtEnd, styleOf, writeSetting, writeWord } from "./style.ts";

export const setPriority = (context: EditContext, edit: ConfigEditOf<"setPriority">): Outcome => {
  const instance = findInstance(context, edit.instance);
  if (instance.kind === "refused") return instance;
  return setIn(context, instance, { keyword: "priority", values: [String(edit.priority)] });
};

export const setKeyword = (context: EditContext, edit: ConfigEditOf<"setKeyword">): Outcome => {
  const found = findBlock(context, edit.block);
  if (found.kind === "refused") return found;
  return setIn(context, found.inside, { keyword: edit.keyword, values: edit.values });
};

/** Sets, adds or (values null) removes one keyword of a block. A keyword that stands there twice is not guessed at. */
const setIn = (
  context: EditContext,
  inside: LocatedBlock | undefined,
  setting: { keyword: string; values: readonly string[] | null },
): Outcome => {
  const { tree } = context;
  const { keyword, values } = setting;
  const [present, second] = statementsIn(context, keyword, inside);
  if (second !== undefined) {
    const line = second.section.line + second.statement.line + 1;
    return refuse("target-ambiguous", `${keyword} stands there more than once`, line);
  }
  if (present?.statement.block !== undefined && values !== null) {
    return refuse("value-not-allowed", `${keyword} is a block here: it has no values to set`);
  }
  if (values === null) {
    return present === undefined
      ? refuse("target-not-found", `${keyword} is not there`)
      : patched(removal(tree, present));
  }
  if (present !== undefined) return patched(replaceValues(tree, present, values.map(writeWord).join(" ")));
  const line = writeSetting({ keyword, values: [...values] });
  if (inside !== undefined) {
    const { lineEnd } = styleOf(tree, inside);
    return patched(insertAtEnd(tree, inside, indentInside(tree, inside) + line + lineEnd));
  }
  const { lineEnd } = styleOf(tree);
  const isLastLineOpen = tree.bytes.length > 0 && tree.bytes.at(-1) !== 10;
  const end = tree.bytes.length;
  return patched({ start: end, end, text: (isLastLineOpen ? lineEnd : "") + line + lineEnd });
};
