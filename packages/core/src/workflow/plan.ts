import { z } from "zod";
import { activationSchema, diffLineSchema, rowSchema } from "../director/commands.ts";
import { configEditSchema } from "../keepalived/edit.ts";

/**
 * A plan says everything that a run will do before it does any of it: steps in the documented order (book 6.5.1), each with its
 * actions, the proof that must come before the next, and the way back. Plain data: it is stored, shown and run from this alone.
 */

/** One thing done to one machine. Real servers are named by address, directors by id. */
export const actionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("setWeight"), directorId: z.string(), row: rowSchema, weight: z.int() }),
  z.object({ kind: z.literal("service"), realServerId: z.string(), verb: z.enum(["start", "stop"]) }),
  z.object({
    kind: z.literal("lvsReal"),
    realServerId: z.string(),
    verb: z.enum(["start", "stop"]),
    vips: z.array(z.string()),
  }),
  z.object({
    kind: z.literal("writeConfig"),
    directorId: z.string(),
    baseSha256: z.string(),
    edits: z.array(configEditSchema),
    activation: activationSchema,
  }),
  /** Puts back the file that a `writeConfig` of this run replaced, byte for byte. */
  z.object({
    kind: z.literal("restoreConfig"),
    directorId: z.string(),
    sha256: z.string(),
    activation: activationSchema,
  }),
  z.object({ kind: z.literal("daemon"), directorId: z.string(), verb: z.enum(["start", "stop", "reload"]) }),
]);
export type Action = z.infer<typeof actionSchema>;

/** Something read from the live cluster that must be true. Never an exit code. */
export const proofSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("rowHasWeight"), directorId: z.string(), row: rowSchema, weight: z.int() }),
  z.object({ kind: z.literal("rowGone"), directorId: z.string(), row: rowSchema }),
  z.object({ kind: z.literal("rowPresent"), directorId: z.string(), row: rowSchema }),
  /** ActiveConn of the row is at most `most` on this director. */
  z.object({ kind: z.literal("rowDrained"), directorId: z.string(), row: rowSchema, most: z.int() }),
  z.object({
    kind: z.literal("serviceAnswers"),
    realServerId: z.string(),
    port: z.int(),
    isExpected: z.boolean(),
  }),
  z.object({
    kind: z.literal("vipOnLoopback"),
    realServerId: z.string(),
    vip: z.string(),
    isExpected: z.boolean(),
  }),
  z.object({ kind: z.literal("arpSuppressed"), realServerId: z.string() }),
  /** The file on disk is the one this run wrote, and its checker accepted it. */
  z.object({ kind: z.literal("configWritten"), directorId: z.string() }),
  /** The file on disk is this one again. */
  z.object({ kind: z.literal("configIs"), directorId: z.string(), sha256: z.string() }),
  /** The running daemon has read the file on disk. */
  z.object({ kind: z.literal("configLoaded"), directorId: z.string() }),
  z.object({ kind: z.literal("daemonRuns"), directorId: z.string(), isExpected: z.boolean() }),
  z.object({
    kind: z.literal("instanceState"),
    directorId: z.string(),
    instance: z.string(),
    state: z.enum(["MASTER", "BACKUP"]),
  }),
  /** The address is on exactly one director of the cluster, and on this one where it is named. */
  z.object({ kind: z.literal("oneHolder"), vip: z.string(), directorId: z.string().optional() }),
  /** The director's table holds every real server that is up by its own checkers: it could serve now. */
  z.object({ kind: z.literal("tableReady"), directorId: z.string() }),
]);
export type Proof = z.infer<typeof proofSchema>;

export const stepSchema = z.object({
  id: z.string(),
  kind: z.enum([
    "drain",
    "stopService",
    "removeVip",
    "startService",
    "addVip",
    "writeConfig",
    "reload",
    "stopDaemon",
    "startDaemon",
    "close",
  ]),
  /** The machine the step is about, as it is called on screen: "lvs-1", "192.0.2.7". */
  subject: z.string(),
  /** Must be true right before the actions, or the step is refused and the run pauses: the VIP never goes before the service. */
  guards: z.array(proofSchema),
  actions: z.array(actionSchema),
  proofs: z.array(proofSchema),
  /** Run in this order to get back; empty where there is nothing to undo. */
  undo: z.array(actionSchema),
  undoProofs: z.array(proofSchema),
  /** All proofs must stay true for this long, ms. */
  holdMs: z.int(),
  /** The proof is expected within this time, ms; past it the run pauses and asks. */
  limitMs: z.int(),
  /** Forecast: connections cut by the step, and how long the VIP is away, ms. */
  expected: z.object({ clientsCut: z.int(), vipGapMs: z.int() }),
});
export type Step = z.infer<typeof stepSchema>;

