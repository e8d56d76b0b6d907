import { applyLiveItem } from "@lvs/core/fleet/apply-live-item";
import { gatherParts, noParts } from "@lvs/core/fleet/live-parts";
import type { Fleet, FleetDirector, LiveItem } from "@lvs/core/fleet/model";
import { watchLive } from "../live.ts";

/** A browser's tab: what it has been sent, and the fleet it shows. */
export class WatchedTab {
  fleet: Fleet | undefined;
  lastId: string | undefined;
  readonly items: LiveItem[] = [];
  #held = noParts;
  #end = new AbortController();
  #stream = watchLive(undefined, this.#end.signal);

  async take(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const { done, value } = await this.#stream.next();
      if (done === true) return;
      this.lastId = value.id;
      this.items.push(value.item);
      const { held, item } = gatherParts(this.#held, value.item);
      this.#held = held;
      if (item === undefined) continue;
      if (item.kind === "fleet" && this.fleet === undefined) this.fleet = item.fleet;
      else if (this.fleet !== undefined) this.fleet = applyLiveItem(this.fleet, item);
    }
  }

  async takeUntil(isThere: (tab: WatchedTab) => boolean): Promise<void> {
    for (let taken = 0; taken < 500 && !isThere(this); taken += 1) await this.take(1);
    if (!isThere(this))
      throw new Error(`after 500 items it is not there: ${this.kinds.slice(-20).join(" ")}`);
  }

  /** The stream is cut and begins again after the last id, as a browser does it. */
  reconnect(): void {
    this.#end.abort();
    this.#end = new AbortController();
    this.#stream = watchLive(this.lastId, this.#end.signal);
  }

  director(id: string): FleetDirector | undefined {
    return this.fleet?.directors.find((each) => each.id === id);
  }

  get kinds(): string[] {
    return this.items.map((item) => (item.kind === "change" ? item.change.kind : item.kind));
  }
}

/** Nothing is on its way to it. */
export const isWhole = (tab: WatchedTab): boolean =>
  tab.fleet !== undefined && tab.fleet.directors.every(({ isComing }) => isComing === undefined);
