import type { Row } from "../director/commands.ts";
import type { ConfiguredCheck, ConfiguredRealServer, ConfiguredService } from "../director/configured.ts";
import { knownValue } from "../director/fact.ts";
import type { ConfigFile, DirectorState, Verdict } from "../director/state.ts";
import { sortDestinationsAsIpvsadm, sortServicesAsIpvsadm } from "../ipvs/ipvsadm-order.ts";
import type { Destination, ServiceId, VirtualService } from "../ipvs/model.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";
import type { Run } from "../workflow/run.ts";

/**
 * One director's table as an operator needs it: the kernel's rows in ipvsadm's order, then, under each service, the rows that its
 * file asks for and the kernel does not have. Every row says in which state it is and how that is known.
 */

export type RowState =
  | { readonly kind: "inTable" }
  /** Weight 0: old connections finish, new ones go elsewhere. `runNumber`: the open run that did it. */
  | { readonly kind: "draining"; readonly runNumber: number | undefined; readonly runId: string | undefined }
  /** Its checker took it out of the kernel; `sinceMs` on the director's clock. */
  | { readonly kind: "removed"; readonly sinceMs: number | undefined; readonly cause: string | undefined }
  /** Its check failed and `inhibit_on_failure` keeps the row at weight 0. */
  | { readonly kind: "inhibited"; readonly sinceMs: number | undefined; readonly cause: string | undefined }
  /** The sorry server of the service, in the place of all others. */
  | { readonly kind: "sorry" }
  /** In the kernel, not in the file that the daemon has loaded. */
  | { readonly kind: "byHand" }
  /** In the kernel, gone from the file on disk, which the daemon has not read yet. */
  | { readonly kind: "leavesAtReload" }
  /** In the file, not in the kernel, and no checker says why. `isLoaded` false: the daemon has not read the file yet. */
  | { readonly kind: "notInKernel"; readonly isLoaded: boolean }
  /** In the kernel; the file could not be read, so nothing is said about who wanted it. */
  | { readonly kind: "unexplained" };

export interface RealServerRow {
  readonly key: string;
  readonly address: string;
  readonly port: number;
  readonly destination: Destination | undefined;
  readonly configured: ConfiguredRealServer | undefined;
  readonly verdict: Verdict | undefined;
  readonly checks: readonly ConfiguredCheck[];
  readonly state: RowState;
}

export interface ServiceRows {
  readonly key: string;
  readonly id: ServiceId;
  /** Undefined: the file asks for it and the kernel does not have it. */
  readonly service: VirtualService | undefined;
  readonly configured: ConfiguredService | undefined;
  readonly isByHand: boolean;
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
  readonly byHandCount: number;
}

interface Picture {
  readonly configured: Map<string, ConfiguredService> | undefined;
  readonly isFileLoaded: boolean;
  readonly verdicts: Map<string, Verdict>;
  readonly runs: readonly Run[];
  readonly directorId: string;
}

/** Joins the kernel's table with the file and the checkers' verdicts. Undefined where the kernel's table is not known. */
export const joinRows = (input: {
  readonly directorId: string;
  readonly state: DirectorState;
  readonly runs: readonly Run[];
}): TableRows | undefined => {
  const table = knownValue(input.state.table);
  if (table === undefined) return undefined;
  const picture = readPicture(input);
  const inKernel = sortServicesAsIpvsadm(table.services).map((service) => joinService(service, picture));
  const keys = new Set(inKernel.map((each) => each.key));
  const missing = [...(picture.configured?.values() ?? [])]
    .filter((configured) => !keys.has(serviceKey(configured.id)))
    .map((configured) => joinMissingService(configured, picture));
  const services = [...inKernel, ...missing];
  const rows = services.flatMap((service) => service.rows);
  return {
    services,
    rowCount: rows.length,
    missingCount: rows.filter((row) => row.destination === undefined).length,
    byHandCount: rows.filter((row) => row.state.kind === "byHand").length,
  };
};

const verdictKey = (id: ServiceId, realServer: string): string => `${serviceKey(id)} ${realServer}`;

const readPicture = (input: {
  readonly directorId: string;
  readonly state: DirectorState;
  readonly runs: readonly Run[];
}): Picture => {
  const file = knownValue(input.state.config);
  const verdicts = knownValue(input.state.health) ?? [];
  return {
    configured: file && new Map(file.configured.services.map((each) => [serviceKey(each.id), each])),
    isFileLoaded: isLoaded(file),
    verdicts: new Map(verdicts.map((each) => [verdictKey(each.service, destinationKey(each)), each])),
    runs: input.runs.filter((run) => run.endedAtMs === undefined),
    directorId: input.directorId,
  };
};

