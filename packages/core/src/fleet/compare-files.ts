import type { Configured, ConfiguredInstance, ConfiguredService } from "../director/configured.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";

/**
 * What two directors' files must have in common and must not: domain.md, "What must match and what must differ". Read from the
 * configurations that the agents cut down; passwords are compared on the agents' side only and are not part of it.
 */

export interface FileLine {
  /** What is compared: "router_id", "VI_CTCP priority", "TCP 192.0.2.1:80 lb_algo". */
  readonly subject: string;
  readonly keyword: string;
  readonly rule: "mustDiffer" | "mustMatch";
  /** As the two files have it; undefined where a file does not have it at all. */
  readonly first: string | undefined;
  readonly second: string | undefined;
  readonly isMet: boolean;
}

export const compareFiles = (first: Configured, second: Configured): FileLine[] => [
  mustDiffer("", "router_id", first.routerId, second.routerId),
  ...pairUp(first.instances, second.instances, (each) => each.name).flatMap(({ key, a, b }) =>
    compareInstance(key, a, b),
  ),
  ...pairUp(first.services, second.services, (each) => serviceKey(each.id)).flatMap(({ key, a, b }) =>
    compareService(key, a, b),
  ),
];

const mustDiffer = (
  subject: string,
  keyword: string,
  first: string | undefined,
  second: string | undefined,
): FileLine => ({
  subject,
  keyword,
  rule: "mustDiffer",
  first,
  second,
  isMet: first !== undefined && second !== undefined && first !== second,
});

const mustMatch = (
  subject: string,
  keyword: string,
  values: readonly [string | undefined, string | undefined],
): FileLine => ({
  subject,
  keyword,
  rule: "mustMatch",
  first: values[0],
  second: values[1],
  isMet: values[0] === values[1],
});

interface Pair<Value> {
  readonly key: string;
  readonly a: Value | undefined;
  readonly b: Value | undefined;
}

/** In the order of the first file, then what only the second has. */
const pairUp = <Value>(
  first: readonly Value[],
  second: readonly Value[],
  keyOf: (value: Value) => string,
): Pair<Value>[] => {
  const others = new Map(second.map((value) => [keyOf(value), value]));
  const keys = new Set(first.map(keyOf));
  return [
    ...first.map((value) => ({ key: keyOf(value), a: value, b: others.get(keyOf(value)) })),
    ...second
      .filter((value) => !keys.has(keyOf(value)))
      .map((value) => ({ key: keyOf(value), a: undefined, b: value })),
  ];
};

/** Written values, so that the reader finds them again in the files. */
const printAdvert = (instance: ConfiguredInstance): string => `${instance.advertIntervalCs / 100} s`;

const printAddresses = (instance: ConfiguredInstance): string =>
  instance.virtualAddresses
    .map((each) => (each.isExcluded ? `${each.address} excluded` : each.address))
    .toSorted()
    .join(", ");

const compareInstance = (
  name: string,
  a: ConfiguredInstance | undefined,
  b: ConfiguredInstance | undefined,
): FileLine[] => {
  if (a === undefined || b === undefined) return [mustMatch(name, "vrrp_instance", [a && name, b && name])];
  const match = (keyword: string, value: (instance: ConfiguredInstance) => string): FileLine =>
    mustMatch(name, keyword, [value(a), value(b)]);
  return [
    comparePriority(name, a, b),
    match("virtual_router_id", (each) => String(each.virtualRouterId)),
    match("advert_int", printAdvert),
    match("version", (each) => `VRRPv${each.version}`),
    match("authentication", (each) => (each.hasPassword ? "PASS ••••" : "none")),
    match("virtual_ipaddress", printAddresses),
  ];
};

/** `state` and priority make one line: one MASTER and one BACKUP, or both BACKUP with nopreempt; the priorities differ always. */
const comparePriority = (name: string, a: ConfiguredInstance, b: ConfiguredInstance): FileLine => {
  const isBothPassive =
    a.initialState === "BACKUP" && b.initialState === "BACKUP" && !a.preempt && !b.preempt;
  return {
    subject: name,
    keyword: "state, priority",
    rule: "mustDiffer",
    first: `${a.initialState} ${a.priority}`,
    second: `${b.initialState} ${b.priority}`,
    isMet: a.priority !== b.priority && (a.initialState !== b.initialState || isBothPassive),
  };
};

const printPersistence = (service: ConfiguredService): string =>
  service.persistenceTimeoutS === undefined ? "none" : String(service.persistenceTimeoutS);

const printSorry = (service: ConfiguredService): string =>
  service.sorryServer === undefined ? "none" : destinationKey(service.sorryServer);

const compareService = (
  key: string,
  a: ConfiguredService | undefined,
  b: ConfiguredService | undefined,
): FileLine[] => {
  if (a === undefined || b === undefined) return [mustMatch(key, "virtual_server", [a && key, b && key])];
  const match = (keyword: string, value: (service: ConfiguredService) => string): FileLine =>
    mustMatch(key, keyword, [value(a), value(b)]);
  const realServers = pairUp(a.realServers, b.realServers, destinationKey).flatMap((pair) =>
    compareRealServer(key, pair),
  );
  return [
    match("lb_algo", (each) => each.scheduler),
    match("lb_kind", (each) => each.forwarding),
    match("persistence_timeout", printPersistence),
    match("quorum", (each) => String(each.quorum)),
    match("delay_loop", (each) => String(each.delayLoopS)),
    match("sorry_server", printSorry),
    ...realServers,
  ];
};

const printChecks = (real: ConfiguredService["realServers"][number]): string =>
  real.checks
    .map((check) =>
      [check.kind, check.connectPort, check.connectTimeoutS, check.retry, check.detail]
        .filter((part) => part !== undefined && part !== "")
        .join(" "),
    )
    .toSorted()
    .join(", ");

const compareRealServer = (
  service: string,
  pair: Pair<ConfiguredService["realServers"][number]>,
): FileLine[] => {
  const { a, b } = pair;
  const subject = `${service} ${pair.key}`;
  if (a === undefined || b === undefined)
    return [mustMatch(subject, "real_server", [a && pair.key, b && pair.key])];
  return [
    mustMatch(subject, "weight", [String(a.weight), String(b.weight)]),
    mustMatch(subject, "checks", [printChecks(a), printChecks(b)]),
  ];
};
