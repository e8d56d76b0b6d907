import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openLabConsole, type LabConsole } from "../console/lab-console.ts";
import { runSchema, startWorkflow, type Run } from "../console/workflow.ts";
import { mustExec } from "../lab/exec.ts";
import { injectFault } from "../lab/faults.ts";
import { startLoad } from "../lab/load/load.ts";

/** Both workflows on real directors with the console killed in each of their steps, and an agent killed in the middle. */
let held: LabConsole;
const real = { name: "rs4", address: "10.77.0.24" };

beforeAll(async () => {
  held = await openLabConsole({ lab: "killed", topology: "cdn", port: 3821 });
});
afterAll(async () => {
  await held.close();
});

async function read(runId: string): Promise<Run> {
  return held.api.query("workflows.read", runSchema, { runId });
}

/** Undefined while no console answers: it was just killed. */
async function readIfUp(runId: string): Promise<Run | undefined> {
  try {
    return await read(runId);
  } catch {
    return undefined;
  }
}

/**
 * Kills the console the first time each step is seen under way, and starts it again; gives the steps it was killed in. The run is
 * looked at from the console's first word on: a resumed step may be over before every director is heard again.
 */
async function killInEachStep(runId: string): Promise<string[]> {
  const killedIn: string[] = [];
  const restarts: Promise<void>[] = [];
  const endMs = Date.now() + 400_000;
  while (Date.now() < endMs) {
    const run = await readIfUp(runId);
    if (run?.status === "done") {
      await Promise.all(restarts);
      return killedIn;
    }
    if (run?.status === "paused" || run?.status === "failed")
      throw new Error(`paused at ${run.plan.steps[run.current]?.id}: ${run.pauseReason?.detail}`);
    const step = run?.plan.steps[run.current]?.id;
    const status = run?.steps[run.current]?.status;
    if (step !== undefined && !killedIn.includes(step) && (status === "doing" || status === "proving")) {
      killedIn.push(step);
      await held.process().kill();
      restarts.push(held.restart());
    }
    await sleep(20);
  }
  throw new Error(`the run did not end; the console was killed in ${killedIn.join(", ")}`);
}

async function tables(): Promise<string[]> {
  return Promise.all(held.plan.directors.map((each) => mustExec(held.lab, each.name, ["ipvsadm", "-Sn"])));
}

async function files(): Promise<string[]> {
  return Promise.all(
    held.plan.directors.map((each) =>
      mustExec(held.lab, each.name, ["cat", "/etc/keepalived/keepalived.conf"]),
    ),
  );
}

async function holders(): Promise<string[]> {
  const vip = held.plan.services[0]?.vip ?? "";
  const looks = held.plan.directors.map(async ({ name }) => {
    const text = await mustExec(held.lab, name, ["ip", "-o", "addr", "show", "dev", "eth0"]);
    return text.includes(` ${vip}/`) ? [name] : [];
  });
  return (await Promise.all(looks)).flat();
}

const eventsSchema = z.array(z.looseObject({ event: z.looseObject({ kind: z.string() }) }));

/** Every step of the plan was entered, and ended, in the record; nothing after the end. */
async function expectWholeRecord(run: Run): Promise<void> {
  const events = await held.api.query("workflows.events", eventsSchema, { runId: run.id });
  const done = events.flatMap(({ event }) =>
    event.kind === "stepEntered" && event["status"] === "done" ? [event["index"]] : [],
  );
  expect(done).toEqual(run.plan.steps.map((_, index) => index));
  expect(events.at(-1)?.event).toMatchObject({ kind: "statusChanged", status: "done" });
}

describe("a console killed in each step", () => {
  it("takes a removal up again each time: the real server is out of both files and tables, the VIP on one director", async () => {
    const runId = await startWorkflow(held.api, {
      kind: "removeRealServer",
      clusterId: held.clusterId,
      realServerId: held.realServerIds.get(real.name),
      method: "stopStart",
      drainMost: 0,
    });
    const killedIn = await killInEachStep(runId);
    const run = await read(runId);
    expect(killedIn).toEqual(run.plan.steps.map((step) => step.id));
    for (const table of await tables()) expect(table).not.toContain(real.address);
    for (const file of await files()) expect(file).not.toContain(real.address);
    expect(await holders()).toEqual(["lvs-1"]);
    expect(await mustExec(held.lab, real.name, ["ip", "addr", "show", "dev", "lo"])).not.toContain(
      "10.77.0.64",
    );
    await expectWholeRecord(run);
  });

  it("takes an addition up again each time: the real server is in both files and tables, its VIP on lo", async () => {
    const rows = held.plan.services.map(({ vip, port }) => ({
      service: { kind: "address", protocol: "TCP", address: vip, port },
      address: real.address,
      port,
      weight: 100,
    }));
    const runId = await startWorkflow(held.api, {
      kind: "addRealServer",
      clusterId: held.clusterId,
      realServerId: held.realServerIds.get(real.name),
      method: "stopStart",
      rows,
    });
    const killedIn = await killInEachStep(runId);
    const run = await read(runId);
    expect(killedIn).toEqual(run.plan.steps.map((step) => step.id));
    for (const table of await tables()) expect(table).toContain(`-r ${real.address}:80 -g -w 100`);
    for (const file of await files()) expect(file).toContain(`real_server ${real.address} 80`);
    expect(await holders()).toEqual(["lvs-1"]);
    expect(await mustExec(held.lab, real.name, ["ip", "addr", "show", "dev", "lo"])).toContain("10.77.0.64");
    await expectWholeRecord(run);
  });
});

const waitSchema = z.array(
  z.looseObject({
    event: z.looseObject({
      status: z.string().optional(),
      reason: z
        .looseObject({ waitsFor: z.array(z.looseObject({ code: z.string(), name: z.string() })).optional() })
        .optional(),
    }),
  }),
);

/** The directors and real servers that the run's record says it waited for. */
async function waitedFor(runId: string): Promise<string[]> {
  const events = await held.api.query("workflows.events", waitSchema, { runId });
  return events.flatMap(({ event }) =>
    event.status === "waiting" ? (event.reason?.waitsFor ?? []).map((each) => each.name) : [],
  );
}

describe("an agent killed in the middle of a run", () => {
  it("touches no traffic; the run waits, says for which director, and goes on by itself", async () => {
    const load = startLoad({ lab: held.lab, seconds: 300, ratePerSecond: 50 });
    const before = await tables();
    const runId = await startWorkflow(held.api, { kind: "failOver", clusterId: held.clusterId });
    await injectFault({ lab: held.lab, kind: "agent-kill", host: "lvs-1" });
    await injectFault({ lab: held.lab, kind: "agent-kill", host: "lvs-2" });
    let run = await read(runId);
    for (let looks = 0; looks < 600 && run.status !== "done" && run.status !== "paused"; looks += 1) {
      await sleep(200);
      run = await read(runId);
    }
    const report = await load.stop();
    expect(run).toMatchObject({ status: "done" });
    expect(await waitedFor(runId)).toContain("lvs-1");
    expect(await tables()).toEqual(before);
    expect(await holders()).toEqual(["lvs-1"]);
    // The VIP moves twice. A request of which the other director has not heard by then (a connection is told with its third
    // packet: net.ipv4.vs.sync_threshold, ipvs-sysctl.rst) is reset there, agents or not; and no other fails.
    expect(report.failed, JSON.stringify(report.reasons)).toBeLessThanOrEqual(2);
    expect(Object.keys(report.reasons).filter((reason) => reason !== "ECONNRESET")).toEqual([]);
  });
});
