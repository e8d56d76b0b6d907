import { ByteWriter } from "@lvs/core/net/bytes";
import type { OwnRouter } from "@lvs/core/vrrp/observation";
import type { Advertisement } from "@lvs/core/vrrp/packet";
import { encodeAdvertisement } from "@lvs/core/vrrp/packet";
import { describe, expect, it } from "vitest";
import type { PacketEvent, PacketOrder, Packets } from "../system/packets.ts";
import { simulatedClock } from "../system/simulated/simulated-clock.ts";
import { SystemError } from "../system/system-error.ts";
import { VrrpObserver } from "./observer.ts";

/** Ears that hear what the test says. */
class SpokenPackets implements Packets {
  readonly listeners = new Map<number, (event: PacketEvent) => void>();
  refusal: SystemError | undefined;

  async hear(order: PacketOrder, listener: (event: PacketEvent) => void) {
    if (this.refusal !== undefined) throw this.refusal;
    this.listeners.set(order.interfaceIndex, listener);
    return { close: () => void this.listeners.delete(order.interfaceIndex) };
  }
}

const advert: Advertisement = {
  version: 3,
  virtualRouterId: 51,
  priority: 150,
  addresses: ["192.0.2.15"],
  advertIntervalCs: 100,
  reserved: 0,
  checksumRule: "pseudo-header",
};

/** An IPv4 packet from 192.0.2.`last`. */
const packet = (last: number, advertisement = advert): Uint8Array => {
  const envelope = { source: `192.0.2.${last}`, destination: "224.0.0.18", hopLimit: 255 };
  const message = encodeAdvertisement(advertisement, envelope);
  const header = new ByteWriter()
    .u8(0x45)
    .u8(0xc0)
    .u16be(20 + message.length)
    .u32be(0)
    .u8(255)
    .u8(112);
  header
    .u16be(0)
    .bytes(Uint8Array.of(192, 0, 2, last))
    .bytes(Uint8Array.of(224, 0, 0, 18));
  return header.bytes(message).finish();
};

const own: OwnRouter = {
  instance: "VI_1",
  link: "eth0",
  expectation: { version: 3, virtualRouterId: 51, addresses: ["192.0.2.15"] },
  advertIntervalMs: 1000,
  masterSinceMs: undefined,
  ownAddress: "192.0.2.1",
  peers: ["192.0.2.2"],
};

const build = () => {
  const packets = new SpokenPackets();
  const clock = simulatedClock(1_000_000);
  const observer = new VrrpObserver({ packets, clock, own: () => [own] });
  const say = (index: number, bytes: Uint8Array) =>
    packets.listeners.get(index)?.({ kind: "packet", bytes, atMs: clock.nowMs() });
  return { packets, observer, say };
};

const codes = (observer: VrrpObserver): string[] => observer.observed.findings.map(({ code }) => code);

describe("the VRRP observer", () => {
  it("names a stranger beside the peer", async () => {
    const { observer, say } = build();
    await observer.listen([{ link: "eth0", interfaceIndex: 2 }]);
    say(2, packet(2));
    expect(codes(observer)).toEqual([]);
    say(2, packet(9));
    expect(codes(observer)).toEqual(["stranger"]);
    expect(observer.observed.observation.speakers.map(({ source }) => source)).toEqual([
      "192.0.2.2",
      "192.0.2.9",
    ]);
  });

  it("counts a packet that is cut, with the reason", async () => {
    const { observer, say } = build();
    await observer.listen([{ link: "eth0", interfaceIndex: 2 }]);
    say(2, packet(2).subarray(0, 30));
    expect(observer.observed.findings).toMatchObject([{ code: "refused-packets", reason: "not-ip" }]);
  });

  it("says on which link it is deaf, and hears there once it can", async () => {
    const { observer, packets } = build();
    packets.refusal = new SystemError({
      door: "packets",
      code: "no-permission",
      subject: "packets",
      reason: "could not socket (EPERM)",
    });
    await observer.listen([{ link: "eth0", interfaceIndex: 2 }]);
    expect(observer.observed.deaf).toMatchObject([{ link: "eth0", error: { code: "no-permission" } }]);
    packets.refusal = undefined;
    await observer.listen([{ link: "eth0", interfaceIndex: 2 }]);
    expect(observer.observed.deaf).toEqual([]);
    expect([...packets.listeners.keys()]).toEqual([2]);
  });

  it("leaves links that are no longer asked for", async () => {
    const { observer, packets } = build();
    await observer.listen([
      { link: "eth0", interfaceIndex: 2 },
      { link: "eth1", interfaceIndex: 3 },
    ]);
    await observer.listen([{ link: "eth1", interfaceIndex: 3 }]);
    expect([...packets.listeners.keys()]).toEqual([3]);
    observer.close();
    expect([...packets.listeners.keys()]).toEqual([]);
  });
});
