import { noCounters, noRates } from "@lvs/core/ipvs/model";
import { factsOf, fixtureCluster, hashOf, serviceId } from "@lvs/core/workflow/cluster.fixture";
import { planFailOver } from "@lvs/core/workflow/fail-over";
import { newRun } from "@lvs/core/workflow/progress";
import type { AgentHands } from "./agent-hands.ts";
import type { PerformContext } from "./ports.ts";

type Staged = Awaited<ReturnType<AgentHands["config"]["stage"]["mutate"]>>;
export type Committed = Awaited<ReturnType<AgentHands["config"]["commit"]["mutate"]>>;

export const before = hashOf([21, 22, 23]);
export const row = { service: serviceId, address: "192.0.2.21", port: 80 };

interface Seen extends PerformContext {
  /** Everything that happened, in its order: words, what was written down, what the agent was asked. */
  readonly order: string[];
}

export function contextOf(record: Record<string, string> = {}, facts = factsOf(fixtureCluster())): Seen {
  const plan = planFailOver({ kind: "failOver", clusterId: "c1" }, facts);
  const run = { ...newRun({ id: "r", number: 1, plan, startedBy: "ann", startedAtMs: 1 }), record };
  const order: string[] = [];
  return {
    run,
    facts,
    order,
    say: async ({ where, kind, text }) => Promise.resolve(void order.push(`${where} ${kind}: ${text}`)),
    record: async (key, value) => Promise.resolve(void order.push(`record ${key} ${value}`)),
  };
}

export const refused = (reason: string) => ({
  outcome: "refused" as const,
  code: "configRejected" as const,
  reason,
  details: ["(/etc/keepalived/keepalived.conf: Line 3) Unknown keyword"],
});

const staged: Staged = {
  outcome: "staged",
  stageId: "stage-1",
  baseSha256: before,
  sha256: "new",
  diff: [
    { kind: "same", line: 1, text: "virtual_server {" },
    { kind: "removed", line: 2, text: "real_server" },
    { kind: "added", line: 2, text: "# gone" },
  ],
  check: { isAccepted: true, messages: [] },
};
const applied: Committed = {
  outcome: "applied",
  sha256: "new",
  previousSha256: before,
  output: ["Reloading"],
  revertsAtMs: 1,
};

export interface Script {
  readonly onDisk?: string;
  readonly stage?: Staged;
  readonly commit?: Committed;
  readonly weight?: "done" | "refused";
  readonly daemon?: "done" | "daemonRunning" | "daemonNotRunning";
}

/** An agent that answers as it is told and notes in `order` what it was asked. */
export function agentOf(order: string[], script: Script = {}): AgentHands {
  const note = <Answer>(text: string, answer: Answer): Promise<Answer> => {
    order.push(`agent ${text}`);
    return Promise.resolve(answer);
  };
  const steer = (verb: string) => ({
    mutate: () => {
      const { daemon = "done" } = script;
      return note(
        verb,
        daemon === "done"
          ? { outcome: "done" as const, output: [`${verb}: ok`], pid: 1 }
          : { outcome: "refused" as const, code: daemon, reason: `said ${daemon}`, details: [] },
      );
    },
  });
  const destination = {
    address: row.address,
    port: 80,
    forwarding: "Route" as const,
    weight: 0,
    upperThreshold: 0,
    lowerThreshold: 0,
    activeConnections: 7,
    inactiveConnections: 2,
    persistentConnections: 0,
    counters: noCounters,
    rates: noRates,
  };
  return {
    table: {
      setWeight: {
        mutate: ({ weight }) =>
          note(
            `weight ${weight}`,
            script.weight === "refused"
              ? { ...refused("no such row"), code: "rowNotFound" as const, details: [] }
              : { outcome: "done", previousWeight: 100, destination, command: "ipvsadm -e … -w 0" },
          ),
      },
    },
    config: {
      read: { query: () => note("read", { sha256: script.onDisk ?? before }) },
      stage: { mutate: ({ baseSha256 }) => note(`stage over ${baseSha256}`, script.stage ?? staged) },
      commit: {
        mutate: ({ stageId, activation, confirmWithinMs }) =>
          note(`commit ${stageId} ${activation} ${confirmWithinMs}`, script.commit ?? applied),
      },
      confirm: { mutate: () => note("confirm", { outcome: "confirmed", sha256: "new" }) },
      restore: {
        mutate: ({ activation, expectedSha256 }) =>
          note(`restore over ${expectedSha256}, then ${activation}`, {
            outcome: "restored",
            sha256: "old",
            previousSha256: "new",
            output: [],
          }),
      },
      revert: {
        mutate: () => note("revert", { outcome: "reverted", reason: "", sha256: "old", output: [] }),
      },
    },
    daemon: { start: steer("start"), stop: steer("stop"), reload: steer("reload") },
  };
}
