import { createHmac, randomBytes } from "node:crypto";
import type { Commit, CommitResult, ConfigText, StageResult } from "@lvs/core/director/commands";
import type { DirectorEvent } from "@lvs/core/director/change";
import { redactConfig, secretsOf } from "@lvs/core/keepalived/redact";
import { isRunning } from "../engine/engine.ts";
import { messageOf, type Logger } from "../log.ts";
import { SystemError } from "../system/system-error.ts";
import type { Timer } from "../system/clock.ts";
import { activate, servicesToKeep, type ActivationContext, type ActivationResult } from "./activation.ts";
import { readConfigFile, type FileOnDisk } from "./config-file.ts";
import type {
  ConfigVersion,
  ConfirmResult,
  Fingerprints,
  Restore,
  RestoreResult,
  RevertResult,
  Stage,
} from "./contract.ts";
import type { Lock } from "./lock.ts";
import type { OpenChange, PendingChange } from "./pending-change.ts";
import { fileChanged, refuse } from "./refuse.ts";
import { Staging, type StagedText } from "./staging.ts";
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

/** Replaces keepalived.conf and takes it back. Every way of changing the file goes through here, one at a time. */
export class ConfigurationDesk {
  readonly #parts: DeskParts;
  readonly #staging: Staging;
  #timer: Timer | undefined;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#staging = new Staging(parts);
  }

  /** Takes up what a former run left: a commit that broke off goes back at once, an unconfirmed one at its time. */
  async resume(): Promise<void> {
    const { pending, log } = this.#parts;
    await pending.load();
    const open = pending.open;
    if (open === undefined) return;
    log.warn("an unconfirmed change of keepalived.conf is open", {
      stageId: open.stageId,
      phase: open.phase,
    });
    if (open.phase === "writing") {
      await this.#parts.lock.run(() =>
        this.#takeBack(open, "the agent was stopped in the middle of the commit"),
      );
      return;
    }
    this.#setTimer(open);
  }

  close(): void {
    this.#timer?.cancel();
  }

  get unconfirmed(): OpenChange | undefined {
    const open = this.#parts.pending.open;
    return open?.phase === "applied" ? open : undefined;
  }

  async read(): Promise<ConfigText> {
    const { path, sha256, bytes } = await this.#current();
    return { path, sha256, text: redactConfig(bytes) };
  }

  async versions(): Promise<readonly ConfigVersion[]> {
    const current = await readConfigFile(this.#parts.system, this.#parts.path);
    return this.#parts.versions.list(current?.sha256);
  }

  async version(sha256: string): Promise<ConfigText | undefined> {
    const bytes = await this.#parts.versions.read(sha256);
    return bytes === undefined ? undefined : { path: this.#parts.path, sha256, text: redactConfig(bytes) };
  }

  stage(input: Stage): Promise<StageResult> {
    return this.#parts.lock.run(async () => this.#staging.stage(await this.#current(), input));
  }

  commit(input: Commit): Promise<CommitResult> {
    return this.#parts.lock.run(() => this.#commit(input));
  }

  confirm(stageId: string): Promise<ConfirmResult> {
    return this.#parts.lock.run(async () => {
      const { pending } = this.#parts;
      const ended = pending.ended(stageId);
      if (ended?.how === "confirmed") return { outcome: "confirmed", sha256: ended.sha256 };
      const open = pending.open;
      if (open?.stageId !== stageId) return this.#unknownStage(stageId);
      const found = await readConfigFile(this.#parts.system, this.#parts.path);
      if (found?.sha256 !== open.sha256) return fileChanged(open.sha256, found?.sha256 ?? "no file");
      this.#timer?.cancel();
      await pending.end({ stageId, sha256: open.sha256, how: "confirmed", reason: "" });
      await this.#parts.touched({});
      return { outcome: "confirmed", sha256: open.sha256 };
    });
  }

  revert(stageId: string): Promise<RevertResult> {
    return this.#parts.lock.run(async () => {
      const open = this.#parts.pending.open;
      return open?.stageId === stageId ? this.#takeBack(open, "asked for") : this.#unknownStage(stageId);
    });
  }

  restore(input: Restore): Promise<RestoreResult> {
    return this.#parts.lock.run(() => this.#restore(input));
  }

  async fingerprints(keyHex: string): Promise<Fingerprints> {
    const file = await this.#current();
    return secretsOf(file.bytes).flatMap(({ instance, text }) =>
      instance === undefined
        ? []
        : [
            {
              instance,
              fingerprint: createHmac("sha256", Buffer.from(keyHex, "hex")).update(text).digest("hex"),
            },
          ],
    );
  }

  async #current(): Promise<FileOnDisk> {
    const file = await readConfigFile(this.#parts.system, this.#parts.path);
    if (file !== undefined) return file;
    throw new SystemError({
      door: "files",
      code: "not-found",
      subject: this.#parts.path,
      reason: "there is no such file",
    });
  }

  async #commit(input: Commit): Promise<CommitResult> {
    const { pending, engine } = this.#parts;
    const open = pending.open;
    if (open?.stageId === input.stageId) return appliedAgain(open);
    if (open !== undefined) {
      return refuse("stagePending", "another change waits for its confirmation; confirm or revert it first");
    }
    const staged = this.#staging.find(input.stageId);
    if (staged === undefined) return this.#unknownStage(input.stageId);
    const status = await engine.status();
    if (input.activation === "reload" && !isRunning(status)) {
      return refuse("daemonNotRunning", "keepalived does not run, so it cannot reload. Nothing was changed.");
    }
    const file = await readConfigFile(this.#parts.system, this.#parts.path);
    if (file?.sha256 !== staged.baseSha256) return fileChanged(staged.baseSha256, file?.sha256 ?? "no file");
    const change: OpenChange = {
      stageId: input.stageId,
      previousSha256: staged.baseSha256,
      sha256: staged.sha256,
      activation: input.activation,
      wasRunning: isRunning(status),
      phase: "writing",
      appliedAtMs: this.#parts.system.clock.nowMs(),
      revertsAtMs: this.#parts.system.clock.nowMs() + input.confirmWithinMs,
    };
    return this.#apply({ file, staged, change, confirmWithinMs: input.confirmWithinMs });
  }

  async #apply(step: {
    readonly file: FileOnDisk;
    readonly staged: StagedText;
    readonly change: OpenChange;
    readonly confirmWithinMs: number;
  }): Promise<CommitResult> {
    const { system, pending, path, versions } = this.#parts;
    const { file, staged, change } = step;
    await versions.remember(file.bytes, "found");
    await pending.begin(change);
    try {
      await system.files.writeAtomic(path, staged.bytes, { expected: file.stamp });
    } catch (error) {
      await pending.end({ ...ending(change), how: "abandoned", reason: messageOf(error) });
      if (error instanceof SystemError && error.code === "changed")
        return fileChanged(file.sha256, "another");
      throw error;
    }
    await versions.remember(staged.bytes, "committed");
    this.#event("configChanged", `${change.previousSha256.slice(0, 12)} → ${change.sha256.slice(0, 12)}`);
    const done = await this.#activate(change.activation, staged.understood);
    if (done.fault !== undefined) {
      const back = await this.#takeBack(change, done.fault);
      return back.outcome === "reverted" ? { ...back, output: [...done.output, ...back.output] } : back;
    }
    const nowMs = system.clock.nowMs();
    const applied = {
      ...change,
      phase: "applied",
      appliedAtMs: nowMs,
      revertsAtMs: nowMs + step.confirmWithinMs,
    } as const;
    await pending.begin(applied);
    this.#staging.forget(change.stageId);
    this.#setTimer(applied);
    await this.#parts.touched(change.activation === "none" ? {} : { loadedSha256: change.sha256 });
    return { ...appliedAgain(applied), output: [...done.output] };
  }

  /** Puts the old file back, unless somebody else wrote over the new one; then brings the daemon to it. */
  async #takeBack(open: OpenChange, reason: string): Promise<RevertResult> {
    const { system, pending, versions, path } = this.#parts;
    this.#timer?.cancel();
    const file = await readConfigFile(system, path);
    const old = await versions.read(open.previousSha256);
    if (
      file?.sha256 === open.previousSha256 ||
      old === undefined ||
      (file !== undefined && file.sha256 !== open.sha256)
    ) {
      const why =
        old === undefined
          ? "the old file is not in the history"
          : "keepalived.conf is not the file of this change any more";
      const isBack = file?.sha256 === open.previousSha256;
      await pending.end({ ...ending(open), how: isBack ? "reverted" : "abandoned", reason });
      await this.#parts.touched({});
      if (isBack) return { outcome: "reverted", reason, sha256: open.previousSha256, output: [] };
      return refuse("fileChanged", `${why}; it was left as it is`);
    }
    await system.files.writeAtomic(
      path,
      old,
      file === undefined ? { mode: 0o600 } : { expected: file.stamp },
    );
    await versions.remember(old, "committed");
    const output = await this.#bringBack(open, old);
    await pending.end({ ...ending(open), how: "reverted", reason });
    this.#event("configReverted", reason);
    this.#parts.log.warn("keepalived.conf was put back", { reason, stageId: open.stageId });
    return { outcome: "reverted", reason, sha256: open.previousSha256, output: [...output] };
  }

  async #bringBack(open: OpenChange, old: Uint8Array): Promise<readonly string[]> {
    const { engine, path, system } = this.#parts;
    const understood = await understand(system, { path, bytes: old });
    const status = await engine.status();
    const mustRun = open.wasRunning || isRunning(status);
    const isOnOld = open.activation === "none" && this.#parts.loadedSha256() !== open.sha256;
    if (!mustRun || (isOnOld && isRunning(status))) {
      await this.#parts.touched({});
      return [];
    }
    const way = isRunning(status) && open.activation !== "restart" ? "reload" : "restart";
    const first = await this.#activate(way, understood);
    const done =
      first.fault === undefined || way === "restart" ? first : await this.#activate("restart", understood);
    await this.#parts.touched(done.fault === undefined ? { loadedSha256: open.previousSha256 } : {});
    return done.fault === undefined
      ? [...first.output]
      : [...first.output, ...done.output, `the daemon does not run as before: ${done.fault}`];
  }

  async #restore(input: Restore): Promise<RestoreResult> {
    const { system, pending, versions, path, engine } = this.#parts;
    if (pending.open !== undefined) {
      return refuse("stagePending", "a change waits for its confirmation; confirm or revert it first");
    }
    const bytes = await versions.read(input.sha256);
    if (bytes === undefined)
      return refuse("versionUnknown", `no version ${input.sha256.slice(0, 12)} in the history`);
    const status = await engine.status();
    if (input.activation === "reload" && !isRunning(status)) {
      return refuse("daemonNotRunning", "keepalived does not run, so it cannot reload. Nothing was changed.");
    }
    const file = await this.#current();
    if (input.expectedSha256 !== undefined && ![input.expectedSha256, input.sha256].includes(file.sha256)) {
      return fileChanged(input.expectedSha256, file.sha256);
    }
    await versions.remember(file.bytes, "found");
    if (file.sha256 !== input.sha256) {
      await system.files.writeAtomic(path, bytes, { expected: file.stamp });
      await versions.remember(bytes, "committed");
      this.#event("configChanged", `${file.sha256.slice(0, 12)} → ${input.sha256.slice(0, 12)} (restored)`);
    }
    const done = await this.#activate(input.activation, await understand(system, { path, bytes }));
    if (done.fault !== undefined && file.sha256 !== input.sha256) {
      const change = { ...restoreChange(file, input), wasRunning: isRunning(status) };
      const back = await this.#takeBack(change, done.fault);
      return back.outcome === "reverted" ? { ...back, output: [...done.output, ...back.output] } : back;
    }
    await this.#parts.touched(input.activation === "none" ? {} : { loadedSha256: input.sha256 });
    return {
      outcome: "restored",
      previousSha256: file.sha256,
      sha256: input.sha256,
      output: [...done.output, ...(done.fault === undefined ? [] : [done.fault])],
    };
  }

  async #activate(activation: Commit["activation"], understood: Understood): Promise<ActivationResult> {
    const { configured } = understood;
    const mustKeep = activation === "none" ? [] : servicesToKeep(await this.#parts.readTable(), configured);
    return activate(this.#parts, activation, { configured, mustKeep });
  }

  #setTimer(open: OpenChange): void {
    const { system, lock, log, pending } = this.#parts;
    this.#timer?.cancel();
    const takeBackIfOpen = async (): Promise<void> => {
      if (pending.open?.stageId === open.stageId) await this.#takeBack(open, "it was not confirmed in time");
    };
    this.#timer = system.clock.after(Math.max(0, open.revertsAtMs - system.clock.nowMs()), () => {
      lock.run(takeBackIfOpen).catch((error: unknown) => {
        log.error("the unconfirmed file could not be put back; trying again", { reason: messageOf(error) });
        this.#setTimer({ ...open, revertsAtMs: system.clock.nowMs() + 2_000 });
      });
    });
  }

  #event(kind: DirectorEvent["kind"], detail: string): void {
    const { system, path, report } = this.#parts;
    report({ kind, atMs: system.clock.nowMs(), subject: path, detail });
  }

  #unknownStage(stageId: string): ReturnType<typeof refuse> {
    const ended = this.#parts.pending.ended(stageId);
    return ended === undefined
      ? refuse("stageUnknown", "this stage is not known (any more); stage the change again")
      : refuse(
          "stageUnknown",
          `this change was ${ended.how}${ended.reason === "" ? "" : `: ${ended.reason}`}`,
        );
  }
}

const ending = (open: OpenChange) => ({ stageId: open.stageId, sha256: open.sha256 });

const appliedAgain = (open: OpenChange): Extract<CommitResult, { outcome: "applied" }> => ({
  outcome: "applied",
  previousSha256: open.previousSha256,
  sha256: open.sha256,
  revertsAtMs: open.revertsAtMs,
  output: [],
});

const restoreChange = (file: FileOnDisk, input: Restore): Omit<OpenChange, "wasRunning"> => ({
  stageId: `restore-${randomBytes(8).toString("hex")}`,
  previousSha256: file.sha256,
  sha256: input.sha256,
  activation: input.activation,
  phase: "writing",
  appliedAtMs: 0,
  revertsAtMs: 0,
});
