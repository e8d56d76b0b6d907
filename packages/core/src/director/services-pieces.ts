import { serviceKey } from "../ipvs/table.ts";
import type { DirectorChange } from "./change.ts";
import { rowsOfService, rowsPerPart } from "./snapshot-parts.ts";
import type { DirectorState } from "./state.ts";

/** A change of so many services that nobody can write or read it in one go without standing still: in pieces that are applied in turn. */

export type ServicesChange = Extract<DirectorChange, { kind: "services" }>;

/** Rows that it carries. */
export const rowsInServices = ({ changed }: ServicesChange): number =>
  changed.reduce((sum, each) => sum + rowsOfService(each), 0);

/**
 * Changes of about `rowsPerPart` rows, which one after the other make of `before` what the whole one makes. Until the last piece the table's
 * time is the one before, for not every row of it is of the new one, and what is gone goes with the last.
 */
export const splitServices = (change: ServicesChange, before: DirectorState["table"]): ServicesChange[] => {
  if (before.status !== "known" || rowsInServices(change) <= rowsPerPart) return [change];
  const pieces: ServicesChange[] = [];
  // A new service is only taken in by a change that names the order.
  const order = new Set(change.order && before.value.services.map(({ id }) => serviceKey(id)));
  let changed: ServicesChange["changed"] = [];
  let rows = 0;
  for (const service of change.changed) {
    if (rows >= rowsPerPart) {
      pieces.push({
        kind: "services",
        atMs: before.atMs,
        changed,
        ...(order.size === 0 ? {} : { order: [...order] }),
      });
      changed = [];
      rows = 0;
    }
    changed.push(service);
    if (change.order !== undefined) order.add(serviceKey(service.id));
    rows += rowsOfService(service);
  }
  return [...pieces, { ...change, changed }];
};
