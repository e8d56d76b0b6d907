import type { Plan } from "./plan.ts";
import type { Run, StepStatus } from "./run.ts";

/** What a run has begun on its directors and only a later step of it, or its undo, brings to an end. Names as the plan has them. */
export interface OpenEnds {
  /** keepalived was stopped by this run and has not been started again by it. */
  readonly stopped: readonly string[];
  /** The directors of the plan whose keepalived the run has not stopped: they alone can hold the VIPs meanwhile. */
  readonly others: readonly string[];
  /** Running with what it loaded before: its file was written by this run and has not been read. */
  readonly unread: readonly string[];
}

/** A step in these may have had its effect, though nobody has proven it. */
const begun: ReadonlySet<StepStatus> = new Set([
  "doing",
  "proving",
  "done",
  "failed",
  "undoing",
  "skipped",
] satisfies StepStatus[]);

/** A start counts from its answer on: before it keepalived may still be down. */
const answered: ReadonlySet<StepStatus> = new Set(["proving", "done", "skipped"] satisfies StepStatus[]);

/** What stands half done where the run is now. It is what the run did, not what is: somebody else may have started a daemon meanwhile. */
export function openEnds({ plan, steps }: Run): OpenEnds {
  const stopped = new Set<string>();
  const unread = new Set<string>();
  for (const [index, { actions }] of plan.steps.entries()) {
    const status = steps[index]?.status ?? "toCome";
    for (const action of actions) {
      if (action.kind === "writeConfig" && action.activation === "none" && begun.has(status))
        unread.add(action.directorId);
      if (action.kind !== "daemon") continue;
      if (action.verb === "stop" && begun.has(status)) stopped.add(action.directorId);
      if (action.verb === "start" && answered.has(status)) {
        stopped.delete(action.directorId);
        unread.delete(action.directorId);
      }
    }
  }
  const names = namesOf(plan);
  const named = (isIt: (id: string) => boolean): string[] =>
    [...names].flatMap(([id, name]) => (isIt(id) ? [name] : []));
  return {
    stopped: named((id) => stopped.has(id)),
    others: named((id) => !stopped.has(id)),
    unread: named((id) => unread.has(id) && !stopped.has(id)),
  };
}

/** The directors that the plan stops in turn, by id. */
function namesOf({ steps }: Plan): Map<string, string> {
  return new Map(
    steps.flatMap(({ actions, subject }) =>
      actions.flatMap((action) =>
        action.kind === "daemon" && action.verb === "stop" ? [[action.directorId, subject] as const] : [],
      ),
    ),
  );
}
