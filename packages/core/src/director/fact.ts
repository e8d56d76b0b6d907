import { z } from "zod";

/**
 * One thing that was asked of a director, with the time it was true.
 * `absent`: the director answered that there is none (no ip_vs module, no keepalived.conf). `unknown`: it could not be asked;
 * never to be read as "no". Times are milliseconds since the epoch on the director's own clock.
 */
export const factSchema = <Value extends z.ZodType>(value: Value) =>
  z.discriminatedUnion("status", [
    z.object({ status: z.literal("known"), atMs: z.number(), value }),
    z.object({ status: z.literal("absent"), atMs: z.number(), reason: z.string() }),
    z.object({ status: z.literal("unknown"), atMs: z.number(), reason: z.string() }),
  ]);

export type Fact<Value> =
  | { status: "known"; atMs: number; value: Value }
  | { status: "absent"; atMs: number; reason: string }
  | { status: "unknown"; atMs: number; reason: string };

/** The value where it is known; undefined for both "there is none" and "could not ask". */
export function knownValue<Value>(fact: Fact<Value>): Value | undefined {
  return fact.status === "known" ? fact.value : undefined;
}
