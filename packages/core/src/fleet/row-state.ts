import type { ConfiguredRealServer, ConfiguredService } from "../director/configured.ts";
import type { Verdict } from "../director/state.ts";
import type { DriftItem } from "../drift/drift.ts";
import type { Destination, ServiceId } from "../ipvs/model.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";
import type { Run } from "../workflow/run.ts";

/** In which state a row of a director's table is, and how that is known. */
export type RowState =
  | { readonly kind: "inTable" }
  /** Weight 0: old connections finish, new ones go elsewhere. `runNumber`: the open run that did it. */
  | { readonly kind: "draining"; readonly runNumber: number | undefined; readonly runId: string | undefined }
  /** Its checker took it out of the kernel. */
  | { readonly kind: "removed"; readonly cause: string | undefined }
  /** Its check failed and `inhibit_on_failure` keeps the row at weight 0. */
  | { readonly kind: "inhibited"; readonly cause: string | undefined }
  /** The sorry server of the service, in the place of all others. */
  | { readonly kind: "sorry" }
  /** Its checks are good, and it waits while the sorry server is in the place of all. */
  | { readonly kind: "standsBack" }
  /** In the kernel, not in the loaded file. */
  | { readonly kind: "extra" }
  /** In the kernel, though its checker took it out. */
  | { readonly kind: "putBack" }
  /** In the kernel with settings that the loaded file does not ask for. */
  | { readonly kind: "differs" }
  /** In the kernel, gone from the file on disk, which the daemon has not read yet. */
  | { readonly kind: "leavesAtReload" }
  /** In the file on disk, which the daemon has not read yet. */
  | { readonly kind: "joinsAtReload" }
  /** In the loaded file, not in the kernel, and no checker says why. */
  | { readonly kind: "notInKernel" }
  /** In the kernel; which file is loaded could not be told, so nothing is said about who wanted it. */
  | { readonly kind: "unexplained" };

/** On the director's clock. Not exact: it was so when the agent first looked, and may be older. */
export interface Since {
  readonly atMs: number;
  readonly isExact: boolean;
}

/** What is known of one row beside the kernel's own word. */
export interface RowFacts {
  readonly service: ServiceId;
  readonly key: string;
  /** As the loaded file asks for it, and as the one on disk does where that is another. */
  readonly loaded: ConfiguredRealServer | undefined;
  readonly onDisk: ConfiguredRealServer | undefined;
  readonly verdict: Verdict | undefined;
  /** Everything in which it differs from the loaded file; of its service, that the file does not have it at all. */
  readonly drift: readonly DriftItem[];
}

/** What is the same for all rows of a director. */
export interface RowView {
  readonly isFileKnown: boolean;
  /** A file that the daemon has not read lies on the disk. */
  readonly isUnread: boolean;
  /** The agent compares the table with the file: what it does not name is as it should be. */
  readonly isCompared: boolean;
  readonly runs: readonly Run[];
  readonly directorId: string;
}

export interface RowPicture extends RowView {
  /** The loaded file's service; undefined: it does not ask for it. */
  readonly configured: ConfiguredService | undefined;
  readonly isSorryServing: boolean;
}

/** The very same objects in the same order. */
export const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a === b || (a.length === b.length && a.every((each, index) => each === b[index]));

export const isSameView = (a: RowView, b: RowView): boolean =>
  a.directorId === b.directorId &&
  a.isFileKnown === b.isFileKnown &&
  a.isUnread === b.isUnread &&
  a.isCompared === b.isCompared &&
  isSameList(a.runs, b.runs);

export const stateInKernel = (facts: RowFacts, row: Destination, picture: RowPicture): RowState => {
  const { drift, loaded, onDisk, verdict } = facts;
  if (loaded === undefined) {
    if (!picture.isFileKnown)
      return { kind: picture.isUnread && onDisk === undefined ? "leavesAtReload" : "unexplained" };
    if (isSorry(picture.configured, row)) return { kind: "sorry" };
    const isNamed = drift.some(({ kind }) => kind === "realServerExtra" || kind === "serviceExtra");
    return isNamed || !picture.isCompared ? { kind: "extra" } : { kind: "unexplained" };
  }
  if (drift.some(({ kind }) => kind === "realServerPutBack")) return { kind: "putBack" };
  if (row.weight === 0) {
    if (verdict?.verdict === "down" && loaded.inhibitOnFailure)
      return { kind: "inhibited", cause: verdict.cause };
    const run = findDrainingRun(picture, facts);
    return { kind: "draining", runNumber: run?.number, runId: run?.id };
  }
  if (picture.isUnread && onDisk === undefined) return { kind: "leavesAtReload" };
  return drift.some(({ by }) => by !== "console") ? { kind: "differs" } : { kind: "inTable" };
};

export const stateOutside = ({ drift, loaded, verdict }: RowFacts, picture: RowPicture): RowState => {
  if (loaded === undefined && picture.isFileKnown) return { kind: "joinsAtReload" };
  if (drift.some(({ kind }) => kind === "realServerMissing")) return { kind: "notInKernel" };
  if (verdict?.verdict === "down") return { kind: "removed", cause: verdict.cause };
  if (loaded === undefined) return { kind: "joinsAtReload" };
  return { kind: picture.isSorryServing && verdict?.verdict === "up" ? "standsBack" : "notInKernel" };
};

/** Since when the row is in its state, where somebody saw it come about. */
export const sinceOf = ({ drift, verdict }: RowFacts, state: RowState): Since | undefined => {
  switch (state.kind) {
    case "removed":
    case "inhibited":
      if (verdict?.sinceMs !== undefined) return { atMs: verdict.sinceMs, isExact: true };
      return verdict?.seenAtMs === undefined ? undefined : { atMs: verdict.seenAtMs, isExact: false };
    case "extra":
    case "putBack":
    case "differs":
    case "notInKernel":
    case "draining":
      return driftSince(drift);
    case "inTable":
    case "sorry":
    case "standsBack":
    case "leavesAtReload":
    case "joinsAtReload":
    case "unexplained":
      return undefined;
  }
};

/** Of several differences, since the first. */
export const driftSince = (drift: readonly DriftItem[]): Since | undefined => {
  const first = drift.reduce<DriftItem | undefined>(
    (best, each) => (best === undefined || each.sinceMs < best.sinceMs ? each : best),
    undefined,
  );
  return first && { atMs: first.sinceMs, isExact: first.isSinceExact };
};

export const isSorry = (
  configured: ConfiguredService | undefined,
  row: Pick<Destination, "address" | "port">,
): boolean =>
  configured?.sorryServer !== undefined &&
  configured.sorryServer.port === row.port &&
  configured.sorryServer.address === row.address;

/** The open run whose plan sets this row to weight 0 on this director. */
const findDrainingRun = ({ directorId, runs }: RowPicture, { key, service }: RowFacts): Run | undefined =>
  runs.find((run) =>
    run.plan.steps.some((step) =>
      step.actions.some(
        (action) =>
          action.kind === "setWeight" &&
          action.weight === 0 &&
          action.directorId === directorId &&
          serviceKey(action.row.service) === serviceKey(service) &&
          destinationKey(action.row) === key,
      ),
    ),
  );
