import type { Configured } from "@lvs/core/director/configured";
import { signalsReadyMs, type Engine } from "../engine/engine.ts";
import { parseCheckerLogLine } from "../health/log-line.ts";
import type { CheckerNotice } from "../health/notify-line.ts";
import { HealthTracker } from "../health/tracker.ts";
import type { IpvsReading } from "../ipvs/read-table.ts";
import { Slice } from "../ipvs/slice.ts";
import { messageOf, type Logger } from "../log.ts";
import type { Clock } from "../system/clock.ts";
import { SystemError } from "../system/system-error.ts";
import type { Publisher } from "./publisher.ts";

export interface HealthWatchParts {
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly engine: Pick<Engine, "checkers">;
  readonly log: Logger;
}

/** An answer is a file of a kilobyte for each real server, which keepalived writes while it does nothing else. */
const rowsAskedAbout = 5_000;
const shortestPauseMs = 2_000;
const longestPauseMs = 60_000;

/** A service of a hundred rows is a tenth of a millisecond. */
const servicesPerLook = 4;

/** Publishes the checkers' verdicts as they are heard, and once a sweep what keepalived answers or the table says of the rest. */
export class HealthWatch {
  readonly tracker = new HealthTracker();
  readonly #parts: HealthWatchParts;
  #isConfigured = false;
  #checkersSinceMs: number | undefined;
  /** The last question got no answer: until one does, the table is what verdicts are made of. */
  #isSilent = false;
  #isAsking = false;
  #askAgainAtMs = 0;
  #pauseMs = shortestPauseMs;

  constructor(parts: HealthWatchParts) {
    this.#parts = parts;
  }

  setConfigured(configured: Configured): void {
    this.#isConfigured = true;
    this.tracker.setConfigured(configured);
  }

  onNotice(notice: CheckerNotice, atMs: number): void {
    this.#parts.publisher.sendEvents(this.tracker.notice(notice, atMs));
    this.#publish();
  }

  /** `isOnlySource`: no FIFO is read, so the log's words are the verdicts. */
  onLogLine(line: string, atMs: number, isOnlySource: boolean): void {
    const found = parseCheckerLogLine(line);
    if (found === undefined) return;
    this.#parts.publisher.sendEvents(this.tracker.logLine(found, atMs, isOnlySource));
    this.#publish();
  }

  /** In slices: a large table that has changed takes a while. The checkers are asked beside the sweep: they may take seconds to answer, and neither the sweep nor the start waits for them. */
  async sweep(reading: IpvsReading, checkersSinceMs: number | undefined): Promise<void> {
    if (checkersSinceMs !== this.#checkersSinceMs) {
      this.#isSilent = false;
      this.#askAgainAtMs = 0;
      this.#pauseMs = shortestPauseMs;
    }
    this.#checkersSinceMs = checkersSinceMs;
    this.tracker.setCheckers(checkersSinceMs);
    this.tracker.setAnswering(!this.#isSilent && this.#isFewEnough);
    const table = reading.status === "known" ? reading.table : undefined;
    const slice = new Slice(this.#parts.clock, servicesPerLook);
    for (const _ of this.tracker.setTableInSteps(table, this.#parts.clock.nowMs())) {
      const rest = slice.end();
      if (rest !== undefined) await rest;
    }
    if (this.#mayAsk()) void this.#ask();
    this.#publish();
  }

  get #isFewEnough(): boolean {
    return this.tracker.rowCount <= rowsAskedAbout;
  }

  #mayAsk(): boolean {
    const nowMs = this.#parts.clock.nowMs();
    if (
      this.#isAsking ||
      this.#checkersSinceMs === undefined ||
      nowMs - this.#checkersSinceMs < signalsReadyMs
    )
      return false;
    return this.#isFewEnough && nowMs >= this.#askAgainAtMs && this.tracker.isInDoubt;
  }

  /**
   * A doubt that an answer leaves is asked about more and more seldom: keepalived writes a log line each time. So is one who gave none: it may
   * have been busy, and the next answer tells.
   */
  async #ask(): Promise<void> {
    const { clock, engine, log } = this.#parts;
    const askedAtMs = clock.nowMs();
    this.#isAsking = true;
    try {
      this.tracker.answer(await engine.checkers(), askedAtMs);
      this.#isSilent = false;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (!this.#isSilent) log.warn("keepalived's checkers gave no answer", { reason: messageOf(error) });
      this.#isSilent = true;
    } finally {
      this.#isAsking = false;
    }
    this.tracker.setAnswering(!this.#isSilent && this.#isFewEnough);
    this.#pauseMs = this.#nextPauseMs();
    this.#askAgainAtMs = clock.nowMs() + this.#pauseMs;
    this.#publish();
  }

  #nextPauseMs(): number {
    if (this.#isSilent) return longestPauseMs;
    return this.tracker.isInDoubt ? Math.min(this.#pauseMs * 2, longestPauseMs) : shortestPauseMs;
  }

  #publish(): void {
    const { clock, publisher } = this.#parts;
    const atMs = clock.nowMs();
    if (this.#isConfigured) publisher.offerVerdicts(this.tracker.view(atMs), atMs);
    else
      publisher.offer({
        kind: "health",
        fact: { status: "unknown", atMs, reason: "keepalived.conf could not be read" },
      });
  }
}