export const workflowKindSchema = z.enum(["addRealServer", "removeRealServer", "failOver"]);
export type WorkflowKind = z.infer<typeof workflowKindSchema>;

/** How the director part is done: as documented, or in place with what it risks. */
export const directorMethodSchema = z.enum(["stopStart", "reload"]);
export type DirectorMethod = z.infer<typeof directorMethodSchema>;

/** Every condition that a plan or a run can have. Each has its sentence in the message catalogue. */
export const conditionCodeSchema = z.enum([
  "directorFresh",
  "daemonRuns",
  "noUnconfirmedFile",
  "oneHolder",
  "standbyReady",
  "othersServe",
  "standsInFile",
  "notInFileYet",
  "groupWhole",
  "hostKeyPinned",
  "fileAccepted",
  "noOtherRun",
  "onNoTwoDirectors",
  "serviceServed",
  "vipBeforeService",
  "fileBeforeService",
  "bothAtOnce",
  "wireQuiet",
  "noStranger",
  "noSecondMaster",
  "advertsBelieved",
  "sameInterval",
]);
export type ConditionCode = z.infer<typeof conditionCodeSchema>;

/** Numbers and names for a sentence in the message catalogue. */
const sentenceValuesSchema = z.record(z.string(), z.union([z.string(), z.number()]));

/**
 * A condition checked before the start and again at the start. `isMet` undefined: could not be asked, which refuses the start unless
 * `mayBeUnknown`.
 */
export const conditionSchema = z.object({
  code: conditionCodeSchema,
  values: sentenceValuesSchema,
  isMet: z.boolean().optional(),
  /** An unknown only warns: what cannot be asked here must not keep a cluster from being maintained. */
  mayBeUnknown: z.boolean().optional(),
});
export type Condition = z.infer<typeof conditionSchema>;

/** Whether a run must not start: the condition is known to be unmet, or cannot be asked and has to be. */
export function refusesStart({ isMet, mayBeUnknown }: Condition): boolean {
  return isMet === undefined ? mayBeUnknown !== true : !isMet;
}

/** One thing that a plan touches. */
export const touchedSchema = z.object({
  code: z.enum(["services", "connectionsNow", "directors"]),
  values: sentenceValuesSchema,
});
export type Touched = z.infer<typeof touchedSchema>;

export const planRequestSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("removeRealServer"),
    clusterId: z.string(),
    realServerId: z.string(),
    method: directorMethodSchema,
    /** ActiveConn at which the drain counts as done. */
    drainMost: z.int().min(0).default(0),
  }),
  z.object({
    kind: z.literal("addRealServer"),
    clusterId: z.string(),
    realServerId: z.string(),
    method: directorMethodSchema,
    /** Every virtual service it joins, with its port and weight; checker and the rest are copied from a fellow of the service. */
    rows: z.array(rowSchema.extend({ weight: z.int().min(0).max(65_535) })).min(1),
  }),
  z.object({ kind: z.literal("failOver"), clusterId: z.string() }),
]);
export type PlanRequest = z.infer<typeof planRequestSchema>;

export const planSchema = z.object({
  kind: workflowKindSchema,
  request: planRequestSchema,
  clusterId: z.string(),
  clusterName: z.string(),
  /** What has to be typed to start: the real server's address, or the cluster's name. */
  subject: z.string(),
  /** Console's clock, epoch ms: the facts it was made from. */
  madeAtMs: z.number(),
  steps: z.array(stepSchema),
  /** Must be true at the start; a start with one unmet or unknown is refused. */
  preflight: z.array(conditionSchema),
  /** Must stay true at every step; a run pauses where one breaks. */
  invariants: z.array(conditionSchema),
  /** What is touched, for the reader: flows now, share, services. */
  blastRadius: z.array(touchedSchema),
  /** The order that is refused on purpose, and why. */
  refusedOnPurpose: z.array(conditionSchema),
  diffs: z.array(
    z.object({ directorId: z.string(), directorName: z.string(), lines: z.array(diffLineSchema) }),
  ),
});
export type Plan = z.infer<typeof planSchema>;
