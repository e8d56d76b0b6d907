import type { Configured } from "@lvs/core/director/configured";
import { knownValue } from "@lvs/core/director/fact";
import { type Change, destinationSettings } from "@lvs/core/ipvs/change";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { ChangeRing } from "../daemon/change-ring.ts";
import { DriftWatch } from "../daemon/drift-watch.ts";
import { HealthWatch } from "../daemon/health-watch.ts";
import { Publisher } from "../daemon/publisher.ts";
import { StateStore, unreadState } from "../daemon/state-store.ts";
import { TableWatch } from "../daemon/table-watch.ts";
import { readTable } from "../ipvs/read-table.ts";
import { applyChanges } from "../ipvs/write-table.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { measure, type Measured } from "./measure.ts";

const check = { kind: "TCP_CHECK", connectTimeoutS: 5, retry: 1, delayBeforeRetryS: 1, detail: "" };

/** The file that asks for this very table, every real server checked. */
const fileOf = ({ services }: IpvsTable): Configured => ({
  instances: [],
  services: services.map((service) => ({
    id: service.id,
    scheduler: service.scheduler,
    forwarding: "Route",
    quorum: 1,
    delayLoopS: 6,
    realServers: service.destinations.map((row) => ({
      ...destinationSettings(row),
      inhibitOnFailure: false,
      checks: [check],
      line: 1,
    })),
    line: 1,
  })),
});

/** A keepalived that runs with this file and is never asked anything. */
const watched = (system: System, configured: Configured) => {
  const { clock } = system;
  const atMs = clock.nowMs();
  const state = new StateStore(unreadState, new ChangeRing("measured"));
  const publisher = new Publisher(state);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const checkers = (): never => {
    throw new SystemError({ door: "processes", code: "not-found", subject: "keepalived", reason: "not run" });
  };
  const health = new HealthWatch({ clock, publisher, engine: { checkers }, log: silent });
  health.setConfigured(configured);
  const drift = new DriftWatch({
    clock,
    publisher,
    state: () => state.read(),
    checkers: health.tracker,
    daemon: { hasMovedSince: () => false },
  });
  const processes = [{ role: "parent", pid: 1, startedAtMs: atMs } as const];
  const daemon = { engine: "keepalived", isRunning: true, processes } as const;
  publisher.send({
    kind: "daemon",
    fact: { status: "known", atMs, value: { ...daemon, processes: [...processes] } },
  });
  const file = { path: "", sha256: "", sizeBytes: 0, modifiedAtMs: 0, owner: "", mode: "", diagnostics: [] };
  publisher.send({ kind: "config", fact: { status: "known", atMs, value: { ...file, configured } } });
  const table = new TableWatch(system, publisher);
  const sweep = async (): Promise<void> => {
    await health.sweep(await table.sweep(), atMs);
    await drift.sweep();
    publisher.beat(clock.nowMs());
  };
  return { state, sweep };
};

/** The first real server of every service gets this weight. */
const moved = ({ services }: IpvsTable, weight: number): Change[] =>
  services.flatMap(({ destinations: [row], id }) =>
    row === undefined
      ? []
      : [
          {
            kind: "editDestination",
            service: id,
            destination: { ...destinationSettings(row), weight },
          },
        ],
  );

/**
 * The sweep with everything that it hands the table to: verdicts and the comparison with the configuration. `still`: nothing has changed
 * since the one before; `moved`: something in every service has. `differences`: how many the last one found.
 */
export const measureWatch = async (
  system: System,
  times: number,
): Promise<{ still: Measured[]; moved: Measured[]; differences: number }> => {
  const reading = await readTable(system);
  if (reading.status !== "known") throw new Error(`the table is ${reading.status}`);
  const { state, sweep } = watched(system, fileOf(reading.table));
  await sweep();
  const [still, afterMoves]: [Measured[], Measured[]] = [[], []];
  for (let turn = 0; turn < times; turn += 1) {
    await applyChanges(system, moved(reading.table, 1_000 + turn));
    afterMoves.push(await measure(sweep));
    still.push(await measure(sweep));
  }
  return { still, moved: afterMoves, differences: knownValue(state.read().drift)?.count ?? 0 };
};
