import { serviceKey } from "../ipvs/table.ts";
import type { ConfiguredService } from "../director/configured.ts";
import { knownValue } from "../director/fact.ts";
import type { Row } from "../director/commands.ts";
import { printEndpoint } from "../net/endpoint.ts";
import type { Condition, ConditionCode } from "./plan.ts";
import { findRow, freshState, holdersOf, type ClusterFacts, type DirectorFacts } from "./facts.ts";
import { instanceNames, instanceVips, type PicturedDirector } from "./cluster-picture.ts";
import { wireConditions } from "./wire-conditions.ts";

/** Conditions of a cluster that every workflow asks before it starts. An unknown stays undefined and refuses the start. */
export function clusterPreflight(facts: ClusterFacts, directors: readonly PicturedDirector[]): Condition[] {
  return [
    ...facts.directors.map((director) => isFresh(director)),
    ...facts.directors.map((director) => runsDaemon(director)),
    ...facts.directors.map((director) => hasNoUnconfirmedFile(director)),
    ...instanceNames(directors).flatMap((name) =>
      instanceVips(directors, name).map((vip) => hasOneHolder(facts, vip)),
    ),
    ...instanceNames(directors).map((name) => hasStandby(facts, name)),
    ...wireConditions(facts, directors),
  ];
}

function isFresh(director: DirectorFacts): Condition {
  return {
    code: "directorFresh",
    values: { director: director.name },
    isMet: freshState(director) !== undefined,
  };
}

function runsDaemon(director: DirectorFacts): Condition {
  const state = freshState(director);
  const daemon = state === undefined ? undefined : knownValue(state.daemon);
  return conditionOf("daemonRuns", { director: director.name }, daemon?.isRunning);
}

function hasNoUnconfirmedFile(director: DirectorFacts): Condition {
  const state = freshState(director);
  const config = state === undefined ? undefined : knownValue(state.config);
  const isMet = config === undefined ? undefined : config.unconfirmed === undefined;
  return conditionOf("noUnconfirmedFile", { director: director.name }, isMet);
}

function hasOneHolder(facts: ClusterFacts, vip: string): Condition {
  const holders = holdersOf(facts, vip);
  return conditionOf("oneHolder", { vip, holders: holders?.length ?? 0 }, holders && holders.length === 1);
}

/** One MASTER and at least one BACKUP: with nobody to take over, a stop is an outage. */
function hasStandby(facts: ClusterFacts, instance: string): Condition {
  const states = facts.directors.map((director) => {
    const state = freshState(director);
    const known = state === undefined ? undefined : knownValue(state.vrrp);
    return known?.find((each) => each.name === instance)?.state;
  });
  if (states.includes(undefined)) return conditionOf("standbyReady", { instance }, undefined);
  const masters = states.filter((state) => state === "MASTER").length;
  const backups = states.filter((state) => state === "BACKUP").length;
  return conditionOf("standbyReady", { instance }, masters === 1 && backups >= 1);
}

/** What every service of the real server would be left with: at least one row in each table, and its quorum met. */
export function remainingConditions(
  facts: ClusterFacts,
  directors: readonly PicturedDirector[],
  rows: readonly Row[],
): Condition[] {
  return directors.flatMap((director) => {
    const services = director.configured.services.filter((service) =>
      rows.some((row) => serviceKey(row.service) === serviceKey(service.id)),
    );
    return services.map((service) => remainingIn(facts, director, { service, rows }));
  });
}

function remainingIn(
  facts: ClusterFacts,
  director: PicturedDirector,
  { service, rows }: { service: ConfiguredService; rows: readonly Row[] },
): Condition {
  const leaving = new Set(
    rows.filter((row) => serviceKey(row.service) === serviceKey(service.id)).map((row) => printEndpoint(row)),
  );
  const fellows = service.realServers.filter((real) => !leaving.has(printEndpoint(real)));
  const found = fellows.map((real) =>
    findRow(facts, director.facts.id, { service: service.id, address: real.address, port: real.port }),
  );
  const weight = found.reduce((sum, row) => sum + (row.kind === "found" ? row.destination.weight : 0), 0);
  const count = found.filter((row) => row.kind === "found" && row.destination.weight > 0).length;
  const values = {
    service: serviceKey(service.id),
    director: director.facts.name,
    count,
    quorum: service.quorum,
  };
  const isUnknown = found.some((row) => row.kind === "unknown");
  return conditionOf("othersServe", values, isUnknown ? undefined : count >= 1 && weight >= service.quorum);
}

/** A condition whose answer may be "could not be asked". */
export function conditionOf(
  code: ConditionCode,
  values: Condition["values"],
  isMet: boolean | undefined,
): Condition {
  return isMet === undefined ? { code, values } : { code, values, isMet };
}
