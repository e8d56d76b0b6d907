import type { Configured } from "../director/configured.ts";
import { knownValue } from "../director/fact.ts";
import type { Row } from "../director/commands.ts";
import type { DirectorState } from "../director/state.ts";
import type { Destination, VirtualService } from "../ipvs/model.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";

/** What a workflow looks at: the directors of one cluster as last heard, its real servers as last probed. */

export interface DirectorFacts {
  readonly id: string;
  readonly name: string;
  readonly isConnected: boolean;
  /** Milliseconds since anything was heard; undefined before the first word. */
  readonly ageMs: number | undefined;
  readonly state: DirectorState | undefined;
  /** Why it is not connected and since when, console's clock, where that is known. */
  readonly lost?: { readonly sinceMs: number; readonly reason: string };
}

/** What one look at a real server over SSH (and one plain connect to each port) found. */
export interface RealServerProbe {
  /** Port to whether a TCP connect succeeded. */
  readonly answers: Readonly<Record<number, boolean>>;
  /** Addresses on lo without prefix; undefined: could not be asked. */
  readonly loopbackAddresses: readonly string[] | undefined;
  /** net.ipv4.conf.{all,lo}.arp_ignore and arp_announce; undefined: could not be asked. */
  readonly arp:
    | {
        readonly allIgnore: number;
        readonly allAnnounce: number;
        readonly loIgnore: number;
        readonly loAnnounce: number;
      }
    | undefined;
  /** Why the last look over SSH read nothing, and since when, epoch ms. */
  readonly sshFailure?: { readonly sinceMs: number; readonly reason: string };
}

export interface RealServerFacts {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly hasPinnedHostKey: boolean;
  readonly probe: RealServerProbe | undefined;
}

/** Somebody speaks VRRP for an instance of the cluster who should not, or not like this. */
export interface WireDispute {
  readonly kind: "stranger" | "secondMaster" | "notBelieved" | "otherInterval";
  readonly instance: string;
  readonly virtualRouterId: number;
  /** The name of the director that hears it, and where. */
  readonly director: string;
  readonly link: string;
  /** Who speaks: "lvs-2 (192.0.2.12)", or the bare address of one that is nobody's here. */
  readonly sources: readonly string[];
  /** By which rule it is refused (vrrp/refusal.ts); undefined where it is believed. */
  readonly reason: string | undefined;
}

/** A director whose ears for an instance are not known: nobody heard there is not nobody there. */
export interface Unheard {
  readonly instance: string;
  /** The director's name. */
  readonly director: string;
  readonly link: string | undefined;
  /** The agent's own words, where it gave any. */
  readonly reason: string;
}

/** What the cluster's directors hear of VRRP now, for the instances that they run. */
export interface WireFacts {
  readonly disputes: readonly WireDispute[];
  readonly unheard: readonly Unheard[];
}

export interface ClusterFacts {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly nowMs: number;
  readonly directors: readonly DirectorFacts[];
  readonly realServers: readonly RealServerFacts[];
  readonly wire: WireFacts;
}

/** Facts older than this prove nothing and refuse a change (the console's freshness rule). */
export const staleAfterMs = 5_000;

/** The state, only where it was heard recently enough to act on. */
export function freshState(director: DirectorFacts | undefined): DirectorState | undefined {
  if (director === undefined || !director.isConnected || director.ageMs === undefined) return undefined;
  return director.ageMs > staleAfterMs ? undefined : director.state;
}

export function findDirector(facts: ClusterFacts, id: string): DirectorFacts | undefined {
  return facts.directors.find((director) => director.id === id);
}

/** A fresh section of a director; undefined where it is stale, absent or could not be asked. */
export function freshFact<Name extends "table" | "vrrp" | "config" | "daemon" | "health">(
  facts: ClusterFacts,
  directorId: string,
  name: Name,
): DirectorState[Name] | undefined {
  return freshState(findDirector(facts, directorId))?.[name];
}

/** The row in a director's kernel: `unknown` is never "gone". */
export function findRow(
  facts: ClusterFacts,
  directorId: string,
  row: Row,
): { kind: "found"; destination: Destination } | { kind: "gone" } | { kind: "unknown" } {
  const table = freshFact(facts, directorId, "table");
  if (table === undefined || table.status === "unknown") return { kind: "unknown" };
  if (table.status === "absent") return { kind: "gone" };
  const service = findService(table.value.services, row);
  const destination = service?.destinations.find(
    (candidate) => destinationKey(candidate) === destinationKey(row),
  );
  return destination === undefined ? { kind: "gone" } : { kind: "found", destination };
}

function findService(services: readonly VirtualService[], row: Row): VirtualService | undefined {
  const key = serviceKey(row.service);
  return services.find((service) => serviceKey(service.id) === key);
}

/** What a director's file asks for, whatever its age; undefined where the file could not be read. */
export function configuredOf(director: DirectorFacts): Configured | undefined {
  const config = director.state?.config;
  return config === undefined ? undefined : knownValue(config)?.configured;
}

/** Every place where a real server stands in a director's file, with its weight there. */
export function rowsOfRealServer(configured: Configured, address: string): (Row & { weight: number })[] {
  return configured.services.flatMap((service) =>
    service.realServers
      .filter((real) => real.address === address)
      .map((real) => ({ service: service.id, address: real.address, port: real.port, weight: real.weight })),
  );
}

/** Directors that hold the address; undefined where a director of the cluster could not be asked. */
export function holdersOf(facts: ClusterFacts, vip: string): string[] | undefined {
  const holders: string[] = [];
  for (const director of facts.directors) {
    const isHeld = holdsAddress(freshState(director), vip);
    if (isHeld === undefined) return undefined;
    if (isHeld) holders.push(director.id);
  }
  return holders;
}

/**
 * Whether an address is held. An instance that lists it answers at once (address events); for an address that no instance
 * names, the interfaces do. Undefined where it could not be asked.
 */
export function holdsAddress(state: DirectorState | undefined, vip: string): boolean | undefined {
  if (state === undefined) return undefined;
  const listed = (knownValue(state.vrrp) ?? [])
    .flatMap((instance) => instance.addresses)
    .filter((each) => each.address === vip);
  if (listed.length > 0) return listed.some((each) => each.isHeld);
  return knownValue(state.host)?.interfaces.some(
    (each) => each.name !== "lo" && each.addresses.some((address) => withoutPrefix(address) === vip),
  );
}

/** "192.0.2.1/32" → "192.0.2.1". */
export function withoutPrefix(address: string): string {
  const slash = address.indexOf("/");
  return slash === -1 ? address : address.slice(0, slash);
}
