import { readAddress, readDecimal } from "../../words.ts";
import { ItemReader } from "../item-fault.ts";
import type { ItemFault } from "../item-fault.ts";
import { numberOf, routeTypes } from "../kernel-names.ts";
import type { KernelNumber } from "../kernel-names.ts";
import { readNexthops } from "./route-nexthops.ts";
import {
  checkRealms,
  isNumber,
  readFamilyWord,
  readHost,
  readName,
  readNumber,
  readRouteAddress,
  setFamily,
} from "./route-words.ts";
import type { Addressed } from "./route-words.ts";

/** One line of virtual_routes or static_routes, as alloc_route reads it. */
export interface RouteItem {
  readonly faults: readonly ItemFault[];
  /** Keywords of old versions. */
  readonly old: readonly string[];
  /** Read, but keepalived cannot follow it. */
  readonly isUntracked: boolean;
  /** A protocol other than keepalived's own, on a route that is followed. */
  readonly hasForeignProtocol: boolean;
  readonly destination: string;
}

interface Route extends Addressed {
  readonly isStatic: boolean;
  destination: string;
  hasInterface: boolean;
  isNotTracked: boolean;
  hasProtocol: boolean;
  hasAlternative: boolean;
  hasNexthops: boolean;
  readonly old: string[];
}

export const readRouteItem = (words: readonly string[], options: { isStatic: boolean }): RouteItem => {
  const reader = new ItemReader(words);
  const route: Route = {
    reader,
    ...options,
    family: undefined,
    destination: "",
    hasInterface: false,
    isNotTracked: false,
    hasProtocol: false,
    hasAlternative: false,
    hasNexthops: false,
    old: [],
  };
  while (!reader.isAtEnd && !route.hasNexthops) readOption(route, reader.take(""));
  if (route.destination === "") reader.lose("a route needs a destination");
  const isTracked = !reader.isLost && !route.isNotTracked;
  return {
    faults: reader.faults,
    old: route.old,
    isUntracked: isTracked && !route.hasInterface,
    hasForeignProtocol: isTracked && route.hasProtocol,
    destination: route.destination,
  };
};

const readOption = (route: Route, option: string): void => {
  const { reader } = route;
  const limit = limits.get(option);
  if (limit !== undefined) readNumber(reader, option, limit);
  else if (option === "track_group" && route.isStatic) reader.take(option);
  else (readers.get(option) ?? readDestination)(route, option);
};

type Read = (route: Route, option: string) => void;

const readFamily: Read = (route, option) => {
  setFamily(route, option === "inet6" ? "inet6" : "inet");
  // keepalived goes two words on: the next one is not read.
  route.reader.skip(1);
};

const readGateway: Read = (route, option) => {
  if (option === "gw") route.old.push(option);
  readFamilyWord(route);
  readHost(route, option);
};

const readAlternative: Read = (route, option) => {
  const { reader } = route;
  route.old.push(option);
  const word = reader.take(option);
  if (route.hasAlternative) reader.complain("or stands twice: the second is not read");
  else if (readAddress(word) === undefined) reader.lose(`${word} is no address for or`);
  route.hasAlternative = true;
};

const readSource: Read = (route, option) => {
  const word = route.reader.take(option);
  if (!readRouteAddress(route, word)) route.reader.lose(`${word} is no address`);
  else if (route.family !== "inet6") route.reader.lose("from is for IPv6 only");
};

const readInterface: Read = (route, option) => {
  route.hasInterface = true;
  route.reader.take(option);
};

const nameReader =
  (kind: KernelNumber): Read =>
  ({ reader }, option) =>
    void readName(reader, option, kind);

const readProtocol: Read = (route, option) => {
  const word = readName(route.reader, option, "protocol");
  route.hasProtocol = word !== "keepalived" && numberOf(word) !== 18;
};

const readRealms: Read = (route, option) => {
  checkRealms(route.reader, route.reader.take(option));
  if (!route.reader.isLost) setFamily(route, "inet");
};

const onlyIpv6 = (route: Route, option: string): void => {
  if (route.family === "inet") route.reader.lose(`${option} is for IPv6 only`);
  else route.family = "inet6";
};

const readExpires: Read = (route, option) => {
  onlyIpv6(route, option);
  readNumber(route.reader, option, 4294967295);
};

