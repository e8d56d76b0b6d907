import type { Row } from "../director/commands.ts";
import { knownValue } from "../director/fact.ts";
import type { Verdict } from "../director/state.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";
import type { Proof } from "./plan.ts";
import {
  findDirector,
  findRow,
  freshFact,
  holdersOf,
  type ClusterFacts,
  type RealServerProbe,
} from "./facts.ts";

/**
 * `proven`: read from the live cluster and true. `awaited`: read and not true yet, `live` is what was read. `unknown`: it could
 * not be asked, which neither proves nor disproves.
 */
export interface Evidence {
  readonly status: "proven" | "awaited" | "unknown";
  /** The live value as the screen shows it: "1312", "MASTER", "lvs-1, lvs-2". Empty where there is nothing to show. */
  readonly live: string;
}

/** Hashes and weights that a run wrote down on its way: "written:<directorId>" → sha256. */
export type RunRecord = Readonly<Record<string, string>>;

const unknown: Evidence = { status: "unknown", live: "" };

/** Looks one proof up in the facts. Pure; stale facts prove nothing. */
export function evaluateProof(proof: Proof, facts: ClusterFacts, record: RunRecord): Evidence {
  switch (proof.kind) {
    case "rowHasWeight":
    case "rowGone":
    case "rowPresent":
    case "rowDrained":
      return evaluateRow(proof, facts);
    case "serviceAnswers":
    case "vipOnLoopback":
    case "arpSuppressed":
      return evaluateRealServer(proof, facts);
    case "configWritten":
      return evaluateHash(facts, proof.directorId, record[writtenKey(proof.directorId)]);
    case "configIs":
      return evaluateHash(facts, proof.directorId, proof.sha256);
    case "configLoaded":
      return evaluateLoaded(facts, proof.directorId);
    case "daemonRuns":
      return evaluateDaemon(facts, proof.directorId, proof.isExpected);
    case "instanceState":
      return evaluateInstance(facts, proof);
    case "oneHolder":
      return evaluateHolder(facts, proof.vip, proof.directorId);
    case "tableReady":
      return evaluateTableReady(facts, proof.directorId);
  }
}

/** Where a run keeps the hash of the file it wrote on a director. */
export function writtenKey(directorId: string): string {
  return `written:${directorId}`;
}

function evidence(isTrue: boolean, live: string | number): Evidence {
  return { status: isTrue ? "proven" : "awaited", live: String(live) };
}

type RowProof = Extract<Proof, { kind: "rowHasWeight" | "rowGone" | "rowPresent" | "rowDrained" }>;

function evaluateRow(proof: RowProof, facts: ClusterFacts): Evidence {
  const found = findRow(facts, proof.directorId, proof.row);
  if (found.kind === "unknown") return unknown;
  const weight = found.kind === "found" ? found.destination.weight : undefined;
  switch (proof.kind) {
    case "rowHasWeight":
      return evidence(weight === proof.weight, weight ?? "");
    case "rowGone":
      return evidence(found.kind === "gone", weight ?? "");
    case "rowPresent":
      return evidence(found.kind === "found", weight ?? "");
    case "rowDrained": {
      const active = found.kind === "found" ? found.destination.activeConnections : 0;
      return evidence(active <= proof.most, active);
    }
  }
}

type RealServerProof = Extract<Proof, { kind: "serviceAnswers" | "vipOnLoopback" | "arpSuppressed" }>;

function evaluateRealServer(proof: RealServerProof, facts: ClusterFacts): Evidence {
  const probe = facts.realServers.find((each) => each.id === proof.realServerId)?.probe;
  if (probe === undefined) return unknown;
  switch (proof.kind) {
    case "serviceAnswers": {
      const answers = probe.answers[proof.port];
      return answers === undefined ? unknown : evidence(answers === proof.isExpected, proof.port);
    }
    case "vipOnLoopback": {
      if (probe.loopbackAddresses === undefined) return unknown;
      const isThere = probe.loopbackAddresses.includes(proof.vip);
      return evidence(isThere === proof.isExpected, isThere ? proof.vip : "");
    }
    case "arpSuppressed":
      return probe.arp === undefined ? unknown : evidence(isArpSuppressed(probe.arp), printArp(probe.arp));
  }
}

