import type { Configured, ConfiguredInstance, ConfiguredService } from "../director/configured.ts";
import type { Row } from "../director/commands.ts";
import { serviceKey } from "../ipvs/table.ts";
import { skewMs } from "../vrrp/timing.ts";
import { configuredOf, holdersOf, withoutPrefix, type ClusterFacts, type DirectorFacts } from "./facts.ts";

/** What the files of a cluster's directors say together: who would be MASTER of what, and where a real server stands. */

export interface PicturedDirector {
  readonly facts: DirectorFacts;
  readonly configured: Configured;
  readonly sha256: string;
}

/** Directors whose file is known, MASTER of most instances first: the order in which the documented workflow restarts them. */
export function picturedDirectors(facts: ClusterFacts): PicturedDirector[] {
  const pictured = facts.directors.flatMap((director): PicturedDirector[] => {
    const configured = configuredOf(director);
    const config = director.state?.config;
    if (configured === undefined || config?.status !== "known") return [];
    return [{ facts: director, configured, sha256: config.value.sha256 }];
  });
  const rank = (director: PicturedDirector): number => masterCount(director);
  return pictured.toSorted((a, b) => rank(b) - rank(a) || (a.facts.name < b.facts.name ? -1 : 1));
}

function masterCount(director: PicturedDirector): number {
  const vrrp = director.facts.state?.vrrp;
  if (vrrp?.status !== "known") return 0;
  return vrrp.value.filter((instance) => instance.state === "MASTER").length;
}

/** Where an instance's addresses are: instance name to director id. Instances nobody or several hold are left out. */
export type Holders = ReadonlyMap<string, string>;

export function presentHolders(facts: ClusterFacts, directors: readonly PicturedDirector[]): Holders {
  const holders = new Map<string, string>();
  for (const name of instanceNames(directors)) {
    const vip = firstVip(directors, name);
    const held = vip === undefined ? undefined : holdersOf(facts, vip);
    if (held?.length === 1 && held[0] !== undefined) holders.set(name, held[0]);
  }
  return holders;
}

export function instanceNames(directors: readonly PicturedDirector[]): string[] {
  return [
    ...new Set(directors.flatMap((each) => each.configured.instances.map((instance) => instance.name))),
  ];
}

export function findInstance(director: PicturedDirector, name: string): ConfiguredInstance | undefined {
  return director.configured.instances.find((instance) => instance.name === name);
}

/** An instance's addresses without prefix, from the first director that names it. */
export function instanceVips(directors: readonly PicturedDirector[], name: string): string[] {
  for (const director of directors) {
    const instance = findInstance(director, name);
    if (instance !== undefined) return instance.virtualAddresses.map((each) => withoutPrefix(each.address));
  }
  return [];
}

function firstVip(directors: readonly PicturedDirector[], name: string): string | undefined {
  return instanceVips(directors, name)[0];
}

/** Who holds each instance after `leaving` stopped: the highest priority among those left (RFC 3768 section 6.4.2). */
export function holdersAfterStop(
  holders: Holders,
  directors: readonly PicturedDirector[],
  leaving: PicturedDirector,
): Holders {
  const next = new Map(holders);
  for (const [name, holder] of holders) {
    if (holder !== leaving.facts.id) continue;
    const heir = heirOf(directors, leaving, name);
    if (heir === undefined) next.delete(name);
    else next.set(name, heir.facts.id);
  }
  return next;
}

/** Who holds each instance after `returning` started again: it takes over where it may preempt and its priority is higher. */
export function holdersAfterStart(
  holders: Holders,
  directors: readonly PicturedDirector[],
  returning: PicturedDirector,
): Holders {
  const next = new Map(holders);
  for (const instance of returning.configured.instances) {
    const holder = directors.find((each) => each.facts.id === holders.get(instance.name));
    const rival = holder === undefined ? undefined : findInstance(holder, instance.name);
    const takesOver = rival === undefined || (instance.preempt && instance.priority > rival.priority);
    if (takesOver) next.set(instance.name, returning.facts.id);
  }
  return next;
}

function heirOf(
  directors: readonly PicturedDirector[],
  leaving: PicturedDirector,
  name: string,
): PicturedDirector | undefined {
  return directors
    .filter((each) => each.facts.id !== leaving.facts.id && findInstance(each, name) !== undefined)
    .toSorted((a, b) => (findInstance(b, name)?.priority ?? 0) - (findInstance(a, name)?.priority ?? 0))[0];
}

/** How long nobody holds the instance when its MASTER leaves with priority 0: the heir's skew time, ms (`skewMs`). */
export function stopGapMs(
  directors: readonly PicturedDirector[],
  leaving: PicturedDirector,
  name: string,
): number {
  const heir = heirOf(directors, leaving, name);
  const instance = heir === undefined ? undefined : findInstance(heir, name);
  if (instance === undefined) return 0;
  const { advertIntervalCs, priority, version } = instance;
  return Math.round(skewMs({ version, priority, masterAdvertIntervalMs: advertIntervalCs * 10 }));
}

/** Longest time after which a returning director has taken over: master-down interval and its start, ms. */
export function takeOverMs(director: PicturedDirector): number {
  const longest = Math.max(0, ...director.configured.instances.map((each) => each.advertIntervalCs * 10));
  const delay = Math.max(0, ...director.configured.instances.map((each) => each.preemptDelayS * 1_000));
  return longest * 4 + delay + 5_000;
}

/** The longest time that a director's checkers take to call a real server down, ms. */
export function detectionMs(services: readonly ConfiguredService[], row: Row): number {
  const service = services.find((each) => serviceKey(each.id) === serviceKey(row.service));
  const real = service?.realServers.find((each) => each.address === row.address && each.port === row.port);
  if (service === undefined || real === undefined) return 0;
  const worst = real.checks.map(
    (check) => (check.retry + 1) * (check.connectTimeoutS + check.delayBeforeRetryS) + service.delayLoopS,
  );
  return Math.max(0, ...worst) * 1_000;
}
