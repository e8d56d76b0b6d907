import { readInteger } from "../../words.ts";
import { ItemReader } from "../item-fault.ts";
import type { ItemFault } from "../item-fault.ts";
import { numberOf, routeTypes } from "../kernel-names.ts";
import { checkRealms, isNumber, readName, readNumber, readRouteAddress, setFamily } from "./route-words.ts";
import type { Addressed } from "./route-words.ts";

/** One line of virtual_rules or static_rules, as alloc_rule reads it. */
export interface RuleItem {
  readonly faults: readonly ItemFault[];
  readonly isLost: boolean;
  readonly hasPreference: boolean;
}

interface RoutingRule extends Addressed {
  readonly isStatic: boolean;
  /** What to do: look into a table, or one of the others. */
  action: "table" | "l3mdev" | "goto" | "other" | undefined;
  target: number;
  preference: number | undefined;
  hasTableOption: boolean;
  hasForeignProtocol: boolean;
  isNotTracked: boolean;
}

export const readRuleItem = (words: readonly string[], isStatic: boolean): RuleItem => {
  const reader = new ItemReader(words);
  const rule: RoutingRule = {
    reader,
    isStatic,
    family: undefined,
    action: undefined,
    target: 0,
    preference: undefined,
    hasTableOption: false,
    hasForeignProtocol: false,
    isNotTracked: false,
  };
  while (!reader.isAtEnd) {
    const option = reader.take("");
    if (option === "track_group" && isStatic) reader.take(option);
    else (readers.get(option) ?? readAction)(rule, option);
  }
  checkWhole(rule);
  return { faults: reader.faults, isLost: reader.isLost, hasPreference: rule.preference !== undefined };
};

const checkWhole = (rule: RoutingRule): void => {
  const { reader, action, preference, target } = rule;
  if (action === "goto" && preference === undefined) reader.lose("goto needs a preference");
  else if (action === "goto" && (preference ?? 0) >= target)
    reader.lose(`goto ${target} leads back: it must lie behind preference ${preference ?? 0}`);
  if (action === undefined) reader.lose("the rule says nothing to do: write table N");
  else if (rule.hasTableOption && action !== "table" && action !== "l3mdev")
    reader.lose("realms and suppressors need a table");
  if (rule.hasForeignProtocol && !rule.isNotTracked)
    reader.complain("a rule with a protocol of its own cannot be followed: keepalived takes its own");
};

type Read = (rule: RoutingRule, option: string) => void;

const setAction = (rule: RoutingRule, action: RoutingRule["action"]): void => {
  if (rule.action !== undefined)
    rule.reader.lose("a rule has one of table, goto, nop, blackhole and the like");
  rule.action ??= action;
};

const readFamily: Read = (rule, option) => {
  setFamily(rule, option === "inet6" ? "inet6" : "inet");
  // keepalived goes two words on: the next one is not read.
  rule.reader.skip(1);
};

const readAddress: Read = (rule, option) => {
  const word = rule.reader.take(option);
  if (!rule.reader.isLost && !readRouteAddress(rule, word)) rule.reader.lose(`${word} is no address`);
};

const readTable: Read = (rule, option) => {
  const word = readName(rule.reader, option, "table");
  if (numberOf(word) === 0) rule.reader.lose("table 0 is not valid");
  setAction(rule, "table");
};

const readPreference: Read = (rule, option) => {
  const word = rule.reader.take(option);
  const value = word.startsWith("-") ? undefined : numberOf(word);
  if (value === undefined || value > 4294967295) rule.reader.lose(`${word} is no value of ${option}`);
  else rule.preference = value;
};

const readMark: Read = ({ reader }, option) => {
  const word = reader.take(option);
  const parts = word.split("/");
  const isGood =
    parts.length <= 2 &&
    parts.every(
      (part) => !part.startsWith("-") && (numberOf(part === "" ? "0" : part) ?? Infinity) <= 4294967295,
    );
  if (!isGood) reader.lose(`${word} is no mark`);
};

const readRealms: Read = (rule, option) => {
  checkRealms(rule.reader, rule.reader.take(option));
  rule.hasTableOption = true;
  if (!rule.reader.isLost) setFamily(rule, "inet");
};

const readProtocol: Read = (rule, option) => {
  const word = rule.reader.take(option);
  if (!isNumber(word, 255)) rule.reader.complain(`${word} is no value of ${option}: write a number`);
  else rule.hasForeignProtocol = readInteger(word, { min: 0, max: 255 }).value !== 18;
};

/** keepalived takes FROM-TO only, not a port alone. */
const readPorts: Read = ({ reader }, option) => {
  const word = reader.take(option);
  if (!/^\s*[+-]?\d+-\s*[+-]?\d+/u.test(word)) reader.complain(`${option} wants FROM-TO, not ${word}`);
};

const readSuppressedGroup: Read = (rule, option) => {
  readName(rule.reader, option, "group");
  rule.hasTableOption = true;
};

const readSuppressedLength: Read = (rule, option) => {
  readNumber(rule.reader, option, 2147483647);
  rule.hasTableOption = true;
};

const readWord: Read = ({ reader }, option) => void reader.take(option);

const readAction: Read = (rule, option) => {
  const { reader } = rule;
  const action = option === "type" ? reader.take(option) : option;
  if (reader.isLost) return;
  if (action === "goto") {
    rule.target = readNumber(reader, action, 4294967295);
    setAction(rule, "goto");
  } else if (["nop", "blackhole", "unreachable", "prohibit", "6", "7", "8"].includes(action)) {
    setAction(rule, "other");
  } else if (routeTypes.has(action) || (numberOf(action) ?? 256) <= 255) {
    reader.lose(`${action} is no action of a rule`);
  } else reader.lose(`${action} is no option of a rule`);
};

const readers: ReadonlyMap<string, Read> = new Map(
  Object.entries<Read>({
    inet: readFamily,
    inet6: readFamily,
    from: readAddress,
    to: readAddress,
    table: readTable,
    lookup: readTable,
    not: () => undefined,
    preference: readPreference,
    order: readPreference,
    priority: readPreference,
    tos: ({ reader }, option) => void readName(reader, option, "tos"),
    dsfield: ({ reader }, option) => void readName(reader, option, "tos"),
    fwmark: readMark,
    realms: readRealms,
    suppress_prefixlength: readSuppressedLength,
    sup_pl: readSuppressedLength,
    suppress_ifgroup: readSuppressedGroup,
    sup_group: readSuppressedGroup,
    dev: readWord,
    iif: readWord,
    oif: readWord,
    "tunnel-id": ({ reader }, option) => void readNumber(reader, option, Number.MAX_VALUE),
    uidrange: ({ reader }, option) => {
      const word = reader.take(option);
      if (!/^\s*[+-]?\d+-\s*[+-]?\d+/u.test(word)) reader.lose(`${word} is no range of users`);
    },
    l3mdev: (rule) => setAction(rule, "l3mdev"),
    protocol: readProtocol,
    ipproto: ({ reader }, option) => {
      const word = reader.take(option);
      if (isNumber(word, 255)) return;
      if (/^-?\d/u.test(word)) reader.complain(`${word} is no value of ${option}`);
      else reader.doubt(`${option} ${word} is good only where the director knows that name`);
    },
    sport: readPorts,
    dport: readPorts,
    no_track: (rule) => void (rule.isNotTracked = true),
  }),
);
