import { knownValue } from "@lvs/core/director/fact";
import type { FleetDirector } from "@lvs/core/fleet/model";
import type { VirtualService } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";

/** What is traced of a row or a service: ActiveConn, and new connections per second. */
export type Traced = "active" | "rate";

/** One of them over the time this tab is open: [console's epoch ms, value]. */
export type Trace = readonly (readonly [number, number])[];

/** Of one row or service: points in columns, a third of the room that pairs take. */
interface Kept {
  readonly key: string;
  readonly points: Record<Traced, { readonly atMs: number[]; readonly values: number[] }>;
  askedAtMs: number;
}

const keptMs = 15 * 60_000;
const stepMs = 5_000;
/** Rows and services together, each of fifteen minutes: some fifty megabytes. A tab is open for weeks and shows a hundred at a time. */
export const mostKept = 10_000;
/** Up to this many rows a director is traced before anybody asks, so that its lines are there when somebody does. */
export const tracedUnasked = 500;
/** What was not drawn for so long makes room, where there is none. */
const notAskedMs = 60_000;
const dropEveryMs = 10_000;

/**
 * The traces of what this tab shows. A row is traced from the first time it is asked for; all rows of small directors from the start,
 * while there is room. Past `mostKept` those that nobody has asked for during a minute are dropped.
 */
export class Traces {
  /** By director, then by service, then by key of the row or of the service itself. */
  private readonly kept = new Map<string, Map<string, Map<string, Kept>>>();
  private readonly recordedAtMs = new Map<string, number>();
  private count = 0;
  private droppedAtMs = Number.NEGATIVE_INFINITY;

  /** "TCP 192.0.2.1:80" or "TCP 192.0.2.1:80 192.0.2.7:80". `nowMs` on any clock that goes forward. */
  read(directorId: string, key: string, { nowMs, traced }: { traced: Traced; nowMs: number }): Trace {
    if (this.count > mostKept) this.drop(nowMs);
    const kept = this.find(directorId, key) ?? this.follow(directorId, key, nowMs);
    kept.askedAtMs = nowMs;
    const { atMs, values } = kept.points[traced];
    return atMs.map((at, index): [number, number] => [at, values[index] ?? 0]);
  }

  /** Puts what was sampled before in front of what was heard. */
  seed(directorId: string, key: string, past: Readonly<Record<Traced, Trace>>): void {
    const points = this.find(directorId, key)?.points;
    if (points === undefined) return;
    for (const traced of ["active", "rate"] as const) {
      const heard = points[traced];
      const firstMs = heard.atMs[0] ?? Number.POSITIVE_INFINITY;
      const before = past[traced].filter(([atMs]) => atMs < firstMs);
      points[traced] = {
        atMs: [...before.map(([atMs]) => atMs), ...heard.atMs],
        values: [...before.map(([, value]) => value), ...heard.values],
      };
    }
  }

  /** One point of everything that is traced of a director, at most every five seconds. `atMs` on the console's clock. */
  record(director: FleetDirector, atMs: number): void {
    const table = director.state === undefined ? undefined : knownValue(director.state.table);
    const last = this.recordedAtMs.get(director.id);
    if (table === undefined || (last !== undefined && atMs - last < stepMs)) return;
    const rows = table.services.reduce((sum, { destinations }) => sum + destinations.length + 1, 0);
    if (rows <= tracedUnasked) this.followAll(director.id, table.services);
    this.recordedAtMs.set(director.id, atMs);
    const services = this.kept.get(director.id);
    if (services === undefined) return;
    for (const service of table.services) {
      const key = serviceKey(service.id);
      const kept = services.get(key);
      if (kept !== undefined) recordService(kept, { service, key, atMs });
    }
  }

  private find(directorId: string, key: string): Kept | undefined {
    return this.kept.get(directorId)?.get(serviceOf(key))?.get(key);
  }

  private follow(directorId: string, key: string, nowMs: number): Kept {
    const services = this.kept.get(directorId) ?? new Map<string, Map<string, Kept>>();
    const rows = services.get(serviceOf(key)) ?? new Map<string, Kept>();
    const points = { active: { atMs: [], values: [] }, rate: { atMs: [], values: [] } };
    const kept: Kept = { key, points, askedAtMs: nowMs };
    this.kept.set(directorId, services.set(serviceOf(key), rows.set(key, kept)));
    this.count += 1;
    // Its first point comes with the director's next word.
    this.recordedAtMs.delete(directorId);
    return kept;
  }

  private followAll(directorId: string, services: readonly VirtualService[]): void {
    for (const { destinations, id } of services) {
      const key = serviceKey(id);
      for (const each of [key, ...destinations.map((row) => `${key} ${destinationKey(row)}`)])
        if (this.count < mostKept && this.find(directorId, each) === undefined)
          this.follow(directorId, each, Number.NEGATIVE_INFINITY);
    }
  }

  private drop(nowMs: number): void {
    if (nowMs - this.droppedAtMs < dropEveryMs) return;
    this.droppedAtMs = nowMs;
    for (const services of this.kept.values())
      for (const rows of services.values())
        for (const { askedAtMs, key } of rows.values())
          if (nowMs - askedAtMs > notAskedMs && rows.delete(key)) this.count -= 1;
  }
}

/** The service that a key is of: as `serviceKey` makes it, which has two or three words. */
const serviceOf = (key: string): string => /^(?:FWM \d+(?: IPv6)?|\S+ \S+)/u.exec(key)?.[0] ?? key;

const recordService = (
  kept: ReadonlyMap<string, Kept>,
  { atMs, key, service }: { service: VirtualService; key: string; atMs: number },
): void => {
  const own = kept.get(key);
  if (own !== undefined) {
    const active = service.destinations.reduce((sum, each) => sum + each.activeConnections, 0);
    push(own, atMs, { active, rate: service.rates.connectionsPerSecond });
  }
  if (kept.size === (own === undefined ? 0 : 1)) return;
  for (const row of service.destinations) {
    const found = kept.get(`${key} ${destinationKey(row)}`);
    if (found !== undefined)
      push(found, atMs, { active: row.activeConnections, rate: row.rates.connectionsPerSecond });
  }
};

const push = ({ points }: Kept, nowMs: number, now: Readonly<Record<Traced, number>>): void => {
  for (const traced of ["active", "rate"] as const) {
    const { atMs, values } = points[traced];
    if (nowMs - (atMs.at(-1) ?? Number.NEGATIVE_INFINITY) < stepMs) continue;
    atMs.push(nowMs);
    values.push(now[traced]);
    while (nowMs - (atMs[0] ?? nowMs) > keptMs) {
      atMs.shift();
      values.shift();
    }
  }
};
