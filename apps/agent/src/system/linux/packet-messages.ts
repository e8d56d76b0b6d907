/** What the main thread and the listening worker say to each other. `id` names one open socket. */
export interface PacketWorkerData {
  /** One 32-bit word: 1 asks the thread to close its sockets and end. */
  readonly stop: SharedArrayBuffer;
}

export type PacketCommand =
  | { readonly kind: "open"; readonly id: number; readonly interfaceIndex: number; readonly protocol: number }
  | { readonly kind: "close"; readonly id: number };

export type PacketReport =
  | { readonly kind: "listening"; readonly id: number }
  | { readonly kind: "packet"; readonly id: number; readonly memory: ArrayBuffer; readonly atMs: number }
  | { readonly kind: "overrun"; readonly id: number; readonly packets: number; readonly atMs: number }
  /** The socket is closed. */
  | { readonly kind: "failed"; readonly id: number; readonly call: string; readonly errno: number };
