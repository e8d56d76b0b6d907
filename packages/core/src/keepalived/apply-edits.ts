import type { ConfigTree } from "./cst.ts";
import type { Diagnostic, Parsed } from "./diagnostic.ts";
import type { ConfigEdit } from "./edit.ts";
import { addInstance, addVip, removeInstance, removeVip } from "./edits/instance.ts";
import { setKeyword, setPriority } from "./edits/keyword.ts";
import type { EditContext } from "./edits/locate.ts";
import type { Outcome, Patch, Refusal } from "./edits/patch.ts";
import { applyPatches, refuse } from "./edits/patch.ts";
import { resolverFor } from "./edits/resolve-words.ts";
import { addRealServer, removeRealServer, setRealServerWeight } from "./edits/real-server.ts";
import { addChecker, addVirtualServer, removeChecker, removeVirtualServer } from "./edits/virtual-server.ts";
import { parseConfig } from "./parse.ts";
import { readTree } from "./read-tree.ts";

export interface EditOptions {
  readonly path: string;
  /** The director's config id (`keepalived -i`, else its node name): which `@id` lines count. */
  readonly configId?: string;
}

/**
 * Applies edits one after another. Only the lines they name change: comments, indentation, line ends and order around them
 * stay. All or nothing: a refused edit is a diagnostic of severity error, and the value is the input.
 * The way back is the input itself.
 */
export const applyEdits = (
  bytes: Uint8Array,
  edits: readonly ConfigEdit[],
  options: EditOptions,
): Parsed<Uint8Array> => {
  const diagnostics: Diagnostic[] = [];
  let current = bytes;
  for (const edit of edits) {
    const outcome = outcomeOf(current, edit, options);
    if (outcome.kind === "refused") {
      const { code, message, line } = outcome;
      const refusal: Diagnostic = { code, severity: "error", message, path: options.path, line, column: 1 };
      return { value: bytes, diagnostics: [...diagnostics, refusal] };
    }
    for (const note of outcome.notes) diagnostics.push({ ...note, path: options.path, column: 1 });
    current = applyPatches(current, outcome.patches);
  }
  return { value: current, diagnostics };
};

/** Faults of braces and quotes after which it is not certain what a block holds. */
const blockingFaults = new Set([
  "missing-closing-brace",
  "stray-closing-brace",
  "brace-without-keyword",
  "too-deep",
]);

const outcomeOf = (bytes: Uint8Array, edit: ConfigEdit, options: EditOptions): Outcome => {
  const { value: tree, diagnostics } = parseConfig(bytes, { path: options.path });
  const fault = diagnostics.find(({ code }) => blockingFaults.has(code));
  if (fault !== undefined) return unbalanced(fault);
  const outcome = applyEdit(contextOf(tree, options.configId), edit);
  return outcome.kind === "refused" ? outcome : (readOtherwise(tree, outcome.patches) ?? outcome);
};

/**
 * An unknown keyword with a block makes keepalived read on in the block around it, so what looks like the inside of an
 * instance may be none. Nothing is changed in such a place.
 */
const readOtherwise = (tree: ConfigTree, patches: readonly Patch[]): Refusal | undefined => {
  for (const { start } of patches) {
    const section = tree.sections.findLast((candidate) => candidate.start <= start);
    if (section === undefined) continue;
    const fault = readTree({ ...tree, sections: [section] }).find((reading) => !reading.isSound)?.faults[0];
    if (fault === undefined) continue;
    const line = section.line + fault.spot.line + 1;
    return refuse(
      "read-otherwise",
      `keepalived reads this block otherwise than its braces stand: see line ${line} (${fault.word})`,
      line,
    );
  }
  return undefined;
};

const contextOf = (tree: ConfigTree, configId: string | undefined): EditContext => ({
  tree,
  configId,
  resolve: resolverFor(tree, configId),
});

const unbalanced = ({ line, message }: Diagnostic): Refusal =>
  refuse("braces-not-balanced", `mend the braces first: ${message}`, line);

const applyEdit = (context: EditContext, edit: ConfigEdit): Outcome => {
  switch (edit.kind) {
    case "addRealServer":
      return addRealServer(context, edit);
    case "removeRealServer":
      return removeRealServer(context, edit);
    case "setRealServerWeight":
      return setRealServerWeight(context, edit);
    case "addVirtualServer":
      return addVirtualServer(context, edit);
    case "removeVirtualServer":
      return removeVirtualServer(context, edit);
    case "addChecker":
      return addChecker(context, edit);
    case "removeChecker":
      return removeChecker(context, edit);
    case "addVip":
      return addVip(context, edit);
    case "removeVip":
      return removeVip(context, edit);
    case "addInstance":
      return addInstance(context, edit);
    case "removeInstance":
      return removeInstance(context, edit);
    case "setPriority":
      return setPriority(context, edit);
    case "setKeyword":
      return setKeyword(context, edit);
  }
};
