import type { Entry } from "../../reading.ts";
import { readAddressOf, readInteger } from "../../words.ts";
import { familyOfAddress } from "../families.ts";
import type { Family } from "../families.ts";

export type Method = "NAT" | "DR" | "TUN";

/** A real server or sorry server, as keepalived has it once the virtual server is read (check_data.c). */
export interface Server {
  readonly entry: Entry;
  readonly address: string;
  /** 0 where none is given. */
  readonly port: number;
  readonly family: Family;
  /** Its own, or the virtual server's where that stood before it. */
  readonly method: Method | undefined;
  readonly weight: number;
  readonly inhibits: boolean | undefined;
}

/** A virtual server, as keepalived has it before defaults are filled in. */
export interface Service {
  readonly entry: Entry;
  readonly kind: "address" | "fwmark" | "group";
  /** Address, mark or group as written. */
  readonly target: string;
  readonly port: number;
  readonly family: Family | undefined;
  readonly protocol: "tcp" | "udp" | "sctp" | undefined;
  readonly scheduler: string | undefined;
  readonly method: Method | undefined;
  readonly isPersistent: boolean;
  readonly quorum: number;
  readonly hysteresis: number;
  /** Those of the family of the service, in order. */
  readonly servers: readonly Server[];
  /** Of another family, so dropped. */
  readonly strangers: readonly Server[];
  readonly sorryServer: Server | undefined;
  readonly hasStrangeSorryServer: boolean;
}

const remembered = new WeakMap<Entry, Service | null>();

/** Undefined where keepalived passes over the block. */
export const readService = (entry: Entry): Service | undefined => {
  const known = remembered.get(entry);
  if (known !== undefined) return known ?? undefined;
  const service = entry.inside === undefined || entry.words.length < 2 ? undefined : readBlock(entry);
  remembered.set(entry, service ?? null);
  return service;
};

const readBlock = (entry: Entry): Service => {
  const [, first = "", second] = entry.words;
  const kind = first === "group" ? "group" : first === "fwmark" ? "fwmark" : "address";
  const address = kind === "address" ? readAddressOf(first) : undefined;
  const { servers, sorryServer } = readServers(entry);
  const family =
    (address === undefined ? undefined : familyOfAddress(address)) ??
    familyByKeyword(entry) ??
    familyByServers(servers);
  const belongs = ({ method, family: own }: Server): boolean =>
    method === "TUN" || family === undefined || own === family;
  return {
    entry,
    kind,
    target: address ?? second ?? first,
    port: kind === "address" ? portOf(second) : 0,
    family,
    protocol: protocolOf(entry),
    scheduler: goodWord(entry, ["lb_algo", "lvs_sched"], isScheduler),
    method: methodOf(entry, ["lb_kind", "lvs_method"]),
    isPersistent: isPersistent(entry),
    quorum: integerOf(entry, "quorum", { min: 1, max: 4294967295 }) ?? 1,
    hysteresis: integerOf(entry, "hysteresis", { min: 0, max: 4294967295 }) ?? 0,
    servers: servers.filter(belongs),
    strangers: servers.filter((server) => !belongs(server)),
    sorryServer: sorryServer !== undefined && belongs(sorryServer) ? sorryServer : undefined,
    hasStrangeSorryServer: sorryServer !== undefined && !belongs(sorryServer),
  };
};

const readServers = (entry: Entry): { servers: readonly Server[]; sorryServer: Server | undefined } => {
  const servers: Server[] = [];
  let sorryServer: Server | undefined;
  let method: Method | undefined;
  let weight = 1;
  for (const line of entry.inside?.entries ?? []) {
    const { name } = line.keyword;
    if (name === "real_server") {
      if (line.inside !== undefined) servers.push(readServer(line, { method }));
    } else if (name === "sorry_server") {
      sorryServer =
        readAddressOf(line.words[1] ?? "") === undefined ? sorryServer : readServer(line, { method });
    } else if (name === "lb_kind" || name === "lvs_method") method = readMethod(line.words[1]) ?? method;
    else if (name === "sorry_server_lvs_method" && sorryServer !== undefined) {
      sorryServer = { ...sorryServer, method: readMethod(line.words[1]) ?? sorryServer.method };
    } else if (name === "sorry_server_inhibit" && sorryServer !== undefined) {
      sorryServer = { ...sorryServer, inhibits: true };
    } else if (name === "weight") {
      const read = readInteger(line.words[1] ?? "", { min: 1, max: 2147483647 });
      if (read.fault === undefined) weight = read.value;
    }
  }
  return {
    servers: servers.map((server) => (server.weight >= 0 ? server : { ...server, weight })),
    sorryServer,
  };
};

