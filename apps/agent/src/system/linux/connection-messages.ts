import type { ConnectionSieve } from "@lvs/core/ipvs/sift-connections";
import type { SiftReport } from "../connection-table.ts";

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
  /** One report was taken: another may come. */
  | { readonly kind: "more"; readonly id: number }
  | { readonly kind: "cancel"; readonly id: number };

export type SiftMessage =
  | (SiftReport & { readonly id: number })
  | { readonly kind: "failed"; readonly id: number; readonly errno?: string; readonly said: string };
