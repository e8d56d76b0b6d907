import type { ConfigCheck, Refusal } from "@lvs/core/director/commands";
import { printDiagnostic, type Diagnostic } from "@lvs/core/keepalived/diagnostic";
import { secretMask } from "@lvs/core/keepalived/secret-keywords";
import { secretsOf } from "@lvs/core/keepalived/redact";
import { newMessages } from "../engine/check-output.ts";
import type { CheckMessage, Engine, EngineCheck } from "../engine/engine.ts";
import { refuse } from "./refuse.ts";
import type { Understood } from "./understand.ts";

export interface Text {
  readonly bytes: Uint8Array;
  readonly understood: Understood;
}

export type Judgement =
  | { readonly isAccepted: true; readonly check: ConfigCheck }
  | { readonly isAccepted: false; readonly refusal: Refusal };

/**
 * Whether a new text may come to stand on this director: our own linter finds no new error, it is not the old text cut short, and
 * keepalived -t, run here, has nothing new to say. A file that already draws complaints may keep them, so that it can be mended bit by bit.
 */
export async function judge(engine: Engine, current: Text, candidate: Text): Promise<Judgement> {
  const found = newErrors(current.understood.diagnostics, candidate.understood.diagnostics);
  if (found.length > 0) {
    return refused(
      "the new file has mistakes",
      found.map((each) => printDiagnostic(each)),
    );
  }
  if (isCutShort(current.bytes, candidate.bytes)) {
    return refused("the new file is the old one cut off in the middle of a line", []);
  }
  const after = await engine.check(candidate.bytes);
  const verdict = readCheck(after);
  if (verdict.kind === "refused") return { isAccepted: false, refusal: verdict.refusal };
  const messages = verdict.messages.map((each) => withoutSecrets(each, [current, candidate]));
  const isQuiet = verdict.exitCode === 0 || !(await saysMore(engine, current.bytes, verdict.messages));
  const check: ConfigCheck = { isAccepted: isQuiet, exitCode: verdict.exitCode, messages };
  if (isQuiet) return { isAccepted: true, check };
  return refused("keepalived -t does not accept the new file", messages.map(printMessage));
}

const refused = (reason: string, details: readonly string[]): Judgement => ({
  isAccepted: false,
  refusal: refuse("configRejected", `${reason}. Nothing was changed.`, details),
});

type CheckVerdict =
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "answered"; readonly exitCode: number; readonly messages: readonly CheckMessage[] };

/** Codes of keepalived -t: 0 nothing to say, 5 warnings or errors; all others mean that it did not read to the end. */
function readCheck(check: EngineCheck): CheckVerdict {
  switch (check.kind) {
    case "timedOut": {
      const reason = `keepalived -t did not end within ${check.limitMs / 1000} s on the new file. Nothing was changed.`;
      return { kind: "refused", refusal: refuse("checkTimedOut", reason) };
    }
    case "crashed": {
      const reason = `keepalived -t crashed on the new file (${check.signal}). Nothing was changed.`;
      return { kind: "refused", refusal: refuse("configRejected", reason, check.messages.map(printMessage)) };
    }
    case "answered": {
      if (check.exitCode === 0 || check.exitCode === 5) return check;
      const reason = `keepalived -t ended with code ${check.exitCode} on the new file. Nothing was changed.`;
      return { kind: "refused", refusal: refuse("configRejected", reason, check.messages.map(printMessage)) };
    }
  }
}

/** Code 5 says only that something was said: the old file must say all of it too. */
async function saysMore(
  engine: Engine,
  current: Uint8Array,
  messages: readonly CheckMessage[],
): Promise<boolean> {
  if (messages.length === 0) return true;
  const before = await engine.check(current);
  if (before.kind !== "answered") return true;
  return newMessages(before.messages, messages).length > 0;
}

function newErrors(before: readonly Diagnostic[], after: readonly Diagnostic[]): Diagnostic[] {
  const errors = (list: readonly Diagnostic[]) => list.filter((each) => each.severity === "error");
  const left = new Map<string, number>();
  for (const each of errors(before)) {
    const key = `${each.code} ${each.message}`;
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  return errors(after).filter((each) => {
    const key = `${each.code} ${each.message}`;
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

/** A copy that broke off: a true beginning of the old file, with a last line that has no end while the old one had. */
function isCutShort(current: Uint8Array, candidate: Uint8Array): boolean {
  if (candidate.length >= current.length || candidate.at(-1) === 10 || current.at(-1) !== 10) return false;
  return candidate.every((byte, index) => byte === current[index]);
}

/** Shorter ones would cover half of every message, and no message of keepalived's repeats a password. */
const secretLengthLeast = 4;

function withoutSecrets(message: CheckMessage, texts: readonly Text[]): CheckMessage {
  let { text } = message;
  for (const { bytes } of texts) {
    for (const secret of secretsOf(bytes)) {
      if (secret.text.length >= secretLengthLeast) text = text.replaceAll(secret.text, secretMask);
    }
  }
  return { ...message, text };
}

const printMessage = ({ line, text }: CheckMessage): string =>
  line === undefined ? text : `line ${line}: ${text}`;
