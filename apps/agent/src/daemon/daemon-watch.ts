import { z } from "zod";
import type { DirectorEvent } from "@lvs/core/director/change";
import type { Daemon } from "@lvs/core/director/state";
import { isRunning, type Engine, type EngineStatus } from "../engine/engine.ts";
import { Lock } from "../configuration/lock.ts";
import { messageOf, type Logger } from "../log.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { Publisher } from "./publisher.ts";

export interface DaemonWatchParts {
  readonly system: System;
  readonly engine: Engine;
  readonly publisher: Publisher;
  readonly log: Logger;
  readonly stateDirectory: string;
  readonly configSha256: () => string | undefined;
  readonly configModifiedAtMs: () => number | undefined;
  readonly logOrigin: () => NonNullable<Daemon["log"]>;
}

const loadedSchema = z.object({ runId: z.string(), bootId: z.string(), sha256: z.string() });

/** keepalived's processes, and which file the running daemon has read. */
export class DaemonWatch {
  readonly #parts: DaemonWatchParts;
  readonly #lock = new Lock();
  #status: EngineStatus | undefined;
  #version: string | undefined;
  #loadedSha256: string | undefined;
  #movedAtMs = -Infinity;
  #vrrp: { readonly pid: number; readonly seenAtMs: number; readonly isNew: boolean } | undefined;
  #bootId = "";

  constructor(parts: DaemonWatchParts) {
    this.#parts = parts;
  }

  get loadedSha256(): string | undefined {
    return this.#loadedSha256;
  }

  get status(): EngineStatus | undefined {
    return this.#status;
  }

  /** When the checkers' process was started; undefined: it does not run. */
  get checkersSinceMs(): number | undefined {
    return this.#status?.processes.find((each) => each.role === "checkers")?.startedAtMs;
  }

  /** How long the VRRP process runs at least; undefined: it does not run. */
  get vrrpForMs(): number | undefined {
    if (this.#vrrp === undefined) return undefined;
    return this.#vrrp.isNew ? this.#parts.system.clock.nowMs() - this.#vrrp.seenAtMs : Infinity;
  }

  hasMovedSince(sinceMs: number): boolean {
    return this.#movedAtMs >= sinceMs;
  }

  /** The daemon starts, stops or reads its file again: what the table does now is its doing. */
  markMoved(): void {
    this.#movedAtMs = this.#parts.system.clock.nowMs();
  }

  async start(): Promise<void> {
    const { engine, system, log } = this.#parts;
    this.#bootId = (await system.files.readText("/proc/sys/kernel/random/boot_id")).trim();
    try {
      this.#version = await engine.version();
    } catch (error) {
      log.warn("keepalived's version is not known", { reason: messageOf(error) });
    }
  }

  /** The running daemon has read this file. */
  async setLoaded(sha256: string | undefined): Promise<void> {
    this.#loadedSha256 = sha256;
    const runId = this.#status?.runId;
    if (sha256 === undefined || runId === undefined) return;
    const bytes = new TextEncoder().encode(`${JSON.stringify({ runId, bootId: this.#bootId, sha256 })}\n`);
    await this.#parts.system.files.writeAtomic(this.#loadedPath, bytes, { mode: 0o600 });
  }

  sweep(): Promise<void> {
    return this.#lock.run(() => this.#sweep());
  }

  async #sweep(): Promise<void> {
    const { engine, publisher, system } = this.#parts;
    const atMs = system.clock.nowMs();
    try {
      const before = this.#status;
      const status = await engine.status();
      this.#status = status;
      if (before?.runId !== status.runId) await this.#newRun(before, status, atMs);
      this.#watchVrrp(before, status, atMs);
      publisher.offer({ kind: "daemon", fact: { status: "known", atMs, value: this.#value(status) } });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      publisher.offer({ kind: "daemon", fact: { status: "unknown", atMs, reason: messageOf(error) } });
    }
  }

  #watchVrrp(before: EngineStatus | undefined, status: EngineStatus, atMs: number): void {
    const pid = status.processes.find((each) => each.role === "vrrp")?.pid;
    if (pid === undefined) this.#vrrp = undefined;
    else if (this.#vrrp?.pid !== pid) this.#vrrp = { pid, seenAtMs: atMs, isNew: before !== undefined };
  }

  #value(status: EngineStatus) {
    return {
      engine: "keepalived" as const,
      ...(this.#version === undefined ? {} : { version: this.#version }),
      isRunning: isRunning(status),
      processes: [...status.processes],
      log: this.#parts.logOrigin(),
    };
  }

  async #newRun(before: EngineStatus | undefined, status: EngineStatus, atMs: number): Promise<void> {
    const pid = status.processes[0]?.pid;
    if (before === undefined) {
      await this.setLoaded(await this.#loadedBefore(status));
      return;
    }
    this.markMoved();
    const events: DirectorEvent[] = [];
    if (isRunning(before)) events.push({ kind: "daemonStopped", atMs, subject: "keepalived", detail: "" });
    if (isRunning(status)) {
      events.push({ kind: "daemonStarted", atMs, subject: "keepalived", detail: `pid ${pid ?? "?"}` });
    }
    await this.setLoaded(isRunning(status) ? this.#parts.configSha256() : undefined);
    this.#parts.publisher.sendEvents(events);
  }

  /**
   * What a daemon that ran before us has read: the file, where it was not written since the daemon's start; else what a former run of the
   * agent saw it read; else not known.
   */
  async #loadedBefore(status: EngineStatus): Promise<string | undefined> {
    const startedAtMs = status.processes.find((each) => each.role === "parent")?.startedAtMs;
    if (startedAtMs === undefined || status.runId === undefined) return undefined;
    const modifiedAtMs = this.#parts.configModifiedAtMs();
    if (modifiedAtMs !== undefined && modifiedAtMs < startedAtMs) return this.#parts.configSha256();
    const kept = await this.#readLoaded();
    return kept?.runId === status.runId && kept.bootId === this.#bootId ? kept.sha256 : undefined;
  }

  async #readLoaded(): Promise<z.infer<typeof loadedSchema> | undefined> {
    const { files } = this.#parts.system;
    if (!(await files.exists(this.#loadedPath))) return undefined;
    const json: unknown = JSON.parse(await files.readText(this.#loadedPath));
    return loadedSchema.safeParse(json).data;
  }

  get #loadedPath(): string {
    return `${this.#parts.stateDirectory}/loaded.json`;
  }
}
