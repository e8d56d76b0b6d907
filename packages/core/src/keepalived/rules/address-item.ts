import type { Address } from "../../net/address.ts";
import { familyOf, readAddress, readInteger } from "../words.ts";
import { byteLength, maxInterfaceName } from "./good-word.ts";

/** One line of virtual_ipaddress or static_ipaddress, as alloc_ipaddress reads it. */
export interface AddressItem {
  /** Undefined where keepalived drops the line. */
  readonly address: Address | undefined;
  readonly faults: readonly AddressFault[];
}

export interface AddressFault {
  readonly kind: "address" | "prefix" | "option";
  readonly message: string;
  /** keepalived sets the address as if the option were not there. */
  readonly isHarmless?: boolean;
}

const withValue: ReadonlySet<string> = new Set([
  "dev",
  "scope",
  "broadcast",
  "brd",
  "label",
  "peer",
  "preferred_lft",
]);
const alone: ReadonlySet<string> = new Set([
  "home",
  "-nodad",
  "mngtmpaddr",
  "noprefixroute",
  "autojoin",
  "no_track",
]);

/** Scopes of the kernel by name; numbers are taken too. */
const scopes: ReadonlySet<string> = new Set(["global", "nowhere", "host", "link", "site"]);

export const readAddressItem = (words: readonly string[], options: { isStatic: boolean }): AddressItem => {
  const faults: AddressFault[] = [];
  const address = readFirstWord(words[0] ?? "", faults);
  if (address === undefined) return { address, faults };
  const isDropped = readOptions(words, { ...options, faults });
  return { address: isDropped ? undefined : address, faults };
};

const readFirstWord = (word: string, faults: AddressFault[]): Address | undefined => {
  const slash = word.indexOf("/");
  const longest = familyOf(word) === "inet6" ? 128 : 32;
  if (slash >= 0) {
    const length = word.slice(slash + 1);
    if (readInteger(length, { min: 0, max: longest }).fault !== undefined) {
      faults.push({
        kind: "prefix",
        message: `the prefix length of ${word} must be 0 to ${longest}: keepalived takes ${longest}`,
      });
    }
  }
  const address = readAddress(slash < 0 ? word : word.slice(0, slash));
  if (address === undefined) {
    faults.push({ kind: "address", message: `${word} is not an address: keepalived passes over this line` });
  }
  return address;
};

interface OptionContext {
  readonly isStatic: boolean;
  readonly faults: AddressFault[];
}

/** True where keepalived drops the address because of an option. */
const readOptions = (words: readonly string[], context: OptionContext): boolean => {
  const [first = ""] = words;
  const isIpv6 = familyOf(first) === "inet6";
  const seen = new Set<string>();
  let isDropped = false;
  for (let index = 1; index < words.length; index += 1) {
    const option = words[index] ?? "";
    const takesValue = withValue.has(option) || (option === "track_group" && context.isStatic);
    if (takesValue) {
      index += 1;
      const value = words[index];
      const fault =
        value === undefined ? `${option} wants a value` : valueFault(option, value, { isIpv6, seen });
      if (fault !== undefined) {
        const isHarmless = isIpv6 && (option === "scope" || option === "label") && fault.startsWith("IPv6");
        context.faults.push({ kind: "option", message: `${fault} (${first})`, isHarmless });
      }
      if (option === "peer" && fault === undefined && hasShortPrefix(first)) {
        const message = `the prefix length of ${first} is not used beside a peer`;
        context.faults.push({ kind: "option", message, isHarmless: true });
      }
      isDropped ||= value === undefined || (fault !== undefined && drops.has(option));
      seen.add(option);
    } else if (!alone.has(option) && (option !== "use_vmac" || context.isStatic)) {
      context.faults.push({
        kind: "option",
        message: `${option} is no option of an address: keepalived passes over it`,
      });
    }
  }
  return isDropped;
};

const hasShortPrefix = (word: string): boolean => {
  const length = word.split("/")[1];
  return length !== undefined && length !== (familyOf(word) === "inet6" ? "128" : "32");
};

/** Options whose faults cost the address. */
const drops: ReadonlySet<string> = new Set(["dev", "broadcast", "brd", "label"]);

const valueFault = (
  option: string,
  value: string,
  address: { isIpv6: boolean; seen: ReadonlySet<string> },
): string | undefined => {
  switch (option) {
    case "dev":
      if (address.seen.has("dev")) return "dev stands twice";
      return byteLength(value) > maxInterfaceName ? `${value} is too long for an interface` : undefined;
    case "label":
      if (byteLength(value) > maxInterfaceName)
        return `the label ${value} is longer than ${maxInterfaceName} bytes`;
      return address.isIpv6 ? "IPv6 addresses have no label" : undefined;
    case "scope":
      if (!scopes.has(value) && readInteger(value, { min: 0, max: 255 }).fault !== undefined)
        return `${value} is no scope`;
      return address.isIpv6 && value !== "global" ? "IPv6 addresses have no scope of their own" : undefined;
    case "brd":
    case "broadcast":
      if (address.isIpv6) return "IPv6 addresses have no broadcast address";
      return value === "-" || value === "+" || readAddress(value) !== undefined
        ? undefined
        : `${value} is no broadcast address`;
    case "peer":
      return readAddress(value) === undefined ? `${value} is no address of a peer` : undefined;
    case "preferred_lft":
      if (value === "forever") return undefined;
      return readInteger(value, { min: 0, max: 4294967295 }).fault === undefined
        ? undefined
        : `${value} is no lifetime`;
    default:
      return undefined;
  }
};