const readPreference: Read = (route, option) => {
  onlyIpv6(route, option);
  const word = route.reader.take(option);
  const isGood = /^(?:low|medium|high)$/u.test(word) || isNumber(word, 255);
  if (!isGood) route.reader.lose(`${word} is no value of ${option}`);
};

const lockable =
  (read: Read): Read =>
  (route, option) => {
    if (route.reader.peek() === "lock") route.reader.skip(1);
    read(route, option);
  };

const numberReader =
  (max: number): Read =>
  ({ reader }, option) =>
    void readNumber(reader, option, max);

/** Units of 1/8, 1/4 and 1 millisecond, or seconds and milliseconds; at most 120 seconds. */
const timeReader =
  (factor: number): Read =>
  ({ reader }, option) => {
    const word = reader.take(option);
    const [, digits = "", unit] = /^([^sS]*?)([mM]?[sS](?:ec|ecs)?)?$/u.exec(word) ?? [];
    const places = unit !== undefined && !/^m/iu.test(unit) ? 3 : 0;
    const max = (120_000 * factor) / 10 ** places;
    if (digits === "" || readDecimal(digits, { min: 0, max, places }).fault !== undefined)
      reader.lose(`${word} is no value of ${option}`);
  };

const choiceReader =
  (...choices: readonly string[]): Read =>
  ({ reader }, option) => {
    const word = reader.take(option);
    if (!choices.includes(word)) reader.complain(`${option} wants ${choices.join(" or ")}, not ${word}`);
  };

/** [to] [TYPE] DESTINATION: whatever is no option. */
const readDestination: Read = (route, option) => {
  const { reader } = route;
  const isType = routeTypes.has(option) || (numberOf(option) ?? 256) <= 255;
  const word = option === "to" || isType ? reader.take(option) : option;
  if (reader.isLost) return;
  if (!readRouteAddress(route, word)) reader.lose(`${word} is no option of a route, nor a destination`);
  route.destination = word;
};

const readNothing: Read = () => undefined;

/** Numbers without a rule of their own, and how large they may be. */
const limits: ReadonlyMap<string, number> = new Map([
  ...["metric", "priority", "preference", "window", "initcwnd", "initrwnd"].map(
    (name) => [name, 4294967295] as const,
  ),
  ["hoplimit", 255],
  ["quickack", 1],
  ["fastopen_no_cookie", 1],
]);

const readers: ReadonlyMap<string, Read> = new Map(
  Object.entries<Read>({
    inet: readFamily,
    inet6: readFamily,
    src: readHost,
    via: readGateway,
    gw: readGateway,
    or: readAlternative,
    from: readSource,
    as: ({ reader }, option) => {
      if (reader.take(option) === "to") reader.skip(1);
      reader.complain("as to is for MPLS only: keepalived passes over it");
    },
    tos: nameReader("tos"),
    dsfield: nameReader("tos"),
    table: nameReader("table"),
    scope: nameReader("scope"),
    protocol: readProtocol,
    dev: readInterface,
    oif: readInterface,
    realms: readRealms,
    expires: readExpires,
    pref: readPreference,
    rtt: lockable(timeReader(8)),
    rttvar: lockable(timeReader(4)),
    rto_min: lockable(timeReader(1)),
    mtu: lockable(numberReader(4294967295)),
    advmss: lockable(numberReader(4294967295)),
    reordering: lockable(numberReader(4294967295)),
    cwnd: lockable(numberReader(4294967295)),
    ssthresh: lockable(numberReader(4294967295)),
    congctl: lockable(({ reader }, option) => void reader.take(option)),
    features: choiceReader("ecn"),
    "ttl-propagate": choiceReader("enabled", "disabled"),
    vrf: ({ reader }, option) => void reader.take(option),
    // The words of a tunnel are of another grammar: what follows it is not looked at.
    encap: ({ reader }) => reader.skip(reader.words.length),
    onlink: readNothing,
    add: readNothing,
    append: readNothing,
    prepend: readNothing,
    no_track: (route) => void (route.isNotTracked = true),
    nexthop: (route) => {
      if (route.hasAlternative) route.reader.complain("nexthop does not go with or");
      else readNexthops(route);
      route.hasNexthops = true;
    },
  }),
);
