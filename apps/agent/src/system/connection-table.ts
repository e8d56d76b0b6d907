import type { Connection } from "@lvs/core/ipvs/connections";
import type { ConnectionSieve, SiftProgress, Unreadable } from "@lvs/core/ipvs/sift-connections";

export type SiftReport =
  /** Some matches, in the kernel's order, and how far the reading is; also without a match, some times a second. */
  | ({ readonly kind: "found"; readonly connections: readonly Connection[] } & SiftProgress)
  /** The table's end was reached, and all that was found has been reported. */
  | { readonly kind: "end"; readonly unreadable: Unreadable };

export interface SiftOptions {
  /** At most this many matches come back, the sums count all; every match unless told. */
  readonly limit?: number;
  /** Ends the reading; what was found until then has been reported, and there is no "end". */
  readonly signal?: AbortSignal;
}

/**
 * The kernel's connection table. It offers nothing but a file, and each read of that walks from the table's beginning: all of 100,000 entries
 * cost seconds of kernel time, so it is read only on demand.
 */
export interface ConnectionTable {
  /** Makes ready for the first question, which then does not stand still for it; a process that asks none does without. */
  prepare(): void;
  /**
   * Goes through the whole table once; reading, sifting and counting happen off the main thread. Throws SystemError, `not-found`
   * without the ip_vs module.
   */
  sift(sieve: ConnectionSieve, options?: SiftOptions): AsyncIterable<SiftReport>;
}

/** Where it lies. */
export const connectionFile = "/proc/net/ip_vs_conn";
