import type { Clock } from "../clock.ts";
import type { PacketEvent, PacketOrder, Packets } from "../packets.ts";
import type { SystemError } from "../system-error.ts";

/** A wire on which a test speaks. */
export interface SimulatedPackets extends Packets {
  /** Where set, nobody can begin to listen. */
  refusal: SystemError | undefined;
  /** An IP packet, its header included, that somebody sends on this interface's wire. Unheard where nobody listens to its protocol. */
  send(interfaceIndex: number, bytes: Uint8Array): void;
  /** What else the ears may say: an overrun, an end. */
  say(interfaceIndex: number, event: Exclude<PacketEvent, { kind: "packet" }>): void;
  /** Interfaces that are listened to. */
  readonly heardInterfaces: readonly number[];
}

/** IPv4 protocol or IPv6 next header. */
const protocolOf = (bytes: Uint8Array): number | undefined => bytes[(bytes[0] ?? 0) >> 4 === 6 ? 6 : 9];

/** A wire without a word on it. */
export const simulatedPackets = (clock: Clock): SimulatedPackets => {
  const ears = new Set<{ readonly order: PacketOrder; readonly listener: (event: PacketEvent) => void }>();
  return {
    refusal: undefined,
    async hear(order, listener) {
      if (this.refusal !== undefined) throw this.refusal;
      const ear = { order, listener };
      ears.add(ear);
      return { close: () => void ears.delete(ear) };
    },
    send: (interfaceIndex, bytes) => {
      for (const { order, listener } of ears)
        if (order.interfaceIndex === interfaceIndex && order.protocol === protocolOf(bytes))
          listener({ kind: "packet", bytes, atMs: clock.nowMs() });
    },
    say: (interfaceIndex, event) => {
      for (const ear of ears) {
        if (ear.order.interfaceIndex !== interfaceIndex) continue;
        if (event.kind === "failed") ears.delete(ear);
        ear.listener(event);
      }
    },
    get heardInterfaces() {
      return [...ears].map(({ order }) => order.interfaceIndex);
    },
  };
};
