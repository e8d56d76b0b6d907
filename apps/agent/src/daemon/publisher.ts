import type { DirectorChange, DirectorEvent } from "@lvs/core/director/change";
import type { SectionName } from "@lvs/core/director/state";
import { isSameSection, type SectionChange, type StateStore } from "./state-store.ts";

/** Sends what differs; what was read again and is the same is gathered into one beat per sweep. */
export class Publisher {
  readonly #store: StateStore;
  #confirmed = new Set<SectionName>();

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** A section as it was just read. */
  offer(change: SectionChange): void {
    if (isSameSection(this.#store.read(), change)) this.#confirmed.add(change.kind);
    else this.#store.publish(change);
  }

  send(change: Exclude<DirectorChange, { kind: "snapshot" | "beat" }>): void {
    this.#store.publish(change);
  }

  sendEvents(events: readonly DirectorEvent[]): void {
    for (const event of events) this.#store.publish({ kind: "event", event });
  }

  /** The section was read and is as before. */
  confirm(section: SectionName): void {
    this.#confirmed.add(section);
  }

  beat(atMs: number): void {
    if (this.#confirmed.size === 0) return;
    this.#store.publish({ kind: "beat", atMs, sections: [...this.#confirmed] });
    this.#confirmed = new Set();
  }
}
