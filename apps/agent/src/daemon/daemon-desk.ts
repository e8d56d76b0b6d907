import type { DaemonResult } from "@lvs/core/director/commands";
import { isRunning, type Engine, type EngineStatus } from "../engine/engine.ts";
import type { Lock } from "../configuration/lock.ts";
import { refuse } from "../configuration/refuse.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { DaemonDesk } from "./agent.ts";

export interface DaemonDeskParts {
  readonly system: System;
  readonly engine: Engine;
  readonly lock: Lock;
  readonly collectLog: () => () => readonly string[];
  /** The daemon was moved: read the facts again. `hasReadFile`: it runs with the file as it stands. */
  readonly touched: (what: { readonly hasReadFile: boolean }) => Promise<void>;
}

const upLimitMs = 10_000;
const lookMs = 100;
/** A daemon that dies of its file does so within the first second. */
const steadyMs = 1_200;

/** Start, stop and reload of keepalived, each looked at until it is so: a command's exit code proves nothing. */
export function daemonDesk(parts: DaemonDeskParts): DaemonDesk {
  const { engine, lock } = parts;
  return {
    start: () =>
      lock.run(async () => {
        if (isRunning(await engine.status())) {
          return refuse("daemonRunning", "keepalived runs already. Nothing was done.");
        }
        return perform(parts, {
          order: () => engine.start(),
          isDone: isRunning,
          holdMs: steadyMs,
          hasReadFile: true,
        });
      }),
    stop: () =>
      lock.run(async () => {
        if (!isRunning(await engine.status())) {
          return refuse("daemonNotRunning", "keepalived does not run. Nothing was done.");
        }
        const isDone = (status: EngineStatus) => !isRunning(status);
        return perform(parts, { order: () => engine.stop(), isDone, holdMs: 0, hasReadFile: false });
      }),
    reload: () =>
      lock.run(async () => {
        const before = await engine.status();
        if (!isRunning(before)) {
          return refuse(
            "daemonNotRunning",
            "keepalived does not run, so it cannot reload. Nothing was done.",
          );
        }
        const isDone = (status: EngineStatus) => status.runId === before.runId;
        return perform(parts, { order: () => engine.reload(), isDone, holdMs: steadyMs, hasReadFile: true });
      }),
  };
}

interface Deed {
  readonly order: () => Promise<readonly string[]>;
  readonly isDone: (status: EngineStatus) => boolean;
  /** It must stay done for this long. */
  readonly holdMs: number;
  readonly hasReadFile: boolean;
}

async function perform(parts: DaemonDeskParts, deed: Deed): Promise<DaemonResult> {
  const { clock } = parts.system;
  const logSince = parts.collectLog();
  const output = [...(await deed.order())];
  const endMs = clock.monotonicMs() + upLimitMs;
  let doneSinceMs: number | undefined;
  for (;;) {
    const nowMs = clock.monotonicMs();
    doneSinceMs = deed.isDone(await parts.engine.status()) ? (doneSinceMs ?? nowMs) : undefined;
    if (doneSinceMs !== undefined && nowMs - doneSinceMs >= deed.holdMs) break;
    if (nowMs > endMs) {
      await parts.touched({ hasReadFile: false });
      throw didNot([...output, ...logSince()]);
    }
    await clock.sleep(lookMs);
  }
  const log = logSince();
  const isRefused = log.some((line) => line.includes("New config failed validation"));
  await parts.touched({ hasReadFile: deed.hasReadFile && !isRefused });
  return { outcome: "done", output: [...output, ...log] };
}

const didNot = (output: readonly string[]): SystemError =>
  new SystemError({
    door: "processes",
    code: "failed",
    subject: "keepalived",
    reason: `did not do as told within ${upLimitMs / 1000} s; it said: ${output.slice(-5).join("; ")}`,
  });
