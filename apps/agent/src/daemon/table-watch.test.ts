import type { DirectorChange } from "@lvs/core/director/change";
import { destinationKey } from "@lvs/core/ipvs/table";
import { generateTable } from "@lvs/core/ipvs/testing/generate-table";
import { describe, expect, it } from "vitest";
import { simulatedSystem } from "../system/simulated/simulated-system.ts";
import { ChangeRing } from "./change-ring.ts";
import { Publisher } from "./publisher.ts";
import { StateStore, unreadState } from "./state-store.ts";
import { TableWatch } from "./table-watch.ts";

describe("the table on the stream", () => {
  it("that moved in many services comes in changes of bounded size, and adds up to what the kernel has", async () => {
    const table = generateTable(1, { services: 400, destinations: 40, withTraffic: false });
    const system = simulatedSystem({ ipvs: table });
    const { ipvs } = system.kernel;
    if (ipvs === undefined) throw new Error("no ipvs");
    const store = new StateStore(unreadState, new ChangeRing("e1"));
    const sent: DirectorChange[] = [];
    const publish = store.publish.bind(store);
    store.publish = (change) => {
      sent.push(change);
      publish(change);
    };
    const watch = new TableWatch(system, new Publisher(store));
    await watch.sweep();
    expect(sent.map(({ kind }) => kind)).toEqual(["table"]);
    ipvs.table = {
      ...ipvs.table,
      services: ipvs.table.services.map((service) => ({
        ...service,
        destinations: service.destinations.map((row) => ({ ...row, activeConnections: 5 })),
      })),
    };
    sent.length = 0;
    await watch.sweep();
    const sizes = sent.map((change) =>
      change.kind === "services"
        ? change.changed.reduce((sum, { destinations }) => sum + destinations.length, 0)
        : Number.NaN,
    );
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(2_100);
    const state = store.read().table;
    const rows = state.status === "known" ? state.value.services.flatMap((each) => each.destinations) : [];
    const all = ipvs.table.services.flatMap((each) => each.destinations);
    expect(rows.map(destinationKey)).toEqual(all.map(destinationKey));
    expect(rows.every((row) => row.activeConnections === 5)).toBe(true);
    sent.length = 0;
    await watch.sweep();
    expect(sent).toEqual([]);
  });
});
