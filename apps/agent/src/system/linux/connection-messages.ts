import type { Connection } from "@lvs/core/ipvs/connections";
import type { ConnectionSieve, SiftSummary } from "@lvs/core/ipvs/sift-connections";

/** What the main thread and the thread that reads connections say to each other. */

export interface SiftOrder {
  readonly kind: "start";
  readonly id: number;
  readonly path: string;
  readonly sieve: ConnectionSieve;
  readonly limit: number;
}

export type SiftCommand =
  | SiftOrder
  /** One batch of matches was taken: another may come. */
  | { readonly kind: "more"; readonly id: number }
  | { readonly kind: "cancel"; readonly id: number };

export type SiftMessage =
  | { readonly kind: "matches"; readonly id: number; readonly connections: readonly Connection[] }
  | { readonly kind: "end"; readonly id: number; readonly summary: SiftSummary }
  | { readonly kind: "failed"; readonly id: number; readonly errno?: string; readonly said: string };
