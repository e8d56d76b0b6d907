import { randomUUID } from "node:crypto";
import { hasEnded, newRun, type RunEvent } from "@lvs/core/workflow/progress";
import type { Plan } from "@lvs/core/workflow/plan";
import type { Run } from "@lvs/core/workflow/run";
import { agentFor } from "../agents.ts";
import { isDatabaseAway } from "../database-away.ts";
import { currentFleet, publishRun } from "../live.ts";
import { problem } from "../problem.ts";
import { reachRealServer } from "../real-servers/reach.ts";
import { clusterFacts, RealServerLooks } from "./cluster-facts.ts";
import { driveRun } from "./drive.ts";
import { keepFiles } from "./keep-files.ts";
import { perform } from "./perform.ts";
import type { DrivePorts } from "./ports.ts";
import { goOnKey, overrideKey } from "./run-status.ts";
import { insertRun, openRuns, recentRuns, storeEvent } from "./run-store.ts";

/** The runs of this console: at most one driver each, every word of it stored before it counts. */

interface Driven {
  run: Run;
  /** Ends the chain of stored events: one after the other, in order. */
  stored: Promise<unknown>;
  driving: Promise<void> | undefined;
}

interface Runner {
  readonly driven: Map<string, Driven>;
  readonly stop: AbortController;
}

declare global {
  var lvsRunner: Runner | undefined;
}

/** Takes up every run that a console before this one left open. Called by the one that holds the lock. */
export async function startRunner(): Promise<void> {
  const runner: Runner = { driven: new Map(), stop: new AbortController() };
  globalThis.lvsRunner = runner;
  for (const run of await recentRuns(20)) publishRun(run);
  for (const run of await openRuns()) adopt(runner, run);
}

/** Lets go of every run where it stands; the next console takes them up. */
export async function stopRunner(): Promise<void> {
  const runner = globalThis.lvsRunner;
  globalThis.lvsRunner = undefined;
  runner?.stop.abort();
  const all = [...(runner?.driven.values() ?? [])];
  await Promise.all(all.map((each) => each.driving ?? Promise.resolve()));
  for (const { run } of all) if (!hasEnded(run) && run.status !== "paused") publishRun(notDriven(run));
}

/** As this console knows it from now on: whoever holds the lock goes on with it. */
function notDriven(run: Run): Run {
  return { ...run, status: "waiting", pauseReason: { code: "notDriven", detail: "" } };
}

export async function startRun(plan: Plan, startedBy: string): Promise<Run> {
  const runner = needRunner();
  const id = randomUUID();
  const startedAtMs = Date.now();
  const run = await insertRun((number) => newRun({ id, number, plan, startedBy, startedAtMs }), id);
  adopt(runner, run);
  return run;
}

/** What a person asks of a run. Undefined: it is not open here. */
export async function tellRun(id: string, say: (run: Run) => RunEvent[]): Promise<Run | undefined> {
  const runner = needRunner();
  const driven = runner.driven.get(id);
  if (driven === undefined || hasEnded(driven.run)) return undefined;
  for (const event of say(driven.run)) await emit(driven, event);
  drive(runner, driven);
  return driven.run;
}

export function pauseEvents(by: string): RunEvent[] {
  return [{ kind: "pauseAsked", by }];
}

/** Goes on where it paused; a broken invariant that the person has seen stops this step no more. */
export function resumeEvents(run: Run, by: string): RunEvent[] {
  const atMs = Date.now();
  const status = run.undoingDownTo === undefined ? "running" : "aborting";
  const seen: RunEvent[] =
    run.pauseReason?.code === "invariantBroken"
      ? [{ kind: "recorded", key: overrideKey(run.current), value: by }]
      : [];
  return [...seen, { kind: "statusChanged", atMs, status, reason: undefined, by }];
}

/** The step under way counts as done without its proof. */
export function goOnEvents(run: Run, by: string): RunEvent[] {
  const atMs = Date.now();
  return [
    {
      kind: "said",
      index: run.current,
      line: { atMs, where: "console", kind: "note", text: `${by} went on without the proof` },
    },
    { kind: "recorded", key: goOnKey(run.current), value: by },
    { kind: "statusChanged", atMs, status: "running", reason: undefined, by },
  ];
}

export function undoEvents(downTo: number, by: string): RunEvent[] {
  return [{ kind: "undoAsked", atMs: Date.now(), downTo, by }];
}

function needRunner(): Runner {
  if (globalThis.lvsRunner === undefined)
    throw problem(
      "notDriving",
      "This console drives no runs now: it is starting, its database was away, or another console holds the lock.",
    );
  return globalThis.lvsRunner;
}

function adopt(runner: Runner, run: Run): void {
  const driven: Driven = { run, stored: Promise.resolve(), driving: undefined };
  runner.driven.set(run.id, driven);
  publishRun(run);
  drive(runner, driven);
}

function drive(runner: Runner, driven: Driven): void {
  if (driven.driving !== undefined || runner.stop.signal.aborted) return;
  driven.driving = driveRun(portsFor(driven), runner.stop.signal)
    .catch(async (error: unknown) => {
      await giveUp(driven, error);
    })
    .finally(() => {
      driven.driving = undefined;
      if (hasEnded(driven.run)) runner.driven.delete(driven.run.id);
      else if (driven.run.status !== "paused") drive(runner, driven);
    });
}

/** A fault of our own or of the database pauses the run and says so; nothing is tried again blindly. */
async function giveUp(driven: Driven, error: unknown): Promise<void> {
  const text = error instanceof Error ? error.message : String(error);
  // Prisma says where in our source it was asked first, and what happened last.
  const detail = text.trim().split("\n").at(-1) ?? "";
  console.error(`run ${driven.run.number}: ${detail}`);
  const reason = { code: isDatabaseAway(error) ? "recordFailed" : "actionFailed", detail } as const;
  driven.run = { ...driven.run, status: "paused", pauseReason: reason };
  publishRun(driven.run);
  await emit(driven, {
    kind: "statusChanged",
    atMs: Date.now(),
    status: "paused",
    reason,
  }).catch(() => undefined);
}

async function emit(driven: Driven, event: RunEvent): Promise<void> {
  const next = driven.stored.then(async () => {
    driven.run = await storeEvent(driven.run, event, Date.now());
    publishRun(driven.run);
  });
  driven.stored = next.catch(() => undefined);
  await next;
}

function portsFor(driven: Driven): DrivePorts {
  const looks = new RealServerLooks();
  return {
    read: () => driven.run,
    emit: (event) => emit(driven, event),
    facts: async (run) => {
      const probes = await looks.forPlan(run.plan, currentFleet());
      return clusterFacts(currentFleet(), run.clusterId, probes);
    },
    perform: (action, context) => perform({ agentFor, realServer: reachRealServer }, action, context),
    keepFiles: (run, directorIds) => keepFiles(agentFor, run, directorIds),
    nowMs: () => Date.now(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}
