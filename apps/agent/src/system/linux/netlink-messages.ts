/** What the main thread and the exchange worker say to each other. */

export interface ExchangeJob {
  readonly kind: "start";
  readonly id: number;
  readonly bus: "generic" | "route";
  /** All requests, one after another, each a multiple of four bytes. */
  readonly requests: Uint8Array;
  /** Where each request ends. */
  readonly ends: Uint32Array;
  readonly timeoutMs: number;
  readonly perSend: number;
  /** Where given: answers are digested against these fingerprints, and only those that differ come back. */
  readonly known?: Int32Array;
}

export type ExchangeCommand =
  | ExchangeJob
  /** One chunk was used up; its memory comes back to be filled again. */
  | { readonly kind: "more"; readonly id: number; readonly memory: number }
  | { readonly kind: "cancel"; readonly id: number };

/**
 * Four numbers for each answer: index, start, end (in bytes; of a digest in words), errno; of a digest five more: its fingerprint. The
 * memory is shared and has a number. It is handed over once and then only named: whatever crosses as memory, transferred or shared,
 * counts as new external memory each time, and a large sweep then runs several full garbage collections.
 */
export interface ExchangeChunk {
  readonly kind: "chunk";
  readonly id: number;
  readonly memory: number;
  /** The memory itself, the first time. */
  readonly fresh?: SharedArrayBuffer;
  readonly spans: Int32Array;
  readonly isLast: boolean;
}

export type ExchangeReport =
  | ExchangeChunk
  /** The memory of that number is never named again. */
  | { readonly kind: "forget"; readonly memory: number }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly call: string;
      /** 0: no answer within the time limit. */
      readonly errno: number;
    };

export interface ListenOrder {
  /** One 32-bit word: 1 asks the thread to close its socket and end. A terminated thread would leave the socket open. */
  readonly stop: SharedArrayBuffer;
  readonly bus: "generic" | "route";
  readonly groups: readonly number[];
}

export type ListenReport =
  | { readonly kind: "listening" }
  | { readonly kind: "messages"; readonly memory: ArrayBuffer; readonly atMs: number }
  | { readonly kind: "overrun"; readonly atMs: number }
  | { readonly kind: "failed"; readonly call: string; readonly errno: number };
