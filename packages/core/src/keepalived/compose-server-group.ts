import { notUsed, sourceOf } from "./compose-fields.ts";
import type { Composition } from "./compose-fields.ts";
import type { ServerGroup, ServerGroupMember } from "./model.ts";
import type { Entry, Item } from "./reading.ts";
import { readGroupEntry } from "./rules/lvs/group-entry.ts";
import { readInteger } from "./words.ts";

/** A port as keepalived reads it after an address: nothing and zeros are 0. */
export const portOf = (word: string | undefined): number =>
  word === undefined ? 0 : readInteger(word, { min: 0, max: 65535 }).value;

/** A virtual_server_group block: addresses, ranges of addresses, marks. */
export const composeServerGroup = (entry: Entry, composition: Composition): ServerGroup => {
  const members: ServerGroupMember[] = [];
  for (const item of entry.items ?? []) {
    const member = memberOf(item, composition);
    if (member === undefined) notUsed(item, composition);
    else members.push(member);
  }
  return { name: entry.words[1] ?? "", members, source: sourceOf(entry.spot, composition) };
};

const memberOf = (item: Item, composition: Composition): ServerGroupMember | undefined => {
  const read = readGroupEntry(item);
  if (typeof read === "string") return undefined;
  const source = sourceOf(item.spot, composition);
  if (read.kind === "fwmark") {
    const { mark, family } = read;
    return { kind: "fwmark", mark: Number(mark), ...(family === undefined ? {} : { family }), source };
  }
  const { address, last: lastAddress, port } = read;
  return { kind: "address", address, ...(lastAddress === undefined ? {} : { lastAddress }), port, source };
};