/** Weight -1 stands for the virtual server's, known only at its end. In one walk: there are ten thousand of them. */
const readServer = (entry: Entry, inherited: { method: Method | undefined }): Server => {
  const address = readAddressOf(entry.words[1] ?? "") ?? "";
  let { method } = inherited;
  let weight = entry.keyword.name === "real_server" ? -1 : 1;
  let inhibits: boolean | undefined;
  for (const line of entry.inside?.entries ?? []) {
    const word = line.words[1] ?? "";
    switch (line.keyword.name) {
      case "lvs_method":
        method = readMethod(word) ?? method;
        break;
      case "weight":
        weight = line.words.length > 1 ? goodWeight(word, weight) : weight;
        break;
      case "inhibit_on_failure":
        inhibits = !/^(?:off|false|no)$/u.test(word);
        break;
    }
  }
  const port = portOf(entry.words[2]);
  return { entry, address, port, family: familyOfAddress(address), method, weight, inhibits };
};

const weightRange = { min: 0, max: 2147483647 };

const goodWeight = (word: string, otherwise: number): number => {
  const { value, fault } = readInteger(word, weightRange);
  return fault === undefined ? value : otherwise;
};

const portRange = { min: 0, max: 65535 };

const portOf = (word: string | undefined): number => readInteger(word ?? "", portRange).value;

const readMethod = (word: string | undefined): Method | undefined =>
  word === "NAT" || word === "DR" || word === "TUN" ? word : undefined;

const methodOf = (entry: Entry, names: readonly string[]): Method | undefined =>
  readMethod(goodWord(entry, names, (word) => readMethod(word) !== undefined));

/** The last value of a keyword that keepalived takes. */
const goodWord = (
  entry: Entry,
  names: readonly string[],
  isGood: (word: string) => boolean,
): string | undefined => {
  let value: string | undefined;
  for (const { keyword, words } of entry.inside?.entries ?? []) {
    if (!names.includes(keyword.name)) continue;
    const word = words[1];
    if (word !== undefined && isGood(word)) value = word;
  }
  return value;
};

const knownSchedulers = /^(?:rr|wrr|lc|wlc|lblc|lblcr|sh|mh|dh|fo|ovf|sed|nq|twos)$/u;
const isScheduler = (word: string): boolean => knownSchedulers.test(word);

const protocolOf = (entry: Entry): Service["protocol"] => {
  const word = goodWord(entry, ["protocol"], (one) => /^(?:tcp|udp|sctp)$/iu.test(one))?.toLowerCase();
  return word === "tcp" || word === "udp" || word === "sctp" ? word : undefined;
};

const integerOf = (entry: Entry, name: string, range: { min: number; max: number }): number | undefined => {
  const word = goodWord(entry, [name], (one) => readInteger(one, range).fault === undefined);
  return word === undefined ? undefined : readInteger(word, range).value;
};

const isPersistent = (entry: Entry): boolean =>
  entry.inside?.entries.some(
    ({ keyword, words }) =>
      keyword.name === "persistence_granularity" ||
      (keyword.name === "persistence_timeout" &&
        (words.length < 2 || readInteger(words[1] ?? "", { min: 1, max: 2678400 }).fault === undefined)),
  ) === true;

const familyByKeyword = (entry: Entry): Family | undefined => {
  const word = goodWord(entry, ["ip_family"], (one) => one === "inet" || one === "inet6");
  return word === "inet" || word === "inet6" ? word : undefined;
};

const familyByServers = (servers: readonly Server[]): Family | undefined =>
  servers.find(({ method }) => method !== "TUN")?.family;

/** As keepalived names it in its log: [192.0.2.1]:tcp:80, FWM 10, [group]:0. */
export const nameOfService = (service: Service): string => {
  if (service.kind === "group") return `[${service.target}]:0`;
  if (service.kind === "fwmark") return `FWM ${service.target}`;
  return `[${service.target}]:${service.protocol ?? "none"}:${service.port}`;
};

/** As keepalived names it in its log. */
export const nameOfServer = (service: Service, server: Server): string =>
  `[${server.address}]:${service.protocol ?? "none"}:${server.port}`;

/** The forwarding method in the end: NAT where nothing says otherwise. */
export const settledMethod = (service: Service, server: Server): Method =>
  server.method ?? service.method ?? "NAT";
