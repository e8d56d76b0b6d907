import type { Refusal } from "@lvs/core/director/commands";

export const refuse = (code: Refusal["code"], reason: string, details: readonly string[] = []): Refusal => ({
  outcome: "refused",
  code,
  reason,
  details: [...details],
});

export const fileChanged = (expected: string, found: string): Refusal =>
  refuse(
    "fileChanged",
    `keepalived.conf changed since it was read (expected ${expected.slice(0, 12)}, found ${found.slice(0, 12)}); read it again. Nothing was changed.`,
  );
