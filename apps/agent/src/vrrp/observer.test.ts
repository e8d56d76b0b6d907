import type { OwnRouter } from "@lvs/core/vrrp/observation";
import { describe, expect, it } from "vitest";
import { simulatedSystem } from "../system/simulated/simulated-system.ts";
import { SystemError } from "../system/system-error.ts";
import { advertPacket } from "./advert-packet.fixture.ts";
import { VrrpObserver } from "./observer.ts";

const own: OwnRouter = {
  instance: "VI_1",
  link: "eth0",
  family: "inet",
  expectation: { version: 3, virtualRouterId: 51, addresses: ["192.0.2.15"] },
  advertIntervalMs: 1000,
  masterSinceMs: undefined,
  ownAddress: "192.0.2.1",
  peers: ["192.0.2.2"],
};
const eth0 = { link: "eth0", interfaceIndex: 2 };

const build = (router: OwnRouter = own) => {
  const { packets, clock } = simulatedSystem();
  let heard = 0;
  const onHeard = (): void => void (heard += 1);
  const observer = new VrrpObserver({ packets, clock, own: () => [router], onHeard });
  return { packets, clock, observer, timesHeard: () => heard };
};

const codes = (observer: VrrpObserver): string[] => observer.observed.findings.map(({ code }) => code);
const failure = (code: "no-permission" | "failed", errno: string): SystemError =>
  new SystemError({ door: "packets", code, subject: "packets", reason: `could not (${errno})`, errno });

describe("the VRRP observer", () => {
  it("names a stranger beside the peer", async () => {
    const { observer, packets, timesHeard } = build();
    await observer.listen([eth0]);
    packets.send(2, advertPacket("192.0.2.2"));
    expect(codes(observer)).toEqual([]);
    packets.send(2, advertPacket("192.0.2.9"));
    expect(codes(observer)).toEqual(["stranger"]);
    expect(observer.observed.observation.speakers.map(({ source }) => source)).toEqual([
      "192.0.2.2",
      "192.0.2.9",
    ]);
    expect(timesHeard()).toBe(2);
  });

  it("counts packets that are cut, with the reason", async () => {
    const { observer, packets } = build();
    await observer.listen([eth0]);
    for (let count = 0; count < 2; count += 1) packets.send(2, advertPacket("192.0.2.2").subarray(0, 30));
    expect(observer.observed.findings).toMatchObject([{ code: "refused-packets", reason: "not-ip" }]);
  });

  it("believes a unicast peer behind routers, and nobody else who is far away", async () => {
    const { observer, packets } = build();
    await observer.listen([eth0]);
    const far = { destination: "192.0.2.1", hopLimit: 60 };
    packets.send(2, advertPacket("192.0.2.2", undefined, far));
    for (let count = 0; count < 2; count += 1) packets.send(2, advertPacket("192.0.2.9", undefined, far));
    expect(observer.observed.observation.speakers).toMatchObject([{ source: "192.0.2.2" }]);
    expect(observer.observed.findings).toMatchObject([
      { code: "refused-packets", reason: "hop-limit", sources: ["192.0.2.9"] },
    ]);
  });

  it("says on which link it is deaf, and hears there once it can", async () => {
    const { observer, packets } = build();
    packets.refusal = failure("no-permission", "EPERM");
    await observer.listen([eth0]);
    expect(observer.observed).toMatchObject({
      heardLinks: [],
      deaf: [{ link: "eth0", reason: expect.stringContaining("CAP_NET_RAW") }],
    });
    packets.refusal = undefined;
    await observer.listen([eth0]);
    expect(observer.observed).toMatchObject({ heardLinks: ["eth0"], deaf: [] });
  });

  it("is deaf on a link that goes down, and says so at once", async () => {
    const { observer, packets, timesHeard } = build();
    await observer.listen([eth0]);
    packets.say(2, { kind: "failed", error: failure("failed", "ENETDOWN") });
    expect(timesHeard()).toBe(1);
    expect(observer.observed.deaf).toEqual([{ link: "eth0", reason: "the interface is down" }]);
    await observer.listen([eth0]);
    expect(packets.heardInterfaces).toEqual([2]);
  });

  it("says for a minute that more came than was looked at, and goes on hearing", async () => {
    const { observer, packets, clock } = build();
    await observer.listen([eth0]);
    packets.say(2, { kind: "overrun", packets: 700, atMs: clock.nowMs() });
    expect(observer.observed).toMatchObject({
      heardLinks: ["eth0"],
      deaf: [{ link: "eth0", reason: expect.stringContaining("700") }],
    });
    await clock.advance(60_001);
    expect(observer.observed.deaf).toEqual([]);
  });

  it("leaves links that are no longer asked for, and what was heard there", async () => {
    const { observer, packets } = build();
    await observer.listen([eth0, { link: "eth1", interfaceIndex: 3 }]);
    packets.send(2, advertPacket("192.0.2.9"));
    await observer.listen([{ link: "eth1", interfaceIndex: 3 }]);
    expect(packets.heardInterfaces).toEqual([3]);
    expect(observer.observed.observation.speakers).toEqual([]);
    observer.close();
    expect(packets.heardInterfaces).toEqual([]);
  });
});
