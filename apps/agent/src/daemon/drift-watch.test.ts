import { describe, expect, it } from "vitest";
import { knownValue } from "@lvs/core/director/fact";
import type { Change } from "@lvs/core/ipvs/change";
import { applyChanges } from "../ipvs/write-table.ts";
import { setWeight } from "../ipvs/set-weight.ts";
import { SystemError } from "../system/system-error.ts";
import { conf, fifo, log, run, service, text, type Running } from "./director.fixture.ts";

const endpoint = { address: "10.0.0.1", port: 80 };
const removeRow: Change = { kind: "removeDestination", service, destination: endpoint };
const addRow: Change = {
  kind: "addDestination",
  service,
  destination: { ...endpoint, forwarding: "Route", weight: 1, upperThreshold: 0, lowerThreshold: 0 },
};

/** Past the time in which a daemon that was just found may still be writing. */
async function runSettled(): Promise<Running> {
  const at = await run();
  await at.pass(8_000);
  return at;
}

const drift = ({ agent }: Running) => knownValue(agent.state.read().drift);
const kinds = (at: Running) => drift(at)?.items.map(({ by, kind }) => `${kind} by ${by}`);
const verdict = ({ agent }: Running) => knownValue(agent.state.read().health)?.[0]?.verdict;
const byHand = (at: Running) =>
  at.events
    .filter(({ kind }) => kind === "tableChangedByHand")
    .map(({ detail, subject }) => `${subject} ${detail}`);

describe("what a hand does to the table", () => {
  it("is named within two sweeps with both values, since when and the way back, and is gone when it is undone", async () => {
    const at = await runSettled();
    expect(kinds(at)).toEqual([]);
    const atMs = at.system.clock.nowMs();
    await setWeight(at.system, { service, ...endpoint, weight: 3 });
    await at.pass(2_100);
    expect(drift(at)).toMatchObject({
      count: 1,
      items: [
        {
          kind: "weight",
          service,
          realServer: endpoint,
          configured: "1",
          kernel: "3",
          by: "hand",
          isSinceExact: true,
          undo: ["ipvsadm -e -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1"],
        },
      ],
    });
    expect((drift(at)?.items[0]?.sinceMs ?? 0) - atMs).toBeLessThan(1_100);
    await setWeight(at.system, { service, ...endpoint, weight: 1 });
    await at.pass(1_100);
    expect(drift(at)).toEqual({ items: [], count: 0 });
    expect(byHand(at)).toEqual([
      "TCP 192.0.2.1:80 10.0.0.1:80 weight 1 → 3",
      "TCP 192.0.2.1:80 10.0.0.1:80 weight 3 → 1",
    ]);
  });

  it("is not laid at the checkers' door: keepalived is asked, and its checks are good", async () => {
    const at = await runSettled();
    at.engine.checked = [{ service, ...endpoint, isAlive: true }];
    await applyChanges(at.system, [removeRow]);
    await at.pass(2_100);
    expect(verdict(at)).toBe("up");
    expect(kinds(at)).toEqual(["realServerMissing by hand"]);
    expect(byHand(at)).toEqual(["TCP 192.0.2.1:80 10.0.0.1:80 row removed"]);
  });

  it("that was there before the agent came is nobody's", async () => {
    const at = await run();
    await setWeight(at.system, { service, ...endpoint, weight: 3 });
    const later = await run(at.system);
    await later.pass(8_000);
    expect(kinds(later)).toEqual(["weight by notKnown"]);
    expect(byHand(later)).toEqual([]);
  });
});

describe("no drift is", () => {
  it("a row that its checker took out, whether keepalived said so or was asked", async () => {
    const said = await runSettled();
    said.system.fifos.write(fifo, "RS [10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80 DOWN");
    await applyChanges(said.system, [removeRow]);
    await said.pass(3_000);
    const asked = await runSettled();
    asked.engine.checked = [{ service, ...endpoint, isAlive: false }];
    await applyChanges(asked.system, [removeRow]);
    await asked.pass(3_000);
    for (const at of [said, asked]) {
      expect(verdict(at)).toBe("down");
      expect(drift(at)).toEqual({ items: [], count: 0 });
      expect(byHand(at)).toEqual([]);
    }
  });

  it("one that came back with its check", async () => {
    const at = await runSettled();
    at.system.fifos.write(fifo, "RS [10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80 DOWN");
    await applyChanges(at.system, [removeRow]);
    await at.pass(2_000);
    at.system.fifos.write(fifo, "RS [10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80 UP");
    await applyChanges(at.system, [addRow]);
    await at.pass(3_000);
    expect(kinds(at)).toEqual([]);
    expect(byHand(at)).toEqual([]);
  });

  it("a weight that the console itself has set: it is named as ours and not counted", async () => {
    const at = await runSettled();
    await at.agent.table.setWeight({ row: { service, ...endpoint }, weight: 0 });
    await at.pass(3_000);
    expect(kinds(at)).toEqual(["weight by console"]);
    expect(drift(at)?.count).toBe(0);
    expect(byHand(at)).toEqual([]);
  });

  it("a file on disk that keepalived has not loaded: the table is compared with the one that it has", async () => {
    const at = await runSettled();
    at.engine.runs += 1;
    await at.pass(8_000);
    at.system.files.put(conf, text.replace("weight 1", "weight 7"));
    await at.pass(3_000);
    expect(kinds(at)).toEqual([]);
    await setWeight(at.system, { service, ...endpoint, weight: 7 });
    await at.pass(3_000);
    expect(drift(at)?.items).toMatchObject([{ kind: "weight", configured: "1", kernel: "7" }]);
    at.system.files.append(log, "Sat Nov 21 06:24:09 2026: Reloading ...\n");
    await at.pass(3_000);
    expect(kinds(at)).toEqual([]);
  });
});

describe("nothing is said", () => {
  it("of drift while keepalived does not run or the table cannot be read", async () => {
    const at = await runSettled();
    at.system.kernel.failure = new SystemError({
      door: "netlink",
      code: "failed",
      subject: "IPVS",
      reason: "does not answer",
    });
    await at.pass(1_100);
    expect(at.agent.state.read().drift.status).toBe("unknown");
    at.system.kernel.failure = undefined;
    at.engine.isUp = false;
    await at.pass(1_100);
    expect(at.agent.state.read().drift).toMatchObject({ status: "absent" });
  });
});
