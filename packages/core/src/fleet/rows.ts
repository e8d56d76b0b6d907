import type { ConfiguredCheck, ConfiguredRealServer, ConfiguredService } from "../director/configured.ts";
import { knownValue } from "../director/fact.ts";
import type { DirectorState, Verdict } from "../director/state.ts";
import type { Drift, DriftItem } from "../drift/drift.ts";
import { loadedConfiguration } from "../drift/read-drift.ts";
import { sortDestinationsAsIpvsadm, sortServicesAsIpvsadm } from "../ipvs/ipvsadm-order.ts";
import type { Destination, IpvsTable, ServiceId, VirtualService } from "../ipvs/model.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";
import type { Run } from "../workflow/run.ts";
import {
  driftByRealServer,
  driftByService,
  realServersOf,
  servicesByKey,
  verdictsByService,
} from "./rows-index.ts";
import {
  isSameList,
  isSameView,
  isSorry,
  sinceOf,
  stateInKernel,
  stateOutside,
  type RowFacts,
  type RowPicture,
  type RowState,
  type RowView,
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
  /** Rows that are not in the kernel. */
  readonly missing: number;
  readonly draining: number;
  /** ActiveConn of all its rows in the kernel. */
  readonly activeConnections: number;
  /** Those of `rows` that a checker took out or keeps at weight 0. */
  readonly out: readonly RealServerRow[];
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

interface RowsInput {
  readonly directorId: string;
  readonly state: DirectorState;
  readonly runs: readonly Run[];
}

/**
 * Joins the kernel's table with the file, the checkers' verdicts and the agent's comparison. Undefined where the table is not known.
 * What stands in the same facts is the same object at the next call: of a hundred thousand rows some hundred move in a second, and
 * several views ask for the same picture.
 */
export const joinRows = (input: RowsInput): TableRows | undefined => {
  const steps = joinRowsInSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** `joinRows` with a pause after each `rowsPerStep` or so that had to be joined: what is joined is found by the next that asks for it. */
export function* joinRowsInSteps(input: RowsInput): Generator<undefined, TableRows | undefined> {
  const table = knownValue(input.state.table);
  if (table === undefined) return undefined;
  const picture = readPicture(input);
  const known = tables.get(table);
  if (known !== undefined && isSamePicture(known.picture, picture)) return known.rows;
  const rows = yield* joinTable(table, picture);
  tables.set(table, { picture, rows });
  return rows;
}

/** Some milliseconds of work. */
const rowsPerStep = 1_000;

const tables = new WeakMap<IpvsTable, { readonly picture: Picture; readonly rows: TableRows }>();

function* joinTable(table: IpvsTable, picture: Picture): Generator<undefined, TableRows> {
  const { drift, loaded, onDisk, verdicts } = picture;
  const [inFile, inLoaded] = [servicesByKey(onDisk), servicesByKey(loaded)];
  const verdictsOf = verdictsByService(verdicts);
  const driftOf = driftByService(drift?.items ?? []);
  const join = (id: ServiceId, service: VirtualService | undefined): ServiceRows => {
    const key = serviceKey(id);
    return joinService({
      ...picture,
      id,
      service,
      configured: inLoaded.get(key),
      onDisk: inFile.get(key),
      verdicts: verdictsOf.get(key) ?? none,
      drift: driftOf.get(key) ?? none,
    });
  };
  const inKernel: ServiceRows[] = [];
  let rows = 0;
  for (const service of sortServicesAsIpvsadm(table.services)) {
    const joined = join(service.id, service);
    inKernel.push(joined);
    rows += joined.rows.length;
    if (rows < rowsPerStep) continue;
    rows = 0;
    yield;
  }
  const keys = new Set(inKernel.map((each) => each.key));
  const missing = new Map([...inFile, ...inLoaded].filter(([key]) => !keys.has(key)));
  const services = [...inKernel, ...[...missing.values()].map(({ id }) => join(id, undefined))];
  return {
    services,
    rowCount: services.reduce((sum, each) => sum + each.rows.length, 0),
    missingCount: services.reduce((sum, { missing: count }) => sum + count, 0),
    driftCount: drift?.count,
  };
}

/** What the rows of one director are made of beside its table. */
interface Picture extends RowView {
  readonly loaded: readonly ConfiguredService[];
  readonly onDisk: readonly ConfiguredService[];
  readonly verdicts: readonly Verdict[];
  readonly drift: Drift | undefined;
}

const none: readonly never[] = [];

const readPicture = ({ directorId, runs, state }: RowsInput): Picture => {
  const file = knownValue(state.config);
  const loaded = file && loadedConfiguration(file);
  return {
    loaded: loaded?.services ?? none,
    onDisk: file?.configured.services ?? none,
    isFileKnown: loaded !== undefined,
    isUnread: file !== undefined && loaded !== file.configured,
    isCompared: state.drift.status === "known",
    verdicts: knownValue(state.health) ?? none,
    drift: knownValue(state.drift),
    runs: runs.filter((run) => run.endedAtMs === undefined),
    directorId,
  };
};

const isSamePicture = (a: Picture, b: Picture): boolean =>
  a.loaded === b.loaded &&
  a.onDisk === b.onDisk &&
  a.verdicts === b.verdicts &&
  a.drift === b.drift &&
  isSameView(a, b);

/** What one service is joined from. */
interface ServicePicture extends Omit<RowPicture, "isSorryServing"> {
  readonly id: ServiceId;
  readonly service: VirtualService | undefined;
  readonly onDisk: ConfiguredService | undefined;
  readonly verdicts: readonly Verdict[];
  /** Of the service and of its rows. */
  readonly drift: readonly DriftItem[];
}

const isSameService = (a: ServicePicture, b: ServicePicture): boolean =>
  a.service === b.service &&
  a.configured === b.configured &&
  a.onDisk === b.onDisk &&
  isSameView(a, b) &&
  isSameList(a.verdicts, b.verdicts) &&
  isSameList(a.drift, b.drift);

const services = new WeakMap<object, { readonly of: ServicePicture; readonly rows: ServiceRows }>();

const joinService = (of: ServicePicture): ServiceRows => {
  const holder = of.service ?? of.configured ?? of.onDisk;
  const known = holder && services.get(holder);
  if (known !== undefined && isSameService(known.of, of)) return known.rows;
  const rows = makeService(of);
  if (holder !== undefined) services.set(holder, { of, rows });
  return rows;
};

const makeService = (of: ServicePicture): ServiceRows => {
  const { configured, id, service } = of;
  const loaded = realServersOf(configured);
  const onDisk = realServersOf(of.onDisk);
  const verdicts = new Map(of.verdicts.map((each) => [destinationKey(each), each]));
  const drift = driftByRealServer(of.drift);
  const ownDrift = drift.get("") ?? none;
  const extra = ownDrift.filter(({ kind }) => kind === "serviceExtra");
  const there = sortDestinationsAsIpvsadm(service?.destinations ?? []);
  const isSorryServing = there.some(
    (row) => row.weight > 0 && isSorry(configured, row) && !loaded.has(destinationKey(row)),
  );
  const picture: RowPicture = { ...of, isSorryServing };
  const factsOf = (key: string): RowFacts => {
    const own = drift.get(key);
    return {
      service: id,
      key,
      loaded: loaded.get(key),
      onDisk: onDisk.get(key),
      verdict: verdicts.get(key),
      drift: own === undefined ? extra : [...own, ...extra],
    };
  };
  const rows = there.map((row) => {
    const facts = factsOf(destinationKey(row));
    return makeRow(facts, row, { destination: row, state: stateInKernel(facts, row, picture) });
  });
  const keys = new Set(rows.map((row) => row.key));
  for (const [key, real] of onDisk === loaded ? loaded : new Map([...onDisk, ...loaded])) {
    if (keys.has(key)) continue;
    const facts = factsOf(key);
    rows.push(makeRow(facts, real, { destination: undefined, state: stateOutside(facts, picture) }));
  }
  return summarize({ id, service, configured: configured ?? of.onDisk, drift: ownDrift, rows });
};

const makeRow = (
  facts: RowFacts,
  { address, port }: Pick<RealServerRow, "address" | "port">,
  { destination, state }: Pick<RealServerRow, "destination" | "state">,
): RealServerRow => {
  const configured = facts.loaded ?? facts.onDisk;
  return {
    key: facts.key,
    address,
    port,
    destination,
    configured,
    verdict: facts.verdict,
    checks: configured?.checks ?? none,
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
    missing: rows.filter((row) => row.destination === undefined).length,
    draining: real.filter((row) => row.state.kind === "draining").length,
    activeConnections: rows.reduce((sum, row) => sum + (row.destination?.activeConnections ?? 0), 0),
    out: rows.filter(({ state }) => state.kind === "removed" || state.kind === "inhibited"),
    quorum: configured && { needed: configured.quorum, has: upWeight(rows) },
  };
};

/** keepalived counts the configured weight of every real server whose checks pass (check_daemon's quorum). */
const upWeight = (rows: readonly RealServerRow[]): number =>
  rows.reduce((sum, row) => {
    if (row.configured === undefined || row.destination === undefined) return sum;
    return row.state.kind === "inhibited" ? sum : sum + row.configured.weight;
  }, 0);
