import {
  factsOf,
  fixtureCluster,
  hashOf,
  serviceId,
  type FixtureCluster,
  type FixtureDirector,
} from "@lvs/core/workflow/cluster.fixture";
import { planAddRealServer } from "@lvs/core/workflow/add-real-server";
import type { ClusterFacts } from "@lvs/core/workflow/facts";
import type { Action, Plan } from "@lvs/core/workflow/plan";
import { newRun, stepRun, type RunEvent } from "@lvs/core/workflow/progress";
import { planRemoveRealServer } from "@lvs/core/workflow/remove-real-server";
import { runSchema, type Run } from "@lvs/core/workflow/run";
import { driveRun } from "./drive.ts";
import type { ActionOutcome, DrivePorts } from "./ports.ts";

/** A cluster that does what it is told, and a database that keeps what it is told; the console between them can be killed. */
export class World {
  readonly cluster: FixtureCluster;
  /** Last octets of the real servers in the files before the run and after it. */
  readonly before: number[];
  readonly after: number[];
  stored: string;
  events = 0;
  /** What the run was, each time that changed, with whom it waited for. */
  readonly statuses: string[] = [];
  /** The console dies at this event: before it is stored. */
  killAt: number | undefined;
  readonly done: string[] = [];
  /** Called before every action; may break the world. */
  onAction: (action: Action) => ActionOutcome | undefined = () => undefined;
  onWait: () => void = () => undefined;

  /** A run about 192.0.2.21, which it takes out of the cluster or puts in. */
  constructor(kind: "removal" | "addition" = "removal") {
    const [others, all] = [
      [22, 23],
      [21, 22, 23],
    ];
    this.before = kind === "removal" ? all : others;
    this.after = kind === "removal" ? others : all;
    this.cluster = fixtureCluster(this.before);
    if (kind === "addition")
      this.cluster.realServers.push({ octet: 21, isServing: false, hasVip: false, isReachable: true });
    const plan = planOf(kind, factsOf(this.cluster));
    const run = newRun({ id: "r", number: 1, plan, startedBy: "ann", startedAtMs: 1 });
    this.stored = JSON.stringify(run);
  }

  #read: { text: string; run: Run } | undefined;

  /** As a console would read it back: only what survives the database counts. */
  run(): Run {
    if (this.#read?.text !== this.stored)
      this.#read = { text: this.stored, run: runSchema.parse(JSON.parse(this.stored)) };
    return this.#read.run;
  }

  emit(event: RunEvent): void {
    this.events += 1;
    if (this.events === this.killAt) throw new Error("killed");
    this.stored = JSON.stringify(stepRun(this.run(), event));
    if (event.kind !== "statusChanged") return;
    const waitsFor = event.reason?.waitsFor?.map((each) => `${each.code} ${each.name} ${each.detail}`) ?? [];
    this.statuses.push([event.status, ...waitsFor].join(": ").trim());
  }

  director(id: string): FixtureDirector {
    const director = this.cluster.directors.find((each) => each.id === id);
    if (director === undefined) throw new Error(`no director ${id}`);
    return director;
  }

  /** What keepalived and the checkers would do by themselves. */
  settle(): void {
    const running = this.cluster.directors.filter((each) => each.isRunning);
    const master = running.toSorted((a, b) => b.priority - a.priority)[0];
    for (const director of this.cluster.directors) {
      director.state = director === master ? "MASTER" : "BACKUP";
      if (!director.isRunning) continue;
      for (const real of this.cluster.realServers) {
        const isWanted = director.loaded.includes(real.octet) && real.isServing;
        if (!isWanted) director.kernel.delete(real.octet);
        else if (!director.kernel.has(real.octet))
          director.kernel.set(real.octet, { weight: 100, active: 0 });
      }
    }
  }

  ports(): DrivePorts {
    return {
      read: () => this.run(),
      emit: async (event) => {
        this.emit(event);
        return Promise.resolve();
      },
      facts: async () => Promise.resolve(factsOf(this.cluster)),
      perform: async (action, { record }) => {
        const broken = this.onAction(action);
        if (broken !== undefined) return broken;
        if (action.kind === "writeConfig") await record(`written:${action.directorId}`, hashOf(this.after));
        this.do(action);
        this.done.push(nameOf(action));
        return { kind: "done" };
      },
      keepFiles: async () => Promise.resolve({ kind: "done" }),
      nowMs: () => this.cluster.nowMs,
      wait: async (ms) => {
        this.cluster.nowMs += ms;
        this.settle();
        this.onWait();
        return Promise.resolve();
      },
    };
  }

  private do(action: Action): void {
    switch (action.kind) {
      case "setWeight": {
        const row = this.director(action.directorId).kernel.get(21);
        if (row !== undefined) row.weight = action.weight;
        return;
      }
      case "service":
        for (const real of this.cluster.realServers)
          if (real.octet === 21) real.isServing = action.verb === "start";
        return;
      case "lvsReal":
        for (const real of this.cluster.realServers)
          if (real.octet === 21) real.hasVip = action.verb === "start";
        return;
      case "writeConfig":
        this.director(action.directorId).file = this.after;
        return;
      case "restoreConfig": {
        const director = this.director(action.directorId);
        director.file = this.before;
        if (director.isRunning) director.loaded = director.file;
        return;
      }
      case "daemon": {
        const director = this.director(action.directorId);
        director.isRunning = action.verb === "start";
        if (director.isRunning) director.loaded = director.file;
        return;
      }
    }
  }
}

function planOf(kind: "removal" | "addition", facts: ClusterFacts): Plan {
  const real = facts.realServers.find((each) => each.id === "rs21");
  if (real === undefined) throw new Error("no real server rs21");
  const about = { clusterId: "c1", realServerId: real.id, method: "stopStart" } as const;
  const row = { service: serviceId, address: real.address, port: 80, weight: 100 };
  return kind === "removal"
    ? planRemoveRealServer({ kind: "removeRealServer", drainMost: 0, ...about }, facts, real)
    : planAddRealServer({ kind: "addRealServer", rows: [row], ...about }, facts, real);
}

function nameOf(action: Action): string {
  switch (action.kind) {
    case "setWeight":
      return `weight ${action.weight} on ${action.directorId}`;
    case "service":
      return `service ${action.verb}`;
    case "lvsReal":
      return `lvs_real ${action.verb}`;
    case "writeConfig":
      return `write ${action.directorId}`;
    case "restoreConfig":
      return `restore ${action.directorId}`;
    case "daemon":
      return `${action.verb} ${action.directorId}`;
  }
}

export async function drive(world: World): Promise<void> {
  await driveRun(world.ports(), AbortSignal.timeout(20_000));
}
