/** What the main thread and the listening worker say to each other. */
export interface PacketListenOrder {
  /** One 32-bit word: 1 asks the thread to close its socket and end. */
  readonly stop: SharedArrayBuffer;
  readonly interfaceIndex: number;
  readonly protocol: number;
}

export type PacketReport =
  | { readonly kind: "listening" }
  | { readonly kind: "packet"; readonly memory: ArrayBuffer; readonly atMs: number }
  | { readonly kind: "failed"; readonly call: string; readonly errno: number };
