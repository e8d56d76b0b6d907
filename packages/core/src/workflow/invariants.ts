import { knownValue } from "../director/fact.ts";
import type { Row } from "../director/commands.ts";
import { printEndpoint } from "../net/endpoint.ts";
import { serviceKey } from "../ipvs/table.ts";
import { holdersOf, freshState, type ClusterFacts, type DirectorFacts } from "./facts.ts";
import { instanceNames, instanceVips, picturedDirectors } from "./cluster-picture.ts";
import type { Condition } from "./plan.ts";
import { conditionOf } from "./preflight.ts";
import { wireConditions } from "./wire-conditions.ts";

/**
 * What must hold while a run is under way, whatever its step: no address on two directors, nobody on the wire who disputes an
 * instance, and no service of a forwarding director left without a real server that takes new connections. `rows` are those the run itself takes out. An unknown stays undefined:
 * it is no breach.
 */
export function runInvariants(facts: ClusterFacts, rows: readonly Row[]): Condition[] {
  const directors = picturedDirectors(facts);
  const vips = instanceNames(directors).flatMap((name) => instanceVips(directors, name));
  return [
    ...vips.map((vip) => onNoTwoDirectors(facts, vip)),
    ...wireConditions(facts, directors),
    ...facts.directors.flatMap((director) => servicesServed(director, rows)),
  ];
}

/** Two holders only count when they stay: a hand-over shows both for the time of one message. */
function onNoTwoDirectors(facts: ClusterFacts, vip: string): Condition {
  const holders = holdersOf(facts, vip);
  return conditionOf("onNoTwoDirectors", { vip }, holders === undefined ? undefined : holders.length <= 1);
}

function servicesServed(director: DirectorFacts, rows: readonly Row[]): Condition[] {
  const state = freshState(director);
  const config = state === undefined ? undefined : knownValue(state.config);
  const table = state === undefined ? undefined : knownValue(state.table);
  const isRunning = state === undefined ? undefined : knownValue(state.daemon)?.isRunning;
  if (config === undefined || table === undefined || isRunning !== true) return [];
  return table.services.map((service) => {
    const key = serviceKey(service.id);
    const leaving = new Set(
      rows.filter((row) => serviceKey(row.service) === key).map((row) => printEndpoint(row)),
    );
    const serving = service.destinations.filter(
      (each) => each.weight > 0 && !leaving.has(printEndpoint(each)),
    );
    return conditionOf("serviceServed", { service: key, director: director.name }, serving.length > 0);
  });
}
