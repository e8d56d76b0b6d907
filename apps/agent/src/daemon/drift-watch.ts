import type { DirectorEvent } from "@lvs/core/director/change";
import { subjectOf, type Difference } from "@lvs/core/drift/drift";
import { driftInSteps, type DriftQuestion } from "@lvs/core/drift/find-drift";
import {
  driftNews,
  driftOf,
  followDrift,
  noHistory,
  type DriftHistory,
  type DriftNews,
} from "@lvs/core/drift/follow-drift";
import { readDrift } from "@lvs/core/drift/read-drift";
import type { DirectorState } from "@lvs/core/director/state";
import { rowKey, type Row } from "../health/checked-rows.ts";
import { Slice } from "../ipvs/slice.ts";
import type { Clock } from "../system/clock.ts";
import type { Publisher } from "./publisher.ts";

export interface DriftWatchParts {
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly state: () => DirectorState;
  readonly checkers: { readonly hasSpokenOf: (row: Row, sinceMs: number) => boolean };
  readonly daemon: { readonly hasMovedSince: (sinceMs: number) => boolean };
}

/** keepalived writes its table within a second of a start or reload, a thousand services in a few. */
const writingMs = 5_000;
/** Words and writes come a little before or after the reading that shows them. */
const slackMs = 3_000;

/** A service of a hundred rows is a tenth of a millisecond. */
const servicesPerLook = 4;

/** Says once a sweep where the table is not what the loaded configuration asks for, since when and by whom. */
export class DriftWatch {
  readonly #parts: DriftWatchParts;
  #history: DriftHistory = noHistory;
  #lastAtMs = 0;
  readonly #ours = new Map<string, number>();

  constructor(parts: DriftWatchParts) {
    this.#parts = parts;
  }

  /** The agent itself is about to write this row. */
  expect(row: Row): void {
    this.#ours.set(rowKey(row), this.#parts.clock.nowMs());
  }

  /** In slices: a large table of which all has changed takes a while to compare. */
  async sweep(): Promise<void> {
    const { clock, daemon, publisher, state } = this.#parts;
    const reading = readDrift(state());
    const atMs = clock.nowMs();
    if (reading.status !== "known") {
      this.#history = noHistory;
      publisher.offer({ kind: "drift", fact: { status: reading.status, atMs, reason: reading.reason } });
      return;
    }
    const differences = await this.#compare(reading.question);
    const sinceMs = this.#lastAtMs - slackMs;
    for (const [key, wroteAtMs] of this.#ours) if (wroteAtMs < sinceMs) this.#ours.delete(key);
    const before = this.#history;
    const look = {
      atMs,
      basis: reading.basis,
      differences,
      isMoving: daemon.hasMovedSince(atMs - writingMs),
      writerOf: (difference: Difference) => this.#writerOf(difference, sinceMs),
    };
    this.#history = followDrift(before, look);
    this.#lastAtMs = atMs;
    publisher.offer({ kind: "drift", fact: { status: "known", atMs, value: driftOf(this.#history) } });
    publisher.sendEvents(driftNews(before, this.#history, look).map(eventOf));
  }

  async #compare(question: DriftQuestion): Promise<Difference[]> {
    const slice = new Slice(this.#parts.clock, servicesPerLook);
    const found: Difference[] = [];
    for (const differences of driftInSteps(question)) {
      for (const each of differences) found.push(each);
      const rest = slice.end();
      if (rest !== undefined) await rest;
    }
    return found;
  }

  #writerOf({ realServer, service }: Difference, sinceMs: number): "console" | "keepalived" | undefined {
    if (realServer === undefined || service === undefined) return undefined;
    const row = { service, ...realServer };
    if (this.#ours.has(rowKey(row))) return "console";
    return this.#parts.checkers.hasSpokenOf(row, sinceMs) ? "keepalived" : undefined;
  }
}

/** For the record: "weight 100 → 3", "row removed", "service added: rr". */
function eventOf({ atMs, before, difference, now }: DriftNews): DirectorEvent {
  const what = difference.realServer === undefined ? "service" : "row";
  const detail = (() => {
    switch (difference.kind) {
      case "serviceMissing":
      case "serviceExtra":
      case "realServerMissing":
      case "realServerExtra":
      case "realServerPutBack":
        if (now === undefined) return `${what} removed`;
        return before === undefined ? `${what} added: ${now}` : `${what} ${before} → ${now}`;
      case "scheduler":
      case "schedulerFlags":
      case "persistence":
      case "onePacket":
      case "forwarding":
      case "tunnel":
      case "weight":
      case "upperThreshold":
      case "lowerThreshold":
      case "timeouts":
        return `${difference.kind} ${before ?? "none"} → ${now ?? "none"}`;
    }
  })();
  return { kind: "tableChangedByHand", atMs, subject: subjectOf(difference), detail };
}
