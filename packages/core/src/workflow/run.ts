import { z } from "zod";
import { conditionSchema, planSchema, proofSchema } from "./plan.ts";

/** A run is a plan under way. Every change of it is one stored event; `Run` is what the events add up to. */

export const outputLineSchema = z.object({
  atMs: z.number(),
  /** The machine it was said on, or "console". */
  where: z.string(),
  kind: z.enum(["command", "output", "note", "error"]),
  text: z.string(),
});
export type OutputLine = z.infer<typeof outputLineSchema>;

export const stepStatusSchema = z.enum([
  "toCome",
  "doing",
  "proving",
  "done",
  "failed",
  "undoing",
  "undone",
  "skipped",
]);
export type StepStatus = z.infer<typeof stepStatusSchema>;

export const runStepSchema = z.object({
  status: stepStatusSchema,
  startedAtMs: z.number().optional(),
  endedAtMs: z.number().optional(),
  output: z.array(outputLineSchema),
});
export type RunStep = z.infer<typeof runStepSchema>;

/** One reason why a run cannot go on by itself now: a machine of the cluster that could not be asked. */
export const waitCauseSchema = z.object({
  /**
   * `agentLost`: no connection to the director's agent; `agentSilent`: connected, but nothing heard for too long; `partUnknown`: the agent
   * answers and could not read this part of its director itself; `commandFailed`: the agent is heard, a command to it failed;
   * `sshFailed`: the real server could not be looked at; `noAnswer`: a connect to it was neither taken nor refused;
   * `notInCluster`: revoked or removed while the run was under way.
   */
  code: z.enum([
    "agentLost",
    "agentSilent",
    "partUnknown",
    "commandFailed",
    "sshFailed",
    "noAnswer",
    "notInCluster",
  ]),
  machine: z.object({ kind: z.enum(["director", "realServer"]), id: z.string() }),
  /** The director's name or the real server's address, as it was then. */
  name: z.string(),
  /** What of it is not known: "table", "vrrp", "port 80". */
  part: z.string().optional(),
  /** Since when it could not be asked, console's clock, epoch ms; absent where that is not known. */
  sinceMs: z.number().optional(),
  /** The words of the socket, of SSH or of the agent. Empty where nobody said anything. */
  detail: z.string(),
});
export type WaitCause = z.infer<typeof waitCauseSchema>;

/**
 * `running`; `waiting`: an agent or a real server cannot be asked, goes on by itself when it can; `paused`: a person must decide
 * (`pauseReason`); `aborting`: undoing from the last step back; then one of the three ends.
 */
export const runStatusSchema = z.enum([
  "running",
  "waiting",
  "paused",
  "aborting",
  "done",
  "undone",
  "failed",
]);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const runSchema = z.object({
  id: z.string(),
  /** Counts up over all clusters: "run 412". */
  number: z.int(),
  clusterId: z.string(),
  startedBy: z.string(),
  startedAtMs: z.number(),
  endedAtMs: z.number().optional(),
  status: runStatusSchema,
  pauseReason: z
    .object({
      /**
       * `recordFailed`: what happens could not be stored, so that nothing more is done. `notDriven`, never stored: this console has let
       * go of the run and does not know how far it is.
       */
      code: z.enum([
        "asked",
        "proofLate",
        "actionFailed",
        "invariantBroken",
        "factsUnknown",
        "recordFailed",
        "notDriven",
      ]),
      /** For the log; said on screen where nothing below says it in words. */
      detail: z.string(),
      /** With `proofLate`, and `invariantBroken` before a step: what is not true. */
      openProofs: z.array(proofSchema).optional(),
      /** With `invariantBroken` during a step: what must hold and does not. */
      broken: conditionSchema.optional(),
      /** With `factsUnknown`, which also a run that waits or undoes carries: whom it waits for. */
      waitsFor: z.array(waitCauseSchema).optional(),
    })
    .optional(),
  isPauseRequested: z.boolean(),
  /** Index into `plan.steps` of the step under way or next. */
  current: z.int(),
  /** Steps from this index on are being undone, the last one first; absent while the run goes forward. */
  undoingDownTo: z.int().optional(),
  plan: planSchema,
  /** Hashes of the files it wrote and staged: "written:<directorId>" → sha256. */
  record: z.record(z.string(), z.string()),
  steps: z.array(runStepSchema),
});
export type Run = z.infer<typeof runSchema>;
