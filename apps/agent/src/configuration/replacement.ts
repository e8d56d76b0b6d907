import { randomBytes } from "node:crypto";
import type { Commit, CommitResult } from "@lvs/core/director/commands";
import type { DirectorEvent } from "@lvs/core/director/change";
import { isRunning, type EngineStatus } from "../engine/engine.ts";
import { messageOf, type Logger } from "../log.ts";
import { SystemError } from "../system/system-error.ts";
import { activate, servicesToKeep, type ActivationContext, type ActivationResult } from "./activation.ts";
import { readConfigFile, type FileOnDisk } from "./config-file.ts";
import type { Restore, RestoreResult, RevertResult } from "./contract.ts";
import type { Lock } from "./lock.ts";
import type { OpenChange, PendingChange } from "./pending-change.ts";
import { fileChanged, refuse } from "./refuse.ts";
import type { StagedText } from "./staging.ts";
import { understand, type Understood } from "./understand.ts";
import type { ConfigVersions } from "./versions.ts";

export interface DeskParts extends ActivationContext {
  readonly path: string;
  readonly versions: ConfigVersions;
  readonly pending: PendingChange;
  readonly lock: Lock;
  readonly log: Logger;
  /** What the daemon is known to run with; undefined: not known. */
  readonly loadedSha256: () => string | undefined;
  /** The file was replaced, or the daemon was told to read it: read the facts again. */
  readonly touched: (what: { readonly loadedSha256?: string }) => Promise<void>;
  readonly report: (event: DirectorEvent) => void;
}

/** Throws SystemError `not-found` where there is no file. */
export async function currentFile({ system, path }: DeskParts): Promise<FileOnDisk> {
  const file = await readConfigFile(system, path);
  if (file !== undefined) return file;
  throw new SystemError({ door: "files", code: "not-found", subject: path, reason: "there is no such file" });
}

export interface CommitStep {
  readonly file: FileOnDisk;
  readonly staged: StagedText;
  readonly change: OpenChange;
  readonly confirmWithinMs: number;
}

/**
 * Writes the staged text in the place of the file it was made from and brings the daemon to it; a daemon that does not run with it gets
 * the old file back at once. What is to be taken back is on disk before anything is written. `applied`: waits for its confirmation.
 */
export async function applyStaged(
  parts: DeskParts,
  step: CommitStep,
): Promise<{ readonly result: CommitResult; readonly applied?: OpenChange }> {
  const { system, pending, versions } = parts;
  const { file, staged, change } = step;
  await versions.remember(file.bytes, "found");
  await pending.begin(change);
  const refusal = await replace(parts, step);
  if (refusal !== undefined) return { result: refusal };
  await versions.remember(staged.bytes, "committed");
  const done = await bring(parts, change.activation, staged.understood);
  if (done.fault !== undefined) {
    const back = await takeBack(parts, change, done.fault);
    const output = [...done.output];
    return { result: back.outcome === "reverted" ? { ...back, output: [...output, ...back.output] } : back };
  }
  const nowMs = system.clock.nowMs();
  const applied: OpenChange = {
    ...change,
    phase: "applied",
    appliedAtMs: nowMs,
    revertsAtMs: nowMs + step.confirmWithinMs,
  };
  await pending.begin(applied);
  await parts.touched(change.activation === "none" ? {} : { loadedSha256: change.sha256 });
  return { result: { ...appliedAgain(applied), output: [...done.output] }, applied };
}

async function replace(parts: DeskParts, step: CommitStep): Promise<ReturnType<typeof refuse> | undefined> {
  const { file, staged, change } = step;
  try {
    await parts.system.files.writeAtomic(parts.path, staged.bytes, { expected: file.stamp });
    return undefined;
  } catch (error) {
    await parts.pending.end({ ...ending(change), how: "abandoned", reason: messageOf(error) });
    if (error instanceof SystemError && error.code === "changed") return fileChanged(file.sha256, "another");
    throw error;
  }
}

/** Puts the old file back, unless somebody else wrote over the new one; then brings the daemon to it. */
export async function takeBack(parts: DeskParts, open: OpenChange, reason: string): Promise<RevertResult> {
  const { system, pending, versions, path, log } = parts;
  const file = await readConfigFile(system, path);
  const old = await versions.read(open.previousSha256);
  const isBack = file?.sha256 === open.previousSha256;
  if (old === undefined || (file !== undefined && !isBack && file.sha256 !== open.sha256)) {
    await pending.end({ ...ending(open), how: "abandoned", reason });
    await parts.touched({});
    const why =
      old === undefined
        ? "the old file is not in the history"
        : "keepalived.conf was changed since by somebody else";
    log.error("an unconfirmed change was not taken back", { reason: why, stageId: open.stageId });
    return refuse("fileChanged", `${why}; it was left as it is`);
  }
  if (!isBack) {
    await system.files.writeAtomic(
      path,
      old,
      file === undefined ? { mode: 0o600 } : { expected: file.stamp },
    );
    await versions.remember(old, "committed");
  }
  const output = await bringBack(parts, open, { old, isBack });
  await pending.end({ ...ending(open), how: "reverted", reason });
  report(parts, "configReverted", reason);
  log.warn("keepalived.conf was put back", { reason, stageId: open.stageId });
  await parts.touched({});
  return { outcome: "reverted", reason, sha256: open.previousSha256, output: [...output] };
}

