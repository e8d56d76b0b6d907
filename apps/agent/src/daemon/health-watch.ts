import type { Configured } from "@lvs/core/director/configured";
import { parseCheckerLogLine } from "../health/log-line.ts";
import type { CheckerNotice } from "../health/notify-line.ts";
import { HealthTracker } from "../health/tracker.ts";
import type { IpvsReading } from "../ipvs/read-table.ts";
import type { Clock } from "../system/clock.ts";
import type { Publisher } from "./publisher.ts";

/** Publishes the checkers' verdicts as they are heard, and once a sweep what the table says of the rest. */
export class HealthWatch {
  readonly tracker = new HealthTracker();
  readonly #clock: Clock;
  readonly #publisher: Publisher;
  #isConfigured = false;

  constructor(clock: Clock, publisher: Publisher) {
    this.#clock = clock;
    this.#publisher = publisher;
  }

  setConfigured(configured: Configured): void {
    this.#isConfigured = true;
    this.tracker.setConfigured(configured);
  }

  onNotice(notice: CheckerNotice, atMs: number): void {
    this.#publisher.sendEvents(this.tracker.notice(notice, atMs));
    this.#publish();
  }

  /** `isOnlySource`: no FIFO is read, so the log's words are the verdicts. */
  onLogLine(line: string, atMs: number, isOnlySource: boolean): void {
    const found = parseCheckerLogLine(line);
    if (found === undefined) return;
    this.#publisher.sendEvents(this.tracker.logLine(found, atMs, isOnlySource));
    this.#publish();
  }

  sweep(reading: IpvsReading, checkersSinceMs: number | undefined): void {
    this.tracker.setCheckers(checkersSinceMs);
    this.tracker.setTable(reading.status === "known" ? reading.table : undefined);
    this.#publish();
  }

  #publish(): void {
    const atMs = this.#clock.nowMs();
    this.#publisher.offer({
      kind: "health",
      fact: this.#isConfigured
        ? { status: "known", atMs, value: this.tracker.view(atMs) }
        : { status: "unknown", atMs, reason: "keepalived.conf could not be read" },
    });
  }
}