/**
 * The kernel takes the larger of conf/all and conf/IF (Documentation/networking/ip-sysctl.rst, arp_ignore, arp_announce), and the
 * request arrives on eth0, not on lo: `all` is what counts.
 */
function isArpSuppressed(arp: NonNullable<RealServerProbe["arp"]>): boolean {
  return arp.allIgnore >= 1 && arp.allAnnounce >= 2;
}

function printArp(arp: NonNullable<RealServerProbe["arp"]>): string {
  return `arp_ignore=${arp.allIgnore} arp_announce=${arp.allAnnounce}`;
}

function evaluateHash(facts: ClusterFacts, directorId: string, wanted: string | undefined): Evidence {
  const fact = freshFact(facts, directorId, "config");
  const config = fact === undefined ? undefined : knownValue(fact);
  if (config === undefined || wanted === undefined) return unknown;
  return evidence(config.sha256 === wanted, config.sha256.slice(0, 12));
}

function evaluateLoaded(facts: ClusterFacts, directorId: string): Evidence {
  const fact = freshFact(facts, directorId, "config");
  const config = fact === undefined ? undefined : knownValue(fact);
  if (config?.loadedSha256 === undefined) return unknown;
  return evidence(config.loadedSha256 === config.sha256, config.loadedSha256.slice(0, 12));
}

function evaluateDaemon(facts: ClusterFacts, directorId: string, isExpected: boolean): Evidence {
  const fact = freshFact(facts, directorId, "daemon");
  const daemon = fact === undefined ? undefined : knownValue(fact);
  if (daemon === undefined) return unknown;
  const pids = daemon.processes.map((each) => each.pid).join(" ");
  return evidence(daemon.isRunning === isExpected, pids === "" ? "" : `pid ${pids}`);
}

function evaluateInstance(facts: ClusterFacts, proof: Extract<Proof, { kind: "instanceState" }>): Evidence {
  const fact = freshFact(facts, proof.directorId, "vrrp");
  const instances = fact === undefined ? undefined : knownValue(fact);
  const instance = instances?.find((each) => each.name === proof.instance);
  if (instance === undefined) return unknown;
  const holdsAll = instance.addresses.every((each) => each.isHeld === (proof.state === "MASTER"));
  return evidence(instance.state === proof.state && holdsAll, instance.state);
}

function evaluateHolder(facts: ClusterFacts, vip: string, directorId: string | undefined): Evidence {
  const holders = holdersOf(facts, vip);
  if (holders === undefined) return unknown;
  const names = holders.map((id) => findDirector(facts, id)?.name ?? id).join(", ");
  return evidence(holders.length === 1 && (directorId === undefined || holders[0] === directorId), names);
}

/**
 * Every configured real server that this director's own checkers call up is in its kernel table. What stands in a file that the
 * daemon has not read yet has no verdict, or one that is not known, and is not waited for.
 */
function evaluateTableReady(facts: ClusterFacts, directorId: string): Evidence {
  const config = freshFact(facts, directorId, "config");
  const file = config === undefined ? undefined : knownValue(config);
  const table = freshFact(facts, directorId, "table");
  if (file === undefined || table === undefined || table.status === "unknown") return unknown;
  const verdicts = verdictsByRow(facts, directorId);
  if (verdicts === undefined) return unknown;
  const isRead = file.loadedSha256 === undefined || file.loadedSha256 === file.sha256;
  const rows = file.configured.services.flatMap((service) =>
    service.realServers.map((real) => ({ service: service.id, address: real.address, port: real.port })),
  );
  const wanted = rows.filter((row) => {
    const verdict = verdicts.get(rowKey(row));
    return verdict === undefined || verdict === "unknown" ? isRead : verdict === "up";
  });
  const there = wanted.filter((row) => findRow(facts, directorId, row).kind === "found");
  return evidence(there.length === wanted.length, `${there.length}/${wanted.length}`);
}

/** A real server may be down for one service and up for another: each has its own checkers. */
function verdictsByRow(facts: ClusterFacts, directorId: string): Map<string, Verdict["verdict"]> | undefined {
  const health = freshFact(facts, directorId, "health");
  const verdicts = health === undefined ? undefined : knownValue(health);
  if (verdicts === undefined) return undefined;
  return new Map(verdicts.map((each) => [rowKey(each), each.verdict]));
}

function rowKey(row: Row): string {
  return `${serviceKey(row.service)} ${destinationKey(row)}`;
}
