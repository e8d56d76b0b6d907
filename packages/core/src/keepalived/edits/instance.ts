import type { ConfigEditOf } from "../edit.ts";
import { decodeUtf8 } from "../encoding.ts";
import type { EditContext } from "./locate.ts";
import { findInstance, isSameAddress, onlyOne, statementsIn } from "./locate.ts";
import type { Located, LocatedBlock, Note, Outcome } from "./patch.ts";
import { patched, rangeOf, refuse, removal } from "./patch.ts";
import type { TextBlock } from "./style.ts";
import {
  appendBlock,
  indentInside,
  insertAfter,
  insertAtEnd,
  styleOf,
  writeBlock,
  writeSetting,
} from "./style.ts";

const lists = ["virtual_ipaddress", "virtual_ipaddress_excluded"] as const;

/** The lines of a list, one address each. */
const itemsIn = (list: Located): Located[] =>
  (list.statement.block?.nodes ?? []).flatMap((node) =>
    node.kind === "statement" ? [{ section: list.section, statement: node }] : [],
  );

const holdersOf = (context: EditContext, instance: LocatedBlock, address: string): Located[] =>
  lists
    .flatMap((keyword) => statementsIn(context, keyword, instance))
    .flatMap(itemsIn)
    .filter(({ statement }) => isSameAddress(statement.words[0]?.split("/")[0], address.split("/")[0] ?? ""));

export const addVip = (context: EditContext, edit: ConfigEditOf<"addVip">): Outcome => {
  const instance = findInstance(context, edit.instance);
  if (instance.kind === "refused") return instance;
  if (holdersOf(context, instance, edit.address).length > 0) {
    return refuse("already-there", `${edit.address} is in vrrp_instance ${edit.instance} already`);
  }
  const { tree } = context;
  const style = styleOf(tree, instance);
  const keyword = edit.isExcluded === true ? lists[1] : lists[0];
  const item = [edit.address, ...(edit.options ?? [])].join(" ");
  const list = statementsIn(context, keyword, instance).at(-1);
  if (list?.statement.block === undefined) {
    const text = writeBlock(
      { header: keyword, lines: [item] },
      { indent: indentInside(tree, instance), style },
    );
    return patched(insertAtEnd(tree, instance, text));
  }
  const block = { ...list, block: list.statement.block };
  const line = indentInside(tree, block) + item + style.lineEnd;
  const last = itemsIn(list).at(-1);
  if (last === undefined || last.statement.line === list.statement.block.closeLine) {
    return patched(insertAtEnd(tree, block, line));
  }
  return patched(insertAfter(tree, { ...last, end: rangeOf(last).end }, line));
};

export const removeVip = (context: EditContext, edit: ConfigEditOf<"removeVip">): Outcome => {
  const instance = findInstance(context, edit.instance);
  if (instance.kind === "refused") return instance;
  const holders = holdersOf(context, instance, edit.address);
  const item = onlyOne(context, holders, `${edit.address} in vrrp_instance ${edit.instance}`);
  return item.kind === "refused" ? item : patched(removal(context.tree, item));
};

export const addInstance = (context: EditContext, edit: ConfigEditOf<"addInstance">): Outcome => {
  const { tree } = context;
  const present = statementsIn(context, "vrrp_instance");
  if (present.some(({ statement }) => statement.words[1] === edit.name)) {
    return refuse("already-there", `vrrp_instance ${edit.name} is in this file already`);
  }
  const authentication = authenticationLike(context, edit.authenticationLike);
  if (authentication.kind === "refused") return authentication;
  const lines: TextBlock[] = [
    `state ${edit.state}`,
    `interface ${edit.interface}`,
    `virtual_router_id ${edit.virtualRouterId}`,
    `priority ${edit.priority}`,
    ...(edit.advertIntervalS === undefined ? [] : [`advert_int ${edit.advertIntervalS}`]),
    ...(edit.settings ?? []).map(writeSetting),
    ...authentication.lines,
    { header: "virtual_ipaddress", lines: edit.addresses },
  ];
  return patched(appendBlock(tree, present.at(-1), { header: `vrrp_instance ${edit.name}`, lines }));
};

type Lines = { readonly kind: "found"; readonly lines: readonly TextBlock[] };

/** The statements of another instance's authentication block, word for word. */
const authenticationLike = (
  context: EditContext,
  name: string | undefined,
): Lines | ReturnType<typeof refuse> => {
  if (name === undefined) return { kind: "found", lines: [] };
  const instance = findInstance(context, name);
  if (instance.kind === "refused") return instance;
  const what = `authentication of vrrp_instance ${name}`;
  const block = onlyOne(context, statementsIn(context, "authentication", instance), what);
  if (block.kind === "refused") return block;
  const { bytes } = context.tree;
  const lines = itemsIn(block).map((item) => {
    const { start, end } = rangeOf(item);
    return decodeUtf8(bytes.subarray(start, end));
  });
  return { kind: "found", lines: [{ header: "authentication", lines }] };
};

export const removeInstance = (context: EditContext, edit: ConfigEditOf<"removeInstance">): Outcome => {
  const instance = findInstance(context, edit.name);
  if (instance.kind === "refused") return instance;
  return {
    kind: "patches",
    patches: [removal(context.tree, instance)],
    notes: namedIn(context, edit.name).map(({ section, statement }): Note => {
      const line = section.line + statement.line + 1;
      const message = `a vrrp_sync_group still names ${edit.name}`;
      return { code: "reference-left", severity: "warning", message, line };
    }),
  };
};

const namedIn = (context: EditContext, name: string): Located[] =>
  statementsIn(context, "vrrp_sync_group").flatMap(({ section, statement }) =>
    statement.block === undefined
      ? []
      : statementsIn(context, "group", { section, statement, block: statement.block })
          .flatMap(itemsIn)
          .filter((item) => item.statement.words.includes(name)),
  );
