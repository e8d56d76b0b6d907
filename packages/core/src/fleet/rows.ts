import type { ConfiguredCheck, ConfiguredRealServer, ConfiguredService } from "../director/configured.ts";
import { knownValue } from "../director/fact.ts";
import type { DirectorState, Verdict } from "../director/state.ts";
import { subjectOf, type DriftItem } from "../drift/drift.ts";
import { loadedConfiguration } from "../drift/read-drift.ts";
import { sortDestinationsAsIpvsadm, sortServicesAsIpvsadm } from "../ipvs/ipvsadm-order.ts";
import type { Destination, ServiceId, VirtualService } from "../ipvs/model.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";
import type { Run } from "../workflow/run.ts";
import {
  isSorry,
  sinceOf,
  stateInKernel,
  stateOutside,
  type RowFacts,
  type RowPicture,
  type RowState,
  type Since,
} from "./row-state.ts";

/**
 * One director's table as an operator needs it: the kernel's rows in ipvsadm's order, then, under each service, the rows that its
 * file asks for and the kernel does not have. Every row says in which state it is and how that is known.
 */

export interface RealServerRow {
  readonly key: string;
  readonly address: string;
  readonly port: number;
  readonly destination: Destination | undefined;
  readonly configured: ConfiguredRealServer | undefined;
  readonly verdict: Verdict | undefined;
  readonly checks: readonly ConfiguredCheck[];
  readonly state: RowState;
  /** Since when it is in this state; undefined: nobody saw. */
  readonly since: Since | undefined;
  /** What differs from the loaded file, keepalived not being the reason. */
  readonly drift: readonly DriftItem[];
}

export interface ServiceRows {
  readonly key: string;
  readonly id: ServiceId;
  /** Undefined: the file asks for it and the kernel does not have it. */
  readonly service: VirtualService | undefined;
  readonly configured: ConfiguredService | undefined;
  /** What differs of the service itself. */
  readonly drift: readonly DriftItem[];
  readonly rows: readonly RealServerRow[];
  /** Real servers in the kernel's table, sorry server not counted, of all that the file and the kernel know. */
  readonly inTable: number;
  readonly total: number;
  readonly draining: number;
  /** Weight that must be up, weight that is; undefined where the file is not known. */
  readonly quorum: { readonly needed: number; readonly has: number } | undefined;
}

export interface TableRows {
  readonly services: readonly ServiceRows[];
  readonly rowCount: number;
  readonly missingCount: number;
  /** Undefined: nobody compares the table with the file, or it could not be done. */
  readonly driftCount: number | undefined;
}

type Picture = Pick<RowPicture, "isFileKnown" | "isUnread" | "isCompared" | "runs" | "directorId"> & {
  readonly loaded: ReadonlyMap<string, ConfiguredService>;
  readonly onDisk: ReadonlyMap<string, ConfiguredService>;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly drift: ReadonlyMap<string, readonly DriftItem[]>;
};

interface RowsInput {
  readonly directorId: string;
  readonly state: DirectorState;
  readonly runs: readonly Run[];
}

/** Joins the kernel's table with the file, the checkers' verdicts and the agent's comparison. Undefined where the table is not known. */
export const joinRows = (input: RowsInput): TableRows | undefined => {
  const table = knownValue(input.state.table);
  if (table === undefined) return undefined;
  const picture = readPicture(input);
  const inKernel = sortServicesAsIpvsadm(table.services).map((service) =>
    joinService(service.id, service, picture),
  );
  const keys = new Set(inKernel.map((each) => each.key));
  const missing = new Map([...picture.onDisk, ...picture.loaded].filter(([key]) => !keys.has(key)));
  const services = [
    ...inKernel,
    ...[...missing.values()].map(({ id }) => joinService(id, undefined, picture)),
  ];
  const rows = services.flatMap((service) => service.rows);
  return {
    services,
    rowCount: rows.length,
    missingCount: rows.filter((row) => row.destination === undefined).length,
    driftCount: knownValue(input.state.drift)?.count,
  };
};

const verdictKey = (id: ServiceId, realServer: string): string => `${serviceKey(id)} ${realServer}`;

const byKey = (services: readonly ConfiguredService[] | undefined): Map<string, ConfiguredService> =>
  new Map((services ?? []).map((each) => [serviceKey(each.id), each]));

