import type { Configured } from "@lvs/core/director/configured";
import { knownValue } from "@lvs/core/director/fact";
import { describe, expect, it } from "vitest";
import { signalsReadyMs } from "../engine/engine.ts";
import type { CheckedRealServer } from "../health/checker-dump.ts";
import { simulatedClock } from "../system/simulated/simulated-clock.ts";
import { SystemError } from "../system/system-error.ts";
import { ChangeRing } from "./change-ring.ts";
import { HealthWatch } from "./health-watch.ts";
import { Publisher } from "./publisher.ts";
import { StateStore, unreadState } from "./state-store.ts";

const service = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 } as const;
const endpoint = { address: "10.0.0.1", port: 80 };
const check = { kind: "TCP_CHECK", connectTimeoutS: 1, retry: 1, delayBeforeRetryS: 1, detail: "" };
const configured: Configured = {
  instances: [],
  services: [
    {
      id: service,
      scheduler: "rr",
      forwarding: "Route",
      quorum: 1,
      delayLoopS: 2,
      realServers: [
        {
          ...endpoint,
          weight: 1,
          forwarding: "Route",
          upperThreshold: 0,
          lowerThreshold: 0,
          inhibitOnFailure: false,
          checks: [check],
          line: 1,
        },
      ],
      line: 1,
    },
  ],
};
/** The configured real server is not in it: only the checkers know why. */
const emptied = { version: "1.2.1", size: 4096, services: [] };

function watched(startedAtMs: number) {
  const clock = simulatedClock(startedAtMs);
  const store = new StateStore(unreadState, new ChangeRing("run"));
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  /** What the checkers say; undefined: nothing in time. */
  const checkers: { say: readonly CheckedRealServer[] | undefined } = { say: undefined };
  const answer = async (): Promise<readonly CheckedRealServer[]> => {
    if (checkers.say !== undefined) return checkers.say;
    throw new SystemError({ door: "files", code: "timed-out", subject: "dump", reason: "no dump" });
  };
  const health = new HealthWatch({
    clock,
    publisher: new Publisher(store),
    engine: { checkers: answer },
    log: silent,
  });
  health.setConfigured(configured);
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await clock.advance(1_000);
      const reading = { status: "known", table: emptied, tookMs: 1, diagnostics: [] } as const;
      await health.sweep({ ...reading, readAtMs: clock.nowMs() }, startedAtMs);
    }
    await clock.advance(0);
  };
  const verdict = () => knownValue(store.read().health)?.[0]?.verdict;
  return { checkers, pass, verdict };
}

describe("checkers that gave no answer in time", () => {
  it("are asked again after a minute, and their answer counts", async () => {
    const { checkers, pass, verdict } = watched(1_000_000);
    await pass(signalsReadyMs / 1_000 + 15);
    expect(verdict()).toBe("down");
    checkers.say = [{ service, ...endpoint, isAlive: true }];
    await pass(30);
    expect(verdict()).toBe("down");
    await pass(35);
    expect(verdict()).toBe("up");
  });

  it("leave the table's word standing while they are asked again in vain", async () => {
    const { pass, verdict } = watched(1_000_000);
    await pass(signalsReadyMs / 1_000 + 15);
    for (let second = 0; second < 130; second += 1) {
      await pass(1);
      expect(verdict()).toBe("down");
    }
  });
});
