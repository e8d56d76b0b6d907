import { familyOf, readAddress, readInteger } from "../../words.ts";

/** One line of virtual_routes or static_routes, as alloc_route reads it. */
export interface RouteFaults {
  /** The first fault that costs the route. */
  readonly fault: string | undefined;
  /** Keywords of old versions. */
  readonly old: readonly string[];
  /** Read, but keepalived cannot follow it. */
  readonly isUntracked: boolean;
  /** A protocol other than keepalived's own, on a route that is followed. */
  readonly hasForeignProtocol: boolean;
  readonly destination: string;
}

const types: ReadonlySet<string> = new Set([
  "local",
  "nat",
  "broadcast",
  "brd",
  "anycast",
  "multicast",
  "prohibit",
  "unreachable",
  "blackhole",
  "xresolve",
  "unicast",
  "throw",
]);
const numbers: ReadonlySet<string> = new Set([
  "metric",
  "priority",
  "preference",
  "mtu",
  "hoplimit",
  "advmss",
  "reordering",
  "window",
  "cwnd",
  "ssthresh",
  "initcwnd",
  "initrwnd",
  "quickack",
  "fastopen_no_cookie",
  "expires",
]);
const times: ReadonlySet<string> = new Set(["rtt", "rttvar", "rto_min"]);
const texts: ReadonlySet<string> = new Set([
  "tos",
  "dsfield",
  "table",
  "scope",
  "realms",
  "features",
  "congctl",
  "pref",
  "vrf",
  "ttl-propagate",
]);
const lockable: ReadonlySet<string> = new Set([
  "mtu",
  "advmss",
  "rtt",
  "rttvar",
  "reordering",
  "cwnd",
  "ssthresh",
  "rto_min",
  "congctl",
]);
const alone: ReadonlySet<string> = new Set(["inet", "inet6", "onlink", "add", "append", "prepend"]);

interface Cursor {
  readonly words: readonly string[];
  index: number;
  destination: string;
  hasInterface: boolean;
  isNotTracked: boolean;
  hasProtocol: boolean;
  readonly old: string[];
  hasNexthops: boolean;
}

export const readRouteItem = (words: readonly string[], options: { isStatic: boolean }): RouteFaults => {
  const cursor: Cursor = {
    words,
    index: 0,
    destination: "",
    hasInterface: false,
    isNotTracked: false,
    hasProtocol: false,
    old: [],
    hasNexthops: false,
  };
  let fault: string | undefined;
  while (cursor.index < words.length && fault === undefined && !cursor.hasNexthops) {
    fault = readOption(cursor, options);
    cursor.index += 1;
  }
  if (fault === undefined && cursor.destination === "") fault = "a route needs a destination";
  const isTracked = fault === undefined && !cursor.isNotTracked;
  return {
    fault,
    old: cursor.old,
    isUntracked: isTracked && !cursor.hasInterface,
    hasForeignProtocol: isTracked && cursor.hasProtocol,
    destination: cursor.destination,
  };
};

const take = (cursor: Cursor): string | undefined => {
  cursor.index += 1;
  return cursor.words[cursor.index];
};

const readOption = (cursor: Cursor, options: { isStatic: boolean }): string | undefined => {
  const option = cursor.words[cursor.index] ?? "";
  if (alone.has(option)) {
    if (option.startsWith("inet")) cursor.index += 1;
    return undefined;
  }
  if (option === "no_track") cursor.isNotTracked = true;
  else if (option === "nexthop") cursor.hasNexthops = true;
  else if (option === "via" || option === "gw" || option === "or" || option === "src" || option === "from")
    return readGateway(cursor, option);
  else if (option === "dev" || option === "oif") return readInterface(cursor, option);
  else if (option === "protocol") return readProtocol(cursor);
  else if (numbers.has(option) || times.has(option) || texts.has(option)) return readSetting(cursor, option);
  else if (option === "track_group" && options.isStatic)
    return take(cursor) === undefined ? "track_group needs a name" : undefined;
  else if (option === "encap" || option === "as") cursor.index = cursor.words.length;
  else return readDestination(cursor, option);
  return undefined;
};

const readGateway = (cursor: Cursor, option: string): string | undefined => {
  if (option === "gw" || option === "or") cursor.old.push(option);
  let address = take(cursor);
  if (address === "inet" || address === "inet6") address = take(cursor);
  if (address === undefined) return `${option} needs an address`;
  if (option === "from") return readRouteAddress(address) ? undefined : `${address} is no address`;
  return readAddress(address) === undefined ? `${address} is no address for ${option}` : undefined;
};

const readInterface = (cursor: Cursor, option: string): string | undefined => {
  cursor.hasInterface = true;
  return take(cursor) === undefined ? `${option} needs an interface` : undefined;
};

const readProtocol = (cursor: Cursor): string | undefined => {
  const word = take(cursor);
  if (word === undefined) return "protocol needs a name or number";
  cursor.hasProtocol = word !== "keepalived" && word !== "18";
  return undefined;
};

const readSetting = (cursor: Cursor, option: string): string | undefined => {
  let value = take(cursor);
  if (value === "lock" && lockable.has(option)) value = take(cursor);
  if (value === undefined) return `${option} needs a value`;
  if (numbers.has(option)) {
    const isGood = readInteger(value, { min: 0, max: limitOf(option) }).fault === undefined;
    return isGood ? undefined : `${value} is no value of ${option}`;
  }
  if (times.has(option)) return isTime(value, option) ? undefined : `${value} is no value of ${option}`;
  return undefined;
};

const limitOf = (option: string): number =>
  option === "hoplimit" ? 255 : option === "quickack" || option === "fastopen_no_cookie" ? 1 : 4294967295;

/** Units of 1/8, 1/4 and 1 millisecond; at most 120 seconds. */
const isTime = (value: string, option: string): boolean => {
  const match = /^([0-9]+(?:\.[0-9]*)?)(ms|msec|msecs|s|sec|secs)?$/iu.exec(value);
  if (match === null) return false;
  const factor = option === "rtt" ? 8 : option === "rttvar" ? 4 : 1;
  if (match[2] === undefined) return !value.includes(".") && Number(value) <= 120_000 * factor;
  return true;
};

const readDestination = (cursor: Cursor, option: string): string | undefined => {
  let word = option;
  if (word === "to") word = take(cursor) ?? "";
  else if (types.has(word)) word = take(cursor) ?? "";
  if (word === "") return `${option} needs a destination`;
  cursor.destination = word;
  return readRouteAddress(word) ? undefined : `${word} is no option of a route, nor a destination`;
};

/** `default`, `any`, `all` or ADDRESS[/LENGTH]. */
export const readRouteAddress = (word: string): boolean => {
  if (word === "default" || word === "any" || word === "all" || word === "default6") return true;
  const slash = word.indexOf("/");
  const longest = familyOf(word) === "inet6" ? 128 : 32;
  if (slash >= 0 && readInteger(word.slice(slash + 1), { min: 0, max: longest }).fault !== undefined)
    return false;
  return readAddress(slash < 0 ? word : word.slice(0, slash)) !== undefined;
};
