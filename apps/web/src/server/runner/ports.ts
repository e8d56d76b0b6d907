import type { Action } from "@lvs/core/workflow/plan";
import type { ClusterFacts } from "@lvs/core/workflow/facts";
import type { RunEvent } from "@lvs/core/workflow/progress";
import type { OutputLine, Run } from "@lvs/core/workflow/run";
import type { Machine } from "@lvs/core/workflow/waiting";

/** How an action ended. `unreachable`: the machine could not be asked; it may or may not have been done, so it is tried again. */
export type ActionOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string };

/** How several actions ended, and which machine it was that could not be asked. */
export type StepOutcome =
  | Exclude<ActionOutcome, { kind: "unreachable" }>
  | (Extract<ActionOutcome, { kind: "unreachable" }> & { readonly machine: Machine });

/** What driving one run needs of the world. Everything that is told goes through `emit`, which returns when it is in the database. */
export interface DrivePorts {
  readonly read: () => Run;
  readonly emit: (event: RunEvent) => Promise<void>;
  readonly facts: (run: Run) => Promise<ClusterFacts>;
  readonly perform: (action: Action, context: PerformContext) => Promise<ActionOutcome>;
  /** Tells the agents that the files this run wrote are to be kept. */
  readonly keepFiles: (run: Run, directorIds: readonly string[]) => Promise<StepOutcome>;
  readonly nowMs: () => number;
  /** Resolves after the time or at once when something about the cluster changed; rejects never. */
  readonly wait: (ms: number) => Promise<void>;
}

export interface PerformContext {
  readonly run: Run;
  readonly facts: ClusterFacts;
  readonly say: (line: Omit<OutputLine, "atMs">) => Promise<void>;
  readonly record: (key: string, value: string) => Promise<void>;
}