/** The daemon goes back to the old file in the way it came to the new one; one that died of it is started again. */
async function bringBack(
  parts: DeskParts,
  open: OpenChange,
  { old, isBack }: { readonly old: Uint8Array; readonly isBack: boolean },
): Promise<readonly string[]> {
  const way = wayBack(open, {
    status: await parts.engine.status(),
    isBack,
    loadedSha256: parts.loadedSha256(),
  });
  if (way === "none") return [];
  const understood = await understand(parts.system, { path: parts.path, bytes: old });
  const first = await bring(parts, way, understood);
  const isDone = first.fault === undefined || way === "restart";
  const done = isDone ? first : await bring(parts, "restart", understood);
  if (done.fault === undefined) {
    await parts.touched({ loadedSha256: open.previousSha256 });
    return [...first.output];
  }
  parts.log.error("keepalived does not run as before", { reason: done.fault });
  return [...first.output, ...done.output, `the daemon does not run as before: ${done.fault}`];
}

function wayBack(
  open: OpenChange,
  now: { readonly status: EngineStatus; readonly isBack: boolean; readonly loadedSha256: string | undefined },
): Commit["activation"] {
  const runs = isRunning(now.status);
  if (open.activation === "none") return runs && now.loadedSha256 === open.sha256 ? "reload" : "none";
  if (runs) return open.activation === "restart" && !now.isBack ? "restart" : "reload";
  return open.wasRunning ? "restart" : "none";
}

/** Puts a version of the history back: the undo of a confirmed change. */
export async function restoreVersion(parts: DeskParts, input: Restore): Promise<RestoreResult> {
  const { system, pending, versions, path, engine } = parts;
  if (pending.open !== undefined) {
    return refuse("stagePending", "a change waits for its confirmation; confirm or revert it first");
  }
  const bytes = await versions.read(input.sha256);
  if (bytes === undefined)
    return refuse("versionUnknown", `no version ${short(input.sha256)} in the history`);
  const status = await engine.status();
  if (input.activation === "reload" && !isRunning(status)) {
    return refuse("daemonNotRunning", "keepalived does not run, so it cannot reload. Nothing was changed.");
  }
  const file = await currentFile(parts);
  if (input.expectedSha256 !== undefined && ![input.expectedSha256, input.sha256].includes(file.sha256)) {
    return fileChanged(input.expectedSha256, file.sha256);
  }
  const change = restoreChange(file, { input, wasRunning: isRunning(status), nowMs: system.clock.nowMs() });
  const staged = { bytes, understood: await understand(system, { path, bytes }) };
  return restoreChecked(parts, { file, change, staged });
}

/** On disk as a commit that has begun, so that an agent killed in the middle takes it back at its next start. */
async function restoreChecked(
  parts: DeskParts,
  step: {
    readonly file: FileOnDisk;
    readonly change: OpenChange;
    readonly staged: Pick<StagedText, "bytes" | "understood">;
  },
): Promise<RestoreResult> {
  const { system, pending, versions, path } = parts;
  const { file, change, staged } = step;
  await versions.remember(file.bytes, "found");
  await pending.begin(change);
  if (file.sha256 !== change.sha256) {
    await system.files.writeAtomic(path, staged.bytes, { expected: file.stamp });
    await versions.remember(staged.bytes, "committed");
  }
  const done = await bring(parts, change.activation, staged.understood);
  if (done.fault !== undefined) {
    const back = await takeBack(parts, change, done.fault);
    return back.outcome === "reverted" ? { ...back, output: [...done.output, ...back.output] } : back;
  }
  await pending.end({ ...ending(change), how: "confirmed", reason: "" });
  await parts.touched(change.activation === "none" ? {} : { loadedSha256: change.sha256 });
  const { previousSha256, sha256 } = change;
  return { outcome: "restored", previousSha256, sha256, output: [...done.output] };
}

async function bring(
  parts: DeskParts,
  activation: Commit["activation"],
  { configured }: Understood,
): Promise<ActivationResult> {
  const mustKeep = activation === "none" ? [] : servicesToKeep(await parts.readTable(), configured);
  return activate(parts, activation, { configured, mustKeep });
}

function report(parts: DeskParts, kind: DirectorEvent["kind"], detail: string): void {
  parts.report({ kind, atMs: parts.system.clock.nowMs(), subject: parts.path, detail });
}

const short = (sha256: string): string => sha256.slice(0, 12);

const ending = (open: OpenChange) => ({ stageId: open.stageId, sha256: open.sha256 });

/** The same answer again for a commit that is repeated because its answer was lost. */
export const appliedAgain = (open: OpenChange): Extract<CommitResult, { outcome: "applied" }> => ({
  outcome: "applied",
  previousSha256: open.previousSha256,
  sha256: open.sha256,
  revertsAtMs: open.revertsAtMs,
  output: [],
});

const restoreChange = (
  file: FileOnDisk,
  {
    input,
    wasRunning,
    nowMs,
  }: { readonly input: Restore; readonly wasRunning: boolean; readonly nowMs: number },
): OpenChange => ({
  stageId: `restore-${randomBytes(8).toString("hex")}`,
  previousSha256: file.sha256,
  sha256: input.sha256,
  activation: input.activation,
  wasRunning,
  phase: "writing",
  appliedAtMs: nowMs,
  revertsAtMs: nowMs,
});
