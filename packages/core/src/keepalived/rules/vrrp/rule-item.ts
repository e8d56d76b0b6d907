import { readInteger } from "../../words.ts";
import { readRouteAddress } from "./route-item.ts";

const withAnything: ReadonlySet<string> = new Set([
  "table",
  "lookup",
  "tos",
  "dsfield",
  "realms",
  "suppress_ifgroup",
  "sup_group",
  "dev",
  "iif",
  "oif",
  "ipproto",
  "sport",
  "dport",
]);
const withNumber: Record<string, number> = {
  preference: 4294967295,
  order: 4294967295,
  priority: 4294967295,
  suppress_prefixlength: 2147483647,
  sup_pl: 2147483647,
  "tunnel-id": Number.MAX_VALUE,
  protocol: 255,
  goto: 4294967295,
};
const actions: ReadonlySet<string> = new Set(["nop", "blackhole", "unreachable", "prohibit", "l3mdev"]);

/** What became of one line of virtual_rules or static_rules. */
export interface RuleItem {
  fault: string | undefined;
  hasAction: boolean;
  hasPreference: boolean;
  isTable: boolean;
  hasTableOption: boolean;
}

/** One line of virtual_rules or static_rules, as alloc_rule reads it. */
export const readRuleItem = (words: readonly string[], isStatic: boolean): RuleItem => {
  const item: RuleItem = {
    fault: undefined,
    hasAction: false,
    hasPreference: false,
    isTable: false,
    hasTableOption: false,
  };
  for (let index = 0; index < words.length && item.fault === undefined; index += 1) {
    const option = words[index] ?? "";
    const value = words[index + 1];
    if (option === "not" || option === "no_track") continue;
    if (option === "type") continue;
    if (option === "inet" || option === "inet6") index += 1;
    else if (actions.has(option)) item.hasAction = true;
    else if (takesValue(option, isStatic)) {
      item.fault = value === undefined ? `${option} needs a value` : valueFault(option, value);
      noteEffect(item, option);
      index += 1;
    } else item.fault = `${option} is no option of a rule`;
  }
  if (item.fault === undefined && !item.hasAction) item.fault = "the rule says nothing to do: write table N";
  if (item.fault === undefined && item.hasTableOption && !item.isTable)
    item.fault = "realms and suppressors need a table";
  return item;
};

const takesValue = (option: string, isStatic: boolean): boolean =>
  withAnything.has(option) ||
  option in withNumber ||
  ["from", "to", "fwmark", "uidrange"].includes(option) ||
  (option === "track_group" && isStatic);

const noteEffect = (item: RuleItem, option: string): void => {
  if (option === "table" || option === "lookup") item.isTable = true;
  if (/^(?:realms|sup.*)$/u.test(option)) item.hasTableOption = true;
  if (option === "table" || option === "lookup" || option === "goto") item.hasAction = true;
  if (option === "preference" || option === "order" || option === "priority") item.hasPreference = true;
};

const valueFault = (option: string, value: string): string | undefined => {
  if (option === "from" || option === "to")
    return readRouteAddress(value) ? undefined : `${value} is no address`;
  if (option === "fwmark")
    return /^(?:0x[0-9a-f]+|[0-9]+)(?:\/(?:0x[0-9a-f]+|[0-9]+))?$/iu.test(value)
      ? undefined
      : `${value} is no mark`;
  if (option === "uidrange")
    return /^[0-9]+-[0-9]+/u.test(value) ? undefined : `${value} is no range of users`;
  const max = withNumber[option];
  if (max === undefined) return undefined;
  const isHex =
    /^0x[0-9a-f]+$/iu.test(value) && (option === "preference" || option === "order" || option === "priority");
  return isHex || readInteger(value, { min: 0, max }).fault === undefined
    ? undefined
    : `${value} is no value of ${option}`;
};
