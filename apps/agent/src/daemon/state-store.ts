import { isDeepStrictEqual } from "node:util";
import { applyDirectorChange, type DirectorChange } from "@lvs/core/director/change";
import type { DirectorState } from "@lvs/core/director/state";
import type { Listening, NumberedChange, StateFeed } from "./agent.ts";
import type { ChangeRing } from "./change-ring.ts";

/** Changes taken out of the ring at a time: what a reader who stops reading can hold on to. */
const readAhead = 64;

const notYet = { status: "unknown", atMs: 0, reason: "not read yet" } as const;

/** Before anything was read. */
export const unreadState: DirectorState = {
  host: notYet,
  table: notYet,
  settings: notYet,
  vrrp: notYet,
  speakers: notYet,
  drift: notYet,
  health: notYet,
  config: notYet,
  daemon: notYet,
  log: [],
};

/** The one picture of this director: every change goes through here, gets its number and wakes the readers. */
export class StateStore implements StateFeed {
  #state: DirectorState;
  readonly #ring: ChangeRing;
  #waiting = new Set<() => void>();

  constructor(start: DirectorState, ring: ChangeRing) {
    this.#state = start;
    this.#ring = ring;
  }

  read(): DirectorState {
    return this.#state;
  }

  publish(change: DirectorChange): void {
    this.#state = applyDirectorChange(this.#state, change);
    this.#ring.push(change);
    const woken = this.#waiting;
    this.#waiting = new Set();
    for (const wake of woken) wake();
  }

  /**
   * A reader holds only its place in the ring, so a slow one costs nothing: when the ring has moved past its place it gets the
   * picture of now and goes on from there. A picture says nothing of what happened: the events since what he has, `lastEventId` or
   * `eventsAfter`, follow it under their own numbers.
   */
  async *watch({ lastEventId, eventsAfter, signal }: Listening): AsyncGenerator<NumberedChange> {
    let id = lastEventId;
    while (!signal.aborted) {
      const following = this.#ring.after(id, readAhead);
      if (following === undefined) {
        const known = id ?? eventsAfter;
        const missed = known === undefined ? [] : this.#ring.eventsAfter(known);
        id = this.#ring.lastId;
        yield { id, change: { kind: "snapshot", state: this.#state } };
        yield* missed;
        continue;
      }
      if (following.length === 0) await this.#changed(signal);
      for (const next of following) {
        id = next.id;
        yield next;
      }
    }
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        this.#waiting.delete(wake);
        resolve();
      };
      signal.addEventListener("abort", wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}

type Section = "host" | "settings" | "vrrp" | "speakers" | "health" | "drift" | "config" | "daemon";
/** Sections that are replaced as a whole; the table has changes of its own. */
export type SectionChange = Extract<DirectorChange, { kind: Section }>;

/** Whether a newly read section says what the state already says, its age aside. */
export function isSameSection(state: DirectorState, change: SectionChange): boolean {
  const { atMs: _was, ...before } = state[change.kind];
  const { atMs: _is, ...after } = change.fact;
  return isDeepStrictEqual(before, after);
}
