import { familyOf, readAddress, readInteger } from "../../words.ts";
import { nameOfFamily } from "../families.ts";
import type { Family } from "../families.ts";
import type { ItemReader } from "../item-fault.ts";
import { judgeName } from "../kernel-names.ts";
import type { KernelNumber } from "../kernel-names.ts";

/** What is known of a route or rule while its words are read. */
export interface Addressed {
  readonly reader: ItemReader;
  family: Family | undefined;
}

/** All addresses of a route or rule are of one family. */
export const setFamily = (item: Addressed, family: Family): void => {
  item.family ??= family;
  if (item.family !== family)
    item.reader.lose(`${nameOfFamily(item.family)} and ${nameOfFamily(family)} do not go together here`);
};

/** ADDRESS without a prefix length. */
export const readHost = (item: Addressed, option: string): void => {
  const word = item.reader.take(option);
  const address = readAddress(word);
  if (address === undefined || familyOf(word) !== familyOf(address))
    item.reader.lose(`${word} is no address for ${option}`);
  else setFamily(item, familyOf(word));
};

/** `inet` or `inet6` may stand before an address. */
export const readFamilyWord = (item: Addressed): void => {
  const word = item.reader.peek();
  if (word !== "inet" && word !== "inet6") return;
  item.reader.skip(1);
  setFamily(item, word);
};

const wildcards: ReadonlySet<string> = new Set(["default", "any", "all", "default6"]);

/**
 * `default`, `any`, `all` or ADDRESS[/LENGTH]. False where it is none. Of a wrong length keepalived complains and takes the
 * longest; a wildcard has no family, so it goes with none that is known already.
 */
export const readRouteAddress = (item: Addressed, word: string): boolean => {
  if (wildcards.has(word)) {
    if (item.family !== undefined && word !== "default6")
      item.reader.lose(`${word} must stand before what tells the family`);
    else if (word === "default6") setFamily(item, "inet6");
    return true;
  }
  const slash = word.indexOf("/");
  const text = slash < 0 ? word : word.slice(0, slash);
  const family = familyOf(word);
  const address = readAddress(text);
  if (address === undefined || familyOf(address) !== family) return false;
  const longest = family === "inet6" ? 128 : 32;
  if (slash >= 0 && !isNumber(word.slice(slash + 1), longest))
    item.reader.complain(`the prefix length of ${word} must be 0 to ${longest}: keepalived takes ${longest}`);
  setFamily(item, family);
  return true;
};

/** A number or a name that stands for one; names of the machine are not known here. */
export const readName = (reader: ItemReader, option: string, kind: KernelNumber): string => {
  const word = reader.take(option);
  if (reader.isLost) return word;
  const answer = judgeName(kind, word);
  if (answer === "bad") reader.lose(`${word} is no value of ${option}`);
  if (answer === "unknown") reader.doubt(unknownName(option, word));
  return word;
};

const unknownName = (option: string, word: string): string =>
  `${option} ${word} is good only where /etc/iproute2 of the director knows that name`;

/** REALM or REALM/REALM. */
export const checkRealms = (reader: ItemReader, word: string): void => {
  const answers = word.split("/", 2).map((realm) => judgeName("realm", realm));
  if (answers.includes("bad")) reader.lose(`${word} is no value of realms`);
  else if (answers.includes("unknown")) reader.doubt(unknownName("realms", word));
};

export const isNumber = (word: string, max: number, min = 0): boolean =>
  readInteger(word, { min, max }).fault === undefined;

export const readNumber = (reader: ItemReader, option: string, max: number): number => {
  const word = reader.take(option);
  if (!isNumber(word, max)) reader.lose(`${word} is no value of ${option}`);
  return readInteger(word, { min: 0, max }).value;
};
