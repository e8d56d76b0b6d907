import type { Verdict } from "@lvs/core/director/state";
import type { VirtualService } from "@lvs/core/ipvs/model";
import type { CheckedBlock, CheckedRow } from "./checked-rows.ts";

const isSame = (a: Verdict | undefined, b: Verdict): boolean =>
  a?.verdict === b.verdict && a.sinceMs === b.sinceMs && a.seenAtMs === b.seenAtMs && a.cause === b.cause;

/**
 * A block, and what is known of it until something of it changes: a table of a hundred thousand rows is looked at every second, and hardly a
 * row of it is another than before.
 */
export class KnownBlock {
  readonly serviceKey: string;
  readonly rows: readonly CheckedRow[];
  /** The service in the table that was looked at last. */
  service: VirtualService | undefined;
  wasLookedAt = false;
  /** Undefined: to be worked out anew. */
  isInDoubt: boolean | undefined;
  #verdicts: readonly Verdict[] = [];
  #isStale = true;

  constructor({ rows, serviceKey }: CheckedBlock) {
    this.rows = rows;
    this.serviceKey = serviceKey;
  }

  /** Something of it has changed. */
  forget(): void {
    this.#isStale = true;
    this.isInDoubt = undefined;
  }

  /** Its verdicts are to be worked out anew. */
  get isStale(): boolean {
    return this.#isStale;
  }

  get verdicts(): readonly Verdict[] {
    return this.#verdicts;
  }

  /** `isWaiting`: time alone may change them. Those that are as they were stay the same objects; true when any is not. */
  take(verdicts: readonly Verdict[], isWaiting: boolean): boolean {
    this.#isStale = isWaiting;
    const known = this.#verdicts;
    if (known.length === verdicts.length && verdicts.every((each, at) => isSame(known[at], each)))
      return false;
    this.#verdicts = verdicts;
    return true;
  }
}

/** A row and where it stands. */
export interface Place {
  readonly row: CheckedRow;
  readonly block: KnownBlock;
}
