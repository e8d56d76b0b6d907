import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { awaitCluster } from "./convergence.ts";
import { down } from "./down.ts";
import { awaitDirector, kernelOf, powerOn, prepareDirector } from "./hosts/director.ts";
import { makeKeys } from "./hosts/keys.ts";
import { awaitRealServer, isRealServerUp, startRealServer } from "./hosts/real-server.ts";
import { LabError } from "./machine/failure.ts";
import { withLock } from "./machine/lock.ts";
import { makeWire, namespacesOf } from "./machine/network.ts";
import { claimName } from "./machine/owner.ts";
import { silent, type Progress } from "./machine/progress.ts";
import { whyNoLab } from "./machine/requirements.ts";
import {
  labFolder,
  labName,
  projectRoot,
  readBootId,
  readStateIfSound,
  updateState,
  writeState,
  type Init,
  type LabState,
} from "./machine/state.ts";
import { planLab, type LabPlan, type Topology } from "./plan.ts";

export type UpOptions = {
  readonly name?: string;
  /** `cdn` unless told. */
  readonly topology?: Topology;
  /** Megabytes per director, 384 unless told. */
  readonly memoryMb?: number;
  /** `scripts` (init scripts of the lab's own) unless told; `systemd` runs Debian's keepalived.service and the agent's shipped unit. */
  readonly init?: Init;
  /** Path of the agent's bundle, apps/agent/dist/agent.mjs unless told. startAgent (agent.ts) runs it. */
  readonly agentBundle?: string;
  readonly progress?: Progress;
  /** Hosts that `down` powered off with their disks come back as they were; their files may ask for another table than the plan's. */
  readonly reusesDisks?: boolean;
};

export type UpResult = { readonly name: string; readonly topology: Topology; readonly wasUp: boolean };

function newState(name: string, options: UpOptions): LabState {
  return {
    version: 1,
    name,
    topology: options.topology ?? "cdn",
    bootId: readBootId(),
    phase: "starting",
    startedAt: new Date().toISOString(),
    memoryMb: options.memoryMb ?? 384,
    init: options.init ?? "scripts",
    agentBundle: resolve(options.agentBundle ?? join(projectRoot, "apps/agent/dist/agent.mjs")),
    processes: {},
  };
}

/** Starts every host that does not run, and waits until they all do. */
async function startHosts(state: LabState, plan: LabPlan, progress: Progress): Promise<void> {
  for (const director of plan.directors) {
    if (kernelOf(state, director) !== null) continue;
    progress(`booting ${director.name} (${director.address})`);
    prepareDirector(state, plan, director);
    await powerOn(state.name, director);
  }
  for (const server of plan.realServers) {
    if (isRealServerUp(state.name, server)) continue;
    progress(`starting ${server.name} (${server.address})`);
    await startRealServer(state.name, plan, server);
  }
  for (const server of plan.realServers) await awaitRealServer(state.name, server);
  for (const director of plan.directors) await awaitDirector(state.name, director);
}

const isComplete = (state: LabState, plan: LabPlan) =>
  plan.directors.every((director) => kernelOf(state, director) !== null) &&
  plan.realServers.every((server) => isRealServerUp(state.name, server));

async function bringUp(name: string, options: UpOptions, progress: Progress): Promise<UpResult> {
  const old = readStateIfSound(name);
  if (old !== null && old.phase === "up") {
    const wanted = options.topology ?? old.topology;
    if (wanted !== old.topology) {
      throw new LabError(`lab ${name} is up with topology ${old.topology}; take it down first for ${wanted}`);
    }
    const plan = planLab(old.topology);
    const wasUp = isComplete(old, plan);
    if (!wasUp) await startHosts(old, plan, progress);
    return { name, topology: old.topology, wasUp };
  }
  progress("clearing what an interrupted start may have left");
  const isReused = options.reusesDisks === true && existsSync(join(labFolder(name), "hosts"));
  await down({ name, locked: true, keepsDisks: isReused });
  const state = newState(name, options);
  const plan = planLab(state.topology);
  claimName(name);
  writeState(state);
  progress(`laying the wire: ${namespacesOf(name, plan).length} namespaces`);
  await makeWire(name, plan);
  await makeKeys(name, plan);
  await startHosts(state, plan, progress);
  if (!isReused) {
    progress("waiting for the cluster: one holder per VIP, every real server in the table");
    await awaitCluster(name, plan);
  }
  updateState(name, (current) => ({ ...current, phase: "up" }));
  return { name, topology: state.topology, wasUp: false };
}

/**
 * Brings the lab up and waits until it serves. Quick when it is up; starts again what was killed in it; clears an
 * interrupted start first. Throws a LabError that says what was waited for or what is missing.
 */
export async function up(options: UpOptions = {}): Promise<UpResult> {
  const missing = whyNoLab();
  if (missing.length > 0) throw new LabError(`the lab cannot run here:\n${missing.join("\n")}`);
  const name = labName(options.name);
  return withLock({ name, doing: "up", timeoutMs: 120_000 }, () =>
    bringUp(name, options, options.progress ?? silent),
  );
}
