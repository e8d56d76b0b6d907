import type { Change } from "@lvs/core/ipvs/change";
import type { Destination, ServiceId, VirtualService } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import type { System } from "../system/system.ts";
import type { SystemError } from "../system/system-error.ts";
import { type Failed, type NoModule, withIpvs, writtenOver } from "./ask-ipvs.ts";
import { readVirtualService } from "./set-weight.ts";
import { applyChanges, type RefusedChange } from "./write-table.ts";

export type FlushResult =
  /** `removed`: the real servers that were taken out, as they stood; `service`: read back, without any. */
  | { readonly status: "done"; readonly removed: readonly Destination[]; readonly service: VirtualService }
  /** Nothing was written. */
  | NoModule
  | { readonly status: "refused"; readonly reason: "no-such-service" }
  /** Some stayed, or came in meanwhile. `refused`: what the kernel declined, row by row; `service`: as it now is, where that could be read. */
  | {
      readonly status: "failed";
      readonly error: SystemError;
      readonly refused: readonly RefusedChange[];
      readonly service?: VirtualService;
    }
  | Failed;

/**
 * Takes every real server out of one service, in the kernel's order; the service itself stays and answers nobody. The kernel has no
 * message for that, so it is one batch of removals, each with an answer of its own. Their established connections go silent at once:
 * drain first. Throws nothing but bugs.
 */
export const flushService = async (system: System, id: ServiceId): Promise<FlushResult> =>
  await withIpvs(system, async (): Promise<FlushResult> => {
    const before = await readVirtualService(system, id);
    if (before === undefined) return { status: "refused", reason: "no-such-service" };
    const removals = before.destinations.map(({ address, port }): Change => ({
      kind: "removeDestination",
      service: id,
      destination: { address, port },
    }));
    const result = await applyChanges(system, removals);
    const refused = result.status === "partly" ? result.refused : [];
    if (result.status === "failed") return { status: "failed", error: result.error, refused };
    const service = await readVirtualService(system, id);
    if (service === undefined) return { status: "refused", reason: "no-such-service" };
    const [left] = service.destinations;
    if (left !== undefined) {
      const count = service.destinations.length;
      const error = writtenOver(
        `flush of ${serviceKey(id)}`,
        `${count} real server${count === 1 ? "" : "s"}, ${destinationKey(left)} the first`,
      );
      return { status: "failed", error, refused, service };
    }
    // A row that somebody else removed between reading and writing is gone, which was the wish, but it is not our doing.
    const gone = new Set(
      refused.map(({ change }) => ("destination" in change ? destinationKey(change.destination) : "")),
    );
    const removed = before.destinations.filter((row) => !gone.has(destinationKey(row)));
    return { status: "done", removed, service };
  });
