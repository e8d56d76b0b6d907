import type { DirectorChange, DirectorEvent } from "@lvs/core/director/change";
import type { SectionName, Verdict } from "@lvs/core/director/state";
import { diffVerdicts } from "@lvs/core/director/verdicts-change";
import { isSameSection, type SectionChange, type StateStore } from "./state-store.ts";

/** Sends what differs; what was read again and is the same is gathered into one beat per sweep. */
export class Publisher {
  readonly #store: StateStore;
  #confirmed = new Set<SectionName>();
  #verdicts: readonly Verdict[] | undefined;

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** A section as it was just read. */
  offer(change: SectionChange): void {
    if (isSameSection(this.#store.read(), change)) this.#confirmed.add(change.kind);
    else this.#store.publish(change);
  }

  /** The verdicts as they are now. Of the same rows only those that differ are sent; the same array again is taken for the same. */
  offerVerdicts(verdicts: Verdict[], atMs: number): void {
    const { health } = this.#store.read();
    const isSame = verdicts === this.#verdicts;
    this.#verdicts = verdicts;
    const changed =
      health.status === "known" ? (isSame ? [] : diffVerdicts(health.value, verdicts)) : undefined;
    if (changed === undefined)
      this.#store.publish({ kind: "health", fact: { status: "known", atMs, value: verdicts } });
    else if (changed.length > 0) this.#store.publish({ kind: "verdicts", atMs, changed });
    else this.#confirmed.add("health");
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
