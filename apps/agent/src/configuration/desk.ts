import { createHmac } from "node:crypto";
import type { Commit, CommitResult, ConfigText, StageResult } from "@lvs/core/director/commands";
import { redactConfig, secretsOf } from "@lvs/core/keepalived/redact";
import { isRunning } from "../engine/engine.ts";
import { messageOf } from "../log.ts";
import type { Timer } from "../system/clock.ts";
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
import type { OpenChange } from "./pending-change.ts";
import { fileChanged, refuse } from "./refuse.ts";
import {
  appliedAgain,
  applyStaged,
  currentFile,
  restoreVersion,
  takeBack,
  type DeskParts,
} from "./replacement.ts";
import { Staging } from "./staging.ts";

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
    return this.#parts.lock.run(() => restoreVersion(this.#parts, input));
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

  #current(): Promise<FileOnDisk> {
    return currentFile(this.#parts);
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
    const { result, applied } = await applyStaged(this.#parts, {
      file,
      staged,
      change,
      confirmWithinMs: input.confirmWithinMs,
    });
    if (applied !== undefined) {
      this.#staging.forget(change.stageId);
      this.#setTimer(applied);
    }
    return result;
  }

  #takeBack(open: OpenChange, reason: string): Promise<RevertResult> {
    this.#timer?.cancel();
    return takeBack(this.#parts, open, reason);
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
