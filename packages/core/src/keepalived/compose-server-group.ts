import { notUsed, sourceOf } from "./compose-fields.ts";
import type { Composition } from "./compose-fields.ts";
import type { ServerGroup, ServerGroupMember } from "./model.ts";
import type { Entry, Item } from "./reading.ts";
import { readAddress, readInteger } from "./words.ts";

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
  const [first = "", second] = item.words;
  const source = sourceOf(item.spot, composition);
  if (first === "fwmark") {
    const mark = readInteger(second ?? "", { min: 0, max: 4294967295 });
    return mark.fault === undefined ? { kind: "fwmark", mark: mark.value, source } : undefined;
  }
  const dash = first.indexOf("-");
  const address = readAddress(dash < 0 ? first : first.slice(0, dash));
  if (address === undefined) return undefined;
  const lastAddress = dash < 0 ? undefined : lastOfRange(address, first.slice(dash + 1));
  const port = portOf(second);
  return { kind: "address", address, ...(lastAddress === undefined ? {} : { lastAddress }), port, source };
};

/** A range names only the last part of its end: `10.0.0.1-5`, `2001:db8::1-ff` (hex). */
const lastOfRange = (first: string, end: string): string | undefined => {
  const isV6 = first.includes(":");
  const cut = first.lastIndexOf(isV6 ? ":" : ".");
  return readAddress(first.slice(0, cut + 1) + end) ?? undefined;
};