const readPicture = ({ directorId, runs, state }: RowsInput): Picture => {
  const file = knownValue(state.config);
  const loaded = file && loadedConfiguration(file);
  const verdicts = knownValue(state.health) ?? [];
  const drift = new Map<string, DriftItem[]>();
  for (const item of knownValue(state.drift)?.items ?? [])
    drift.set(subjectOf(item), [...(drift.get(subjectOf(item)) ?? []), item]);
  return {
    loaded: byKey(loaded?.services),
    onDisk: byKey(file?.configured.services),
    isFileKnown: loaded !== undefined,
    isUnread: file !== undefined && loaded !== file.configured,
    isCompared: state.drift.status === "known",
    verdicts: new Map(verdicts.map((each) => [verdictKey(each.service, destinationKey(each)), each])),
    drift,
    runs: runs.filter((run) => run.endedAtMs === undefined),
    directorId,
  };
};

const realServersOf = (service: ConfiguredService | undefined): Map<string, ConfiguredRealServer> =>
  new Map((service?.realServers ?? []).map((each) => [destinationKey(each), each]));

const joinService = (id: ServiceId, service: VirtualService | undefined, picture: Picture): ServiceRows => {
  const key = serviceKey(id);
  const configured = picture.loaded.get(key);
  const loaded = realServersOf(configured);
  const onDisk = realServersOf(picture.onDisk.get(key));
  const drift = picture.drift.get(key) ?? [];
  const there = sortDestinationsAsIpvsadm(service?.destinations ?? []);
  const isSorryServing = there.some(
    (row) => row.weight > 0 && !loaded.has(destinationKey(row)) && isSorry(configured, row),
  );
  const of: RowPicture = { ...picture, configured, isSorryServing };
  const factsOf = (realServer: string): RowFacts => ({
    service: id,
    key: realServer,
    loaded: loaded.get(realServer),
    onDisk: onDisk.get(realServer),
    verdict: picture.verdicts.get(verdictKey(id, realServer)),
    drift: [
      ...(picture.drift.get(verdictKey(id, realServer)) ?? []),
      ...drift.filter(({ kind }) => kind === "serviceExtra"),
    ],
  });
  const rows = there.map((row) => {
    const facts = factsOf(destinationKey(row));
    return makeRow(facts, { ...row, destination: row }, stateInKernel(facts, row, of));
  });
  const keys = new Set(rows.map((row) => row.key));
  for (const [realServer, real] of new Map([...onDisk, ...loaded])) {
    if (keys.has(realServer)) continue;
    const facts = factsOf(realServer);
    rows.push(makeRow(facts, { ...real, destination: undefined }, stateOutside(facts, of)));
  }
  return summarize({ id, service, configured: configured ?? picture.onDisk.get(key), drift, rows });
};

const makeRow = (
  facts: RowFacts,
  { address, destination, port }: Pick<RealServerRow, "address" | "port" | "destination">,
  state: RowState,
): RealServerRow => {
  const configured = facts.loaded ?? facts.onDisk;
  return {
    key: facts.key,
    address,
    port,
    destination,
    configured,
    verdict: facts.verdict,
    checks: configured?.checks ?? [],
    state,
    since: sinceOf(facts, state),
    drift: facts.drift,
  };
};

const summarize = (
  joined: Pick<ServiceRows, "id" | "service" | "configured" | "drift" | "rows">,
): ServiceRows => {
  const { configured, rows } = joined;
  const real = rows.filter((row) => row.state.kind !== "sorry");
  return {
    ...joined,
    key: serviceKey(joined.id),
    inTable: real.filter((row) => row.destination !== undefined).length,
    total: real.length,
    draining: real.filter((row) => row.state.kind === "draining").length,
    quorum: configured && { needed: configured.quorum, has: upWeight(rows) },
  };
};

/** keepalived counts the configured weight of every real server whose checks pass (check_daemon's quorum). */
const upWeight = (rows: readonly RealServerRow[]): number =>
  rows.reduce((sum, row) => {
    if (row.configured === undefined || row.destination === undefined) return sum;
    return row.state.kind === "inhibited" ? sum : sum + row.configured.weight;
  }, 0);
