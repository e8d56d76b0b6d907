import type { DirectorChange } from "@lvs/core/director/change";
import type { VirtualService } from "@lvs/core/ipvs/model";
import { rowCount } from "../ipvs/packed-service.ts";
import type { NumberedChange } from "./agent.ts";

/** A few thousand changes are an hour of a quiet director; the rows bound keeps a large table that moves every second from filling memory. */
export const changesKept = 4_096;
export const rowsKept = 200_000;
/** Events outlive the changes beside them: a picture says what is, not what happened while nobody listened. */
export const eventsKept = 1_000;

interface Kept {
  readonly number: number;
  readonly change: DirectorChange;
  readonly rows: number;
}

/** The newest changes by number, so that a reader who was away goes on where it stopped. */
export class ChangeRing {
  readonly epoch: string;
  #kept: Kept[] = [];
  readonly #events: NumberedChange[] = [];
  #rows = 0;
  #last = 0;

  /** `epoch` names this run of the agent: a number of another run means nothing here. No ":" in it. */
  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get lastId(): string {
    return `${this.epoch}:${this.#last}`;
  }

  push(change: DirectorChange): NumberedChange {
    this.#last += 1;
    const rows = countRows(change);
    this.#kept.push({ number: this.#last, change, rows });
    this.#rows += rows;
    while (this.#kept.length > changesKept || (this.#rows > rowsKept && this.#kept.length > 1)) {
      this.#rows -= this.#kept.shift()?.rows ?? 0;
    }
    const numbered = { id: this.lastId, change };
    if (change.kind === "event") this.#events.push(numbered);
    if (this.#events.length > eventsKept) this.#events.shift();
    return numbered;
  }

  /** The events after `id`, oldest first; all that are kept of this run where it is of another run or is none. */
  eventsAfter(id: string): readonly NumberedChange[] {
    const number = this.#numberOf(id) ?? 0;
    return this.#events.filter((event) => (this.#numberOf(event.id) ?? 0) > number);
  }

  /** What follows `id`, oldest first, at most `most`; undefined: the id is unknown, too old, of the future or of another run. */
  after(id: string | undefined, most: number): readonly NumberedChange[] | undefined {
    const number = this.#numberOf(id);
    if (number === undefined || number > this.#last) return undefined;
    if (number === this.#last) return [];
    const first = this.#kept[0]?.number;
    if (first === undefined || number < first - 1) return undefined;
    return this.#kept
      .slice(number + 1 - first, number + 1 - first + most)
      .map((kept) => ({ id: `${this.epoch}:${kept.number}`, change: kept.change }));
  }

  #numberOf(id: string | undefined): number | undefined {
    const [epoch, digits, ...more] = id?.split(":") ?? [];
    if (epoch !== this.epoch || digits === undefined || more.length > 0 || !/^\d{1,15}$/u.test(digits)) {
      return undefined;
    }
    return Number(digits);
  }
}

function countRows(change: DirectorChange): number {
  switch (change.kind) {
    case "services":
      return rowsOf(change.changed);
    case "verdicts":
      return change.changed.length + 1;
    case "table":
      return change.fact.status === "known" ? rowsOf(change.fact.value.services) : 1;
    case "health":
      return change.fact.status === "known" ? change.fact.value.length + 1 : 1;
    case "snapshot":
    case "host":
    case "settings":
    case "vrrp":
    case "speakers":
    case "adverts":
    case "drift":
    case "config":
    case "daemon":
    case "log":
    case "event":
    case "beat":
      return 1;
  }
}

const rowsOf = (services: readonly VirtualService[]): number =>
  services.reduce((sum, service) => sum + rowCount(service) + 1, 0);