/** Where nobody saw what the daemon read, the file on disk is taken for it. */
const isLoaded = (file: ConfigFile | undefined): boolean =>
  file?.loadedSha256 === undefined || file.loadedSha256 === file.sha256;

const joinService = (service: VirtualService, picture: Picture): ServiceRows => {
  const configured = picture.configured?.get(serviceKey(service.id));
  const wanted = new Map((configured?.realServers ?? []).map((each) => [destinationKey(each), each]));
  const there = sortDestinationsAsIpvsadm(service.destinations).map((destination) =>
    joinRow({ service, configured, picture, destination, real: wanted.get(destinationKey(destination)) }),
  );
  const keys = new Set(there.map((row) => row.key));
  const missing = [...wanted.values()]
    .filter((real) => !keys.has(destinationKey(real)))
    .map((real) => joinMissing(service.id, real, picture));
  return summarize({ id: service.id, service, configured, picture, rows: [...there, ...missing] });
};

const joinMissingService = (configured: ConfiguredService, picture: Picture): ServiceRows =>
  summarize({
    id: configured.id,
    service: undefined,
    configured,
    picture,
    rows: configured.realServers.map((real) => joinMissing(configured.id, real, picture)),
  });

const joinRow = (input: {
  readonly service: VirtualService;
  readonly configured: ConfiguredService | undefined;
  readonly picture: Picture;
  readonly destination: Destination;
  readonly real: ConfiguredRealServer | undefined;
}): RealServerRow => {
  const { destination, picture, real, service } = input;
  const key = destinationKey(destination);
  const verdict = picture.verdicts.get(verdictKey(service.id, key));
  return {
    key,
    address: destination.address,
    port: destination.port,
    destination,
    configured: real,
    verdict,
    checks: real?.checks ?? [],
    state: stateInKernel(input, verdict),
  };
};

const stateInKernel = (input: Parameters<typeof joinRow>[0], verdict: Verdict | undefined): RowState => {
  const { configured, destination, picture, real, service } = input;
  if (real === undefined) {
    if (picture.configured === undefined) return { kind: "unexplained" };
    if (isSorry(configured, destination)) return { kind: "sorry" };
    return picture.isFileLoaded ? { kind: "byHand" } : { kind: "leavesAtReload" };
  }
  if (destination.weight !== 0) return { kind: "inTable" };
  if (verdict?.verdict === "down" && real.inhibitOnFailure)
    return { kind: "inhibited", sinceMs: verdict.sinceMs, cause: verdict.cause };
  const run = findDrainingRun(picture, {
    service: service.id,
    address: destination.address,
    port: destination.port,
  });
  return { kind: "draining", runNumber: run?.number, runId: run?.id };
};

const isSorry = (configured: ConfiguredService | undefined, destination: Destination): boolean =>
  configured?.sorryServer !== undefined &&
  destinationKey(configured.sorryServer) === destinationKey(destination);

/** The open run whose plan sets this row to weight 0 on this director. */
const findDrainingRun = (picture: Picture, row: Row): Run | undefined =>
  picture.runs.find((run) =>
    run.plan.steps.some((step) =>
      step.actions.some(
        (action) =>
          action.kind === "setWeight" &&
          action.weight === 0 &&
          action.directorId === picture.directorId &&
          serviceKey(action.row.service) === serviceKey(row.service) &&
          destinationKey(action.row) === destinationKey(row),
      ),
    ),
  );

const joinMissing = (id: ServiceId, real: ConfiguredRealServer, picture: Picture): RealServerRow => {
  const key = destinationKey(real);
  const verdict = picture.verdicts.get(verdictKey(id, key));
  return {
    key,
    address: real.address,
    port: real.port,
    destination: undefined,
    configured: real,
    verdict,
    checks: real.checks,
    state:
      verdict?.verdict === "down"
        ? { kind: "removed", sinceMs: verdict.sinceMs, cause: verdict.cause }
        : { kind: "notInKernel", isLoaded: picture.isFileLoaded },
  };
};

const summarize = (input: {
  readonly id: ServiceId;
  readonly service: VirtualService | undefined;
  readonly configured: ConfiguredService | undefined;
  readonly picture: Picture;
  readonly rows: readonly RealServerRow[];
}): ServiceRows => {
  const { configured, id, picture, rows, service } = input;
  const real = rows.filter((row) => row.state.kind !== "sorry");
  const inKernel = real.filter((row) => row.destination !== undefined);
  return {
    key: serviceKey(id),
    id,
    service,
    configured,
    isByHand:
      service !== undefined &&
      picture.configured !== undefined &&
      configured === undefined &&
      picture.isFileLoaded,
    rows,
    inTable: inKernel.length,
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
