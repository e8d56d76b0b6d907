import type { TRPCError } from "@trpc/server";
import { z } from "zod";
import { db } from "./db.ts";

/** Who did what, when, with which outcome. A row is there before the deed, so that a console killed in it leaves a trace. */

export type AuditOutcome = "started" | "done" | "refused" | "failed";

export interface AuditInProgress {
  end(outcome: AuditOutcome, detail?: string): Promise<void>;
  /** Reads the outcome from what a procedure answered. */
  endWith(result: { ok: true; data: unknown } | { ok: false; error: TRPCError }): Promise<void>;
}

interface Deed {
  readonly person: { readonly id: string; readonly email: string } | undefined;
  readonly procedure: string;
  readonly input: unknown;
}

export async function beginAudit({ person, procedure, input }: Deed): Promise<AuditInProgress> {
  const { id } = await db().auditEntry.create({
    data: {
      actorId: person?.id ?? null,
      actor: person?.email ?? "nobody",
      procedure,
      input: withoutSecrets(input),
      outcome: "started" satisfies AuditOutcome,
    },
    select: { id: true },
  });
  const end = async (outcome: AuditOutcome, detail = ""): Promise<void> => {
    await db().auditEntry.update({
      where: { id },
      data: { outcome, detail: detail.slice(0, 2_000), endedAt: new Date() },
    });
  };
  return {
    end,
    endWith: async (result) => {
      if (!result.ok) {
        await end(isRefusal(result.error) ? "refused" : "failed", result.error.message);
        return;
      }
      const refused = refusedSchema.safeParse(result.data);
      if (refused.success) await end("refused", refused.data.reason);
      else await end("done", outcomeOf(result.data));
    },
  };
}

/** A deed without a middle: a sign-in, an enrolment. */
export async function recordAudit(deed: Deed, outcome: AuditOutcome, detail = ""): Promise<void> {
  const audit = await beginAudit(deed);
  await audit.end(outcome, detail);
}

const refusedSchema = z.object({ outcome: z.literal("refused"), reason: z.string() });

const wayBackSchema = z.object({ wayBack: z.array(z.string()) });
const startedSchema = z.strictObject({ runId: z.string() });

/** The lines that undo the deed, or the run that it started, where its answer names them: they are wanted when nobody remembers. */
function outcomeOf(data: unknown): string {
  const wayBack = wayBackSchema.safeParse(data);
  if (wayBack.success) return wayBack.data.wayBack.join("\n");
  const started = startedSchema.safeParse(data);
  return started.success ? `run ${started.data.runId}` : "";
}

const refusals: ReadonlySet<string> = new Set([
  "BAD_REQUEST",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "NOT_FOUND",
  "CONFLICT",
  "PRECONDITION_FAILED",
  "TOO_MANY_REQUESTS",
]);

function isRefusal(error: TRPCError): boolean {
  return refusals.has(error.code);
}

const secretKey = /password|secret|token|privatekey|passphrase/iu;
const mask = "••••";
const longestText = 4_000;

type Plain = string | number | boolean | PlainObject | Plain[];
interface PlainObject {
  [key: string]: Plain;
}

/** What may be kept of an input: values under secret-sounding keys masked, long texts cut. Undefined and null are left out. */
export function withoutSecrets(input: unknown): Plain {
  return keep(input, 0) ?? {};
}

function keep(value: unknown, depth: number): Plain | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value.slice(0, longestText);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (depth > 8) return mask;
  if (Array.isArray(value)) return value.slice(0, 500).map((item) => keep(item, depth + 1) ?? mask);
  if (typeof value !== "object") return mask;
  const kept: PlainObject = {};
  for (const [key, inner] of Object.entries(value)) {
    const plain = secretKey.test(key) ? mask : keep(inner, depth + 1);
    if (plain !== undefined) kept[key] = plain;
  }
  return kept;
}
