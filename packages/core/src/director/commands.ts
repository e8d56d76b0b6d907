import { z } from "zod";
import { destinationSchema, serviceIdSchema } from "../ipvs/model.ts";

/**
 * What the console may ask of an agent beside its facts, and what comes back. A refusal is a value: it says what was wrong and
 * that nothing was changed. Only a world that failed (spawn, disk, netlink) is an error on the wire.
 */

export const refusalSchema = z.object({
  outcome: z.literal("refused"),
  code: z.enum([
    "fileChanged",
    "configRejected",
    "editRejected",
    "checkTimedOut",
    "stageUnknown",
    "stagePending",
    "rowNotFound",
    "rowChanged",
    "noModule",
    "serviceNotFound",
    "serviceConfigured",
    "configUnknown",
    "nothingKept",
    "timeoutsChanged",
    "timeoutsRefused",
    "daemonNotRunning",
    "daemonRunning",
    "notManaged",
    "versionUnknown",
  ]),
  /** One sentence: what was found, and what to do. */
  reason: z.string(),
  /** keepalived's or the linter's own lines, where there are any. */
  details: z.array(z.string()),
});
export type Refusal = z.infer<typeof refusalSchema>;

export const rowSchema = z.object({ service: serviceIdSchema, address: z.string(), port: z.int() });
export type Row = z.infer<typeof rowSchema>;

/** `ipvsadm -e … -w N` by netlink. `expectedWeight`: refuse where the row carries another weight by now. */
export const setWeightSchema = z.object({
  row: rowSchema,
  weight: z.int().min(0).max(65_535),
  expectedWeight: z.int().optional(),
});
export type SetWeight = z.infer<typeof setWeightSchema>;

export const setWeightResultSchema = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    previousWeight: z.int(),
    /** The row read back from the kernel after the write. */
    destination: destinationSchema,
    /** The ipvsadm command that would have done the same, for the record. */
    command: z.string(),
  }),
  refusalSchema,
]);
export type SetWeightResult = z.infer<typeof setWeightResultSchema>;

/** keepalived.conf as text with every secret as `••••`. */
export const configTextSchema = z.object({ path: z.string(), sha256: z.string(), text: z.string() });
export type ConfigText = z.infer<typeof configTextSchema>;

export const diffLineSchema = z.object({
  kind: z.enum(["same", "added", "removed"]),
  /** 1-based line in the old file (same, removed) or the new one (added). */
  line: z.int(),
  text: z.string(),
});
export type DiffLine = z.infer<typeof diffLineSchema>;

/** `keepalived -t` as it answered, messages parsed and said once. */
export const configCheckSchema = z.object({
  isAccepted: z.boolean(),
  exitCode: z.int().optional(),
  messages: z.array(z.object({ line: z.int().optional(), text: z.string() })),
});
export type ConfigCheck = z.infer<typeof configCheckSchema>;

export const stagedSchema = z.object({
  outcome: z.literal("staged"),
  stageId: z.string(),
  baseSha256: z.string(),
  sha256: z.string(),
  /** Secrets masked; three lines of context around each change. Empty where the text is the same. */
  diff: z.array(diffLineSchema),
  check: configCheckSchema,
});
export type Staged = z.infer<typeof stagedSchema>;
export const stageResultSchema = z.discriminatedUnion("outcome", [stagedSchema, refusalSchema]);
export type StageResult = z.infer<typeof stageResultSchema>;

/** The file before is in its place again; `reason` says why. */
export const revertedSchema = z.object({
  outcome: z.literal("reverted"),
  reason: z.string(),
  sha256: z.string(),
  output: z.array(z.string()),
});

/** What follows the rename: nothing (the daemon is restarted by a later step), SIGHUP, or stop and start. */
export const activationSchema = z.enum(["none", "reload", "restart"]);
export type Activation = z.infer<typeof activationSchema>;

export const commitSchema = z.object({
  stageId: z.string(),
  activation: activationSchema,
  /** The agent puts the old file back (and activates it the same way) unless `confirm` comes within this time. */
  confirmWithinMs: z.int().min(1_000).max(3_600_000),
});
export type Commit = z.infer<typeof commitSchema>;

export const commitResultSchema = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("applied"),
    previousSha256: z.string(),
    sha256: z.string(),
    revertsAtMs: z.number(),
    output: z.array(z.string()),
  }),
  revertedSchema,
  refusalSchema,
]);
export type CommitResult = z.infer<typeof commitResultSchema>;

/** The answer to start, stop and reload: `output` is what the command and keepalived's log said while it ran. */
export const daemonResultSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done"), output: z.array(z.string()) }),
  refusalSchema,
]);
export type DaemonResult = z.infer<typeof daemonResultSchema>;
