import type { DirectorState } from "../director/state.ts";
import {
  findDirector,
  freshState,
  holdsAddress,
  staleAfterMs,
  type ClusterFacts,
  type DirectorFacts,
} from "./facts.ts";
import type { Action, Proof } from "./plan.ts";
import type { WaitCause } from "./run.ts";

/** Why a run waits: which machine could not be asked, as far as is known since when, and in whose words. Pure. */

export type Machine = WaitCause["machine"];

/** The machine that an action is done to. */
export function machineOf(action: Action): Machine {
  return "realServerId" in action
    ? { kind: "realServer", id: action.realServerId }
    : { kind: "director", id: action.directorId };
}

/** The causes behind proofs that are unknown, each once. */
export function causesOfUnknown(proofs: readonly Proof[], facts: ClusterFacts): WaitCause[] {
  const causes = proofs.flatMap((proof) => causesOf(proof, facts));
  return [...new Map(causes.map((cause) => [causeKey(cause), cause])).values()];
}

/** The cause behind a machine that did not take a command; `reason` is what the try itself said. */
export function causeOfFailure(machine: Machine, reason: string, facts: ClusterFacts): WaitCause {
  switch (machine.kind) {
    case "director": {
      const director = findDirector(facts, machine.id);
      const cause = director === undefined ? undefined : unheard(director, facts);
      return cause ?? { code: "commandFailed", machine, name: director?.name ?? machine.id, detail: reason };
    }
    case "realServer": {
      const real = facts.realServers.find((each) => each.id === machine.id);
      return { code: "sshFailed", machine, name: real?.address ?? machine.id, detail: reason };
    }
  }
}

/** The same cause, whatever words the last try had for it. */
export function causeKey({ code, machine, part }: WaitCause): string {
  return [code, machine.kind, machine.id, part ?? ""].join(" ");
}

function causesOf(proof: Proof, facts: ClusterFacts): WaitCause[] {
  switch (proof.kind) {
    case "serviceAnswers":
      return [causeOfRealServer(proof.realServerId, facts, `port ${proof.port}`)];
    case "vipOnLoopback":
    case "arpSuppressed":
      return [causeOfRealServer(proof.realServerId, facts)];
    case "oneHolder":
      return facts.directors
        .filter((director) => holdsAddress(freshState(director), proof.vip) === undefined)
        .map((director) => causeOfDirector(director.id, facts, "vrrp"));
    case "rowHasWeight":
    case "rowGone":
    case "rowPresent":
    case "rowDrained":
      return [causeOfDirector(proof.directorId, facts, "table")];
    case "configWritten":
    case "configIs":
    case "configLoaded":
      return [causeOfDirector(proof.directorId, facts, "config")];
    case "daemonRuns":
      return [causeOfDirector(proof.directorId, facts, "daemon")];
    case "instanceState":
      return [causeOfDirector(proof.directorId, facts, "vrrp")];
    case "tableReady":
      return (["config", "table", "health"] as const)
        .filter((part) => !isRead(findDirector(facts, proof.directorId), part, facts))
        .slice(0, 1)
        .map((part) => causeOfDirector(proof.directorId, facts, part));
  }
}

type Part = "table" | "config" | "daemon" | "vrrp" | "health";

/** Without ip_vs there is no table, which is an answer; without a file or checkers there is none. */
function isRead(director: DirectorFacts | undefined, part: Part, facts: ClusterFacts): boolean {
  if (director?.state === undefined || unheard(director, facts) !== undefined) return false;
  const { status } = director.state[part];
  return status === "known" || (part === "table" && status === "absent");
}

function causeOfDirector(id: string, facts: ClusterFacts, part: Part): WaitCause {
  const machine = { kind: "director", id } as const;
  const director = findDirector(facts, id);
  if (director === undefined) return { code: "notInCluster", machine, name: id, detail: "" };
  return (
    unheard(director, facts) ?? {
      code: "partUnknown",
      machine,
      name: director.name,
      part,
      detail: reasonOf(director.state, part),
    }
  );
}

function reasonOf(state: DirectorState | undefined, part: Part): string {
  const fact = state?.[part];
  return fact === undefined || fact.status === "known" ? "" : fact.reason;
}

/** Undefined: the director is heard. */
function unheard({ id, name, ...director }: DirectorFacts, { nowMs }: ClusterFacts): WaitCause | undefined {
  const machine = { kind: "director", id } as const;
  if (!director.isConnected) {
    const { sinceMs, reason = "" } = director.lost ?? {};
    return {
      code: "agentLost",
      machine,
      name,
      detail: reason,
      ...(sinceMs === undefined ? {} : { sinceMs }),
    };
  }
  if (director.ageMs === undefined || director.state === undefined)
    return { code: "agentSilent", machine, name, detail: "" };
  if (director.ageMs <= staleAfterMs) return undefined;
  return { code: "agentSilent", machine, name, detail: "", sinceMs: nowMs - director.ageMs };
}

function causeOfRealServer(id: string, facts: ClusterFacts, part?: string): WaitCause {
  const machine = { kind: "realServer", id } as const;
  const real = facts.realServers.find((each) => each.id === id);
  if (real === undefined) return { code: "notInCluster", machine, name: id, detail: "" };
  const named = { machine, name: real.address };
  if (part !== undefined) return { code: "noAnswer", ...named, part, detail: "" };
  const { reason = "", sinceMs } = real.probe?.sshFailure ?? {};
  return { code: "sshFailed", ...named, detail: reason, ...(sinceMs === undefined ? {} : { sinceMs }) };
}
