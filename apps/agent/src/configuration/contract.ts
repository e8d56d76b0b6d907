import { z } from "zod";
import { activationSchema, refusalSchema, revertedSchema } from "@lvs/core/director/commands";
import { configEditSchema } from "@lvs/core/keepalived/edit";

/** What is asked of an agent about keepalived.conf beside the shared commands: inputs and answers, all free of secrets. */

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/u);

/** A new text by edits of the file, as a whole (secrets as `••••` are put back), or a version of the agent's own history. */
export const stageSchema = z.object({
  /** The file this change was made from; refused with `fileChanged` where the file on disk is another by now. */
  baseSha256: sha256Schema,
  change: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("edits"), edits: z.array(configEditSchema).min(1) }),
    z.object({ kind: z.literal("text"), text: z.string().max(4_000_000) }),
    z.object({ kind: z.literal("version"), sha256: sha256Schema }),
  ]),
});
export type Stage = z.infer<typeof stageSchema>;

/** One file that once stood on this director, newest first; its bytes stay in the agent's state directory. */
export const configVersionSchema = z.object({
  sha256: z.string(),
  sizeBytes: z.int(),
  /** When the agent first saw or wrote it (epoch ms, director's clock). */
  savedAtMs: z.number(),
  /** `found`: somebody else wrote it; `committed`: through this agent. */
  origin: z.enum(["found", "committed"]),
  isCurrent: z.boolean(),
});
export type ConfigVersion = z.infer<typeof configVersionSchema>;

export const versionSchema = z.object({ sha256: sha256Schema });
export const stageIdSchema = z.object({ stageId: z.string().min(1).max(100) });

export const confirmResultSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("confirmed"), sha256: z.string() }),
  refusalSchema,
]);
export type ConfirmResult = z.infer<typeof confirmResultSchema>;

/** Takes an unconfirmed change back at once, as the timer would. */
export const revertResultSchema = z.discriminatedUnion("outcome", [revertedSchema, refusalSchema]);
export type RevertResult = z.infer<typeof revertResultSchema>;

/** Puts a version of the history back byte for byte: the undo of a confirmed change. */
export const restoreSchema = z.object({
  sha256: sha256Schema,
  activation: activationSchema,
  /** Refuse with `fileChanged` where the file on disk is not this one. Absent: whatever stands there is replaced (and kept in the history). */
  expectedSha256: sha256Schema.optional(),
});
export type Restore = z.infer<typeof restoreSchema>;

/** `restored` stays: no timer runs. `reverted`: the daemon did not run with it, the file before it was put back. */
export const restoreResultSchema = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("restored"),
    previousSha256: z.string(),
    sha256: z.string(),
    output: z.array(z.string()),
  }),
  revertedSchema,
  refusalSchema,
]);
export type RestoreResult = z.infer<typeof restoreResultSchema>;

export const fingerprintsSchema = z.object({
  /** Made new by the console for one comparison, hex, 32 bytes: a fingerprint is worth nothing without it. */
  key: sha256Schema,
});

/** HMAC-SHA-256 of each instance's auth_pass; instances without one are left out. Equal on two directors: the passwords are equal. */
export const fingerprintListSchema = z.array(z.object({ instance: z.string(), fingerprint: z.string() }));
export type Fingerprints = z.infer<typeof fingerprintListSchema>;
