import { rowsInServices } from "@lvs/core/director/services-pieces";
import { rowsOfService, splitSnapshot, type SnapshotPart } from "@lvs/core/director/snapshot-parts";
import type { DirectorState } from "@lvs/core/director/state";
import type { FleetDirector, LiveItem } from "@lvs/core/fleet/model";

/** What waits for one browser tab, in the order in which it is sent. */

/** A numbered word to all tabs: an item as it is, or that a director's picture is a new one, too large for one item. */
export type Entry =
  | { readonly number: number; readonly item: LiveItem; readonly rows: number }
  | { readonly number: number; readonly newPictureOf: string };

type Item = Extract<Entry, { readonly item: LiveItem }>;

/** What a tab reads of the console's picture. */
export interface Picture {
  /** Of the last entry. */
  readonly number: () => number;
  readonly director: (id: string) => FleetDirector | undefined;
  /** The fleet item, and which directors of it are to follow in portions. */
  readonly whole: () => { readonly item: LiveItem; readonly coming: readonly string[] };
}

/** A director's picture on its way, as it was when its turn came. */
interface Sending {
  readonly director: FleetDirector;
  readonly steps: Generator<SnapshotPart, DirectorState>;
  sent: number;
  /** Changes of it since: they follow its picture. */
  later: Item[];
  /** More changed than is worth sending: when this picture is whole, a newer one follows. */
  isOutrun: boolean;
}

/** A tab that is further behind gets the whole picture instead: reading 2,000 changes is slower than reading the state. */
export const longestQueue = 2_000;
/** Rows of tables that wait, some hundred megabytes: past this the directors that they are of are sent anew instead. */
const mostRows = 200_000;

/** Rows of a table that an item carries, small ones not counted. */
export const rowsIn = (item: LiveItem): number =>
  item.kind === "change" && item.change.kind === "services" ? rowsInServices(item.change) : 0;

/**
 * A tab's queue. News goes first, the portions of large pictures fill the time between. A director whose turn has not come needs no
 * changes: they are in the picture that will be taken of it. `entries`: what a tab that comes back has missed; undefined: everything.
 */
export class LiveTab {
  readonly #picture: Picture;
  #queue: Item[] = [];
  #coming: string[] = [];
  #sending: Sending | undefined;
  /** What followed a picture while it was sent: older than what was sent beside it, so no place to go on from. */
  #late: Item[] = [];
  /** Everything up to here is sent, where nothing is on its way. */
  #sentUpTo: number;
  #needsFleet: boolean;
  /** In what waits. */
  #rows = 0;
  wake: () => void = () => undefined;

  constructor(picture: Picture, missed: readonly Entry[] | undefined) {
    this.#picture = picture;
    this.#needsFleet = missed === undefined;
    this.#sentUpTo = picture.number() - (missed?.length ?? 0);
    for (const entry of missed ?? []) this.offer(entry);
  }

  offer(entry: Entry): void {
    if (this.#needsFleet) return;
    if (this.#queue.length + (this.#sending?.later.length ?? 0) >= longestQueue) this.#beginAgain();
    else if ("newPictureOf" in entry) this.#expect(entry.newPictureOf);
    else if (!this.#isInPicture(entry)) {
      this.#queue.push(entry);
      this.#rows += entry.rows;
    }
    if (this.#rows > mostRows) this.#outrun();
    this.wake();
  }

  /** Whether there is something for `next` to give. */
  get isIdle(): boolean {
    return !this.#needsFleet && this.#queue.length === 0 && !this.isMidway;
  }

  /** Pictures are on their way: a stream that is cut now has to begin again. */
  get isMidway(): boolean {
    return this.#sending !== undefined || this.#coming.length > 0 || this.#late.length > 0;
  }

  get sentUpTo(): number {
    return this.#sentUpTo;
  }

  /** The next item; undefined: none is left. */
  next(): LiveItem | undefined {
    if (this.#needsFleet) return this.#begin();
    const late = this.#late.shift();
    if (late !== undefined) {
      this.#rows -= late.rows;
      return late.item;
    }
    const news = this.#queue.shift();
    if (news !== undefined) {
      this.#sentUpTo = news.number;
      this.#rows -= news.rows;
      return news.item;
    }
    return this.#nextPortion();
  }

  #beginAgain(): void {
    this.#rows = 0;
    this.#queue = [];
    this.#late = [];
    this.#coming = [];
    this.#sending = undefined;
    this.#needsFleet = true;
  }

  #begin(): LiveItem {
    this.#needsFleet = false;
    this.#sentUpTo = this.#picture.number();
    const { coming, item } = this.#picture.whole();
    this.#coming = [...coming];
    return item;
  }

  #expect(directorId: string): void {
    if (this.#sending?.director.id === directorId) this.#stopSending();
    if (!this.#coming.includes(directorId)) this.#coming.push(directorId);
  }

  /** What a picture on its way has not is in the next one: a tab that cannot follow gets each whole, and at its own pace. */
  #outrun(): void {
    const waiting = [...this.#late, ...this.#queue, ...(this.#sending?.later ?? [])];
    const ids = new Set(
      waiting.flatMap(({ item, rows }) => (item.kind === "change" && rows > 0 ? [item.directorId] : [])),
    );
    const isLeft = ({ item }: Item): boolean => item.kind !== "change" || !ids.has(item.directorId);
    this.#queue = this.#queue.filter(isLeft);
    this.#late = this.#late.filter(isLeft);
    this.#rows = 0;
    for (const id of ids) {
      if (this.#sending?.director.id === id) {
        this.#sending.isOutrun = true;
        this.#sending.later = [];
      } else this.#expect(id);
    }
  }

  #stopSending(): void {
    for (const { rows } of this.#sending?.later ?? []) this.#rows -= rows;
    this.#sending = undefined;
  }

  /** True where a picture that is to come has it already, or will be followed by it. */
  #isInPicture(entry: Item): boolean {
    const { item } = entry;
    if (item.kind !== "change") return false;
    if (this.#coming.includes(item.directorId)) return true;
    if (this.#sending?.director.id !== item.directorId) return false;
    if (!this.#sending.isOutrun) {
      this.#sending.later.push(entry);
      this.#rows += entry.rows;
    }
    return true;
  }

  /** Only with an empty queue: what the picture does not have is not sent before it either. */
  #nextPortion(): LiveItem | undefined {
    this.#sending ??= this.#take();
    const sending = this.#sending;
    if (sending === undefined) return undefined;
    const { director, isOutrun, later, steps } = sending;
    // It is registered no more: nobody waits for it.
    if (this.#picture.director(director.id)?.state === undefined) {
      this.#stopSending();
      return this.next();
    }
    const step = steps.next();
    if (step.done !== true) {
      sending.sent += 1;
      return { kind: "part", directorId: director.id, at: sending.sent - 1, part: step.value };
    }
    this.#sending = undefined;
    this.#late = later;
    if (isOutrun) this.#expect(director.id);
    const { clockOffsetMs = 0, heardAtMs = 0, id } = director;
    const change = { kind: "snapshot" as const, state: step.value, parts: sending.sent };
    return { kind: "change", directorId: id, heardAtMs, clockOffsetMs, change };
  }

  #take(): Sending | undefined {
    this.#sentUpTo = this.#picture.number();
    for (let id = this.#coming.shift(); id !== undefined; id = this.#coming.shift()) {
      const director = this.#picture.director(id);
      if (director?.state !== undefined)
        return {
          director,
          steps: splitSnapshot(director.state, rowsOfService),
          sent: 0,
          later: [],
          isOutrun: false,
        };
    }
    return undefined;
  }
}
