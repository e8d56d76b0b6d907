import { knownValue } from "@lvs/core/director/fact";
import type { DirectorChange } from "@lvs/core/director/change";
import type { Speakers } from "@lvs/core/director/speakers";
import type { VrrpInstance } from "@lvs/core/director/state";
import type { Link } from "@lvs/core/net/netlink-address";
import { composeModel } from "@lvs/core/keepalived/compose";
import { preprocess } from "@lvs/core/keepalived/preprocess";
import { secretsOf } from "@lvs/core/keepalived/redact";
import { configuredRouters } from "@lvs/core/vrrp/own-routers";
import { describe, expect, it } from "vitest";
import { simulatedSystem } from "../system/simulated/simulated-system.ts";
import { SystemError } from "../system/system-error.ts";
import { advertPacket, advertWithPassword } from "../vrrp/advert-packet.fixture.ts";
import { ChangeRing } from "./change-ring.ts";
import { Publisher } from "./publisher.ts";
import { SpeakersWatch } from "./speakers-watch.ts";
import { StateStore, unreadState } from "./state-store.ts";

const password = "s3cretXX";
const text = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass ${password}
    }
    virtual_ipaddress {
        192.0.2.15
    }
}
`;
const routersOf = (conf: string) => {
  const { value: tree } = preprocess(new TextEncoder().encode(conf), { path: "k.conf", configId: "lvs-1" });
  return configuredRouters(composeModel(tree).value, secretsOf(tree.bytes));
};
const link = (index: number, name: string): Link => ({
  index,
  name,
  isUp: true,
  isRunning: true,
  isLoopback: false,
  mtu: 1500,
});
const backup: VrrpInstance = {
  name: "VI_1",
  state: "BACKUP",
  virtualRouterId: 51,
  interface: "eth0",
  version: 2,
  priority: 150,
  effectivePriority: 150,
  advertIntervalCs: 100,
  addresses: [{ address: "192.0.2.15", interface: "eth0", isHeld: false }],
  isOrphaned: false,
};
const peer = advertWithPassword(password);

/** A watch that is swept once a second, and every change it publishes. */
const build = async (conf: string = text) => {
  const system = simulatedSystem();
  const { clock, packets } = system;
  const store = new StateStore(unreadState, new ChangeRing("e"));
  const publisher = new Publisher(store);
  const world = { links: [link(2, "eth0")], instances: [backup] };
  const watch = new SpeakersWatch({
    system,
    publisher,
    links: () => world.links,
    addressOf: () => "192.0.2.1",
    instances: () => world.instances,
  });
  const changes: DirectorChange[] = [];
  const stop = new AbortController();
  void (async () => {
    for await (const { change } of store.watch({ lastEventId: undefined, signal: stop.signal }))
      changes.push(change);
  })();
  await watch.setRouters(routersOf(conf));
  await watch.start();
  const sweep = async (seconds: number, each: () => void = () => undefined): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      each();
      await clock.advance(1_000);
      await watch.sweep();
      publisher.beat(clock.nowMs());
    }
    await clock.advance(0);
  };
  const fact = () => store.read().speakers;
  const wire = (): Speakers => {
    const value = knownValue(fact());
    if (value === undefined) throw new Error(JSON.stringify(fact()));
    return value;
  };
  const kinds = () => changes.map(({ kind }) => kind);
  const becomeMaster = () => {
    const lastTransition = { atMs: clock.nowMs(), to: "MASTER", source: "fifo" } as const;
    const addresses = backup.addresses.map((each) => ({ ...each, isHeld: true }));
    world.instances = [{ ...backup, state: "MASTER", addresses, lastTransition }];
  };
  return { watch, packets, clock, world, store, changes, sweep, fact, wire, kinds, becomeMaster };
};

const codes = (wire: Speakers): string[] =>
  wire.findings.map(({ code, reason = "" }) => `${code} ${reason}`.trim());

describe("who speaks VRRP", () => {
  it("is told at once when somebody new does, and an advert more is only counted with the sweep", async () => {
    const at = await build();
    expect(at.wire()).toEqual({ links: ["eth0"], deaf: [], speakers: [], omitted: 0, findings: [] });
    at.packets.send(2, advertPacket("192.0.2.2", peer));
    await at.clock.advance(100);
    expect(at.wire().speakers).toMatchObject([
      { source: "192.0.2.2", instance: "VI_1", priority: 150, adverts: 1, isSpeaking: true },
    ]);
    const before = at.kinds().filter((kind) => kind === "speakers").length;
    await at.sweep(5, () => at.packets.send(2, advertPacket("192.0.2.2", peer)));
    expect(at.kinds().filter((kind) => kind === "speakers")).toHaveLength(before);
    expect(at.kinds().filter((kind) => kind === "adverts")).toHaveLength(5);
    expect(at.wire().speakers).toMatchObject([{ adverts: 6 }]);
  });

  it("is only a beat while nobody says anything", async () => {
    const at = await build();
    const before = at.changes.length;
    await at.sweep(3);
    expect(at.changes.slice(before)).toMatchObject([
      { kind: "beat", sections: ["speakers"] },
      { kind: "beat", sections: ["speakers"] },
      { kind: "beat", sections: ["speakers"] },
    ]);
  });

  it("names a second MASTER within its next advert, with its beginning, until it is silent", async () => {
    const at = await build();
    at.becomeMaster();
    await at.sweep(1);
    const beganMs = at.clock.nowMs();
    await at.sweep(2, () => at.packets.send(2, advertPacket("192.0.2.2", peer)));
    expect(at.wire().findings).toMatchObject([
      { code: "second-master", instance: "VI_1", sources: ["192.0.2.1", "192.0.2.2"] },
    ]);
    const [{ sinceMs } = { sinceMs: 0 }] = at.wire().findings;
    expect(sinceMs - beganMs).toBeLessThanOrEqual(1_100);
    await at.sweep(3, () => at.packets.send(2, advertPacket("192.0.2.2", peer)));
    expect(at.wire().findings).toMatchObject([{ sinceMs }]);
    await at.sweep(5);
    expect(at.wire()).toMatchObject({ findings: [], speakers: [{ isSpeaking: false }] });
  });

  it("does not take keepalived's old word for MASTER where the kernel holds no address", async () => {
    const at = await build();
    at.world.instances = [{ ...backup, state: "MASTER" }];
    await at.sweep(4, () => at.packets.send(2, advertPacket("192.0.2.2", peer)));
    expect(at.wire().findings).toEqual([]);
  });

  it("compares passwords without ever saying one", async () => {
    const at = await build();
    at.packets.send(2, advertPacket("192.0.2.2", advertWithPassword("wrongpwd")));
    await at.clock.advance(100);
    expect(codes(at.wire())).toEqual(["not-believed password"]);
    const said = JSON.stringify([at.store.read(), at.changes]);
    for (const secret of [
      password,
      "wrongpwd",
      Buffer.from(password).join(","),
      Buffer.from("wrongpwd").join(","),
    ])
      expect(said).not.toContain(secret);
  });

  it("finds what differs by the file as it is now", async () => {
    const at = await build();
    const say = () => at.packets.send(2, advertPacket("192.0.2.2", peer));
    say();
    expect(codes(at.wire())).toEqual([]);
    await at.watch.setRouters(routersOf(text.replace("192.0.2.15", "192.0.2.16")));
    await at.sweep(1, say);
    expect(codes(at.wire())).toEqual(["not-believed address-list"]);
    await at.watch.setRouters(routersOf(text.replace("advert_int 1", "advert_int 2")));
    await at.sweep(1, say);
    expect(codes(at.wire())).toEqual(["not-believed interval"]);
    await at.watch.setRouters(routersOf(text.replace("virtual_router_id 51", "virtual_router_id 52")));
    await at.sweep(1, say);
    expect(codes(at.wire())).toEqual(["unknown-virtual-router"]);
  });

  it("is not known on a link that is not there, and heard as soon as it is", async () => {
    const at = await build(text.replace("eth0", "eth1"));
    expect(at.wire()).toMatchObject({
      links: [],
      deaf: [{ link: "eth1", reason: expect.stringContaining("no interface") }],
    });
    at.world.links = [link(2, "eth0"), link(3, "eth1")];
    await at.watch.listen();
    expect(at.wire()).toMatchObject({ links: ["eth1"], deaf: [] });
    expect(at.packets.heardInterfaces).toEqual([3]);
  });

  it("is tried again after half a minute where it could not be heard", async () => {
    const at = await build();
    at.packets.say(2, {
      kind: "failed",
      error: new SystemError({ door: "packets", code: "failed", subject: "packets", reason: "lost" }),
    });
    await at.sweep(5);
    expect(at.wire()).toMatchObject({ links: [], deaf: [{ link: "eth0", reason: "packets: lost" }] });
    await at.sweep(30);
    expect(at.wire()).toMatchObject({ links: ["eth0"], deaf: [] });
  });

  it("is not known before keepalived.conf was read, and says that adverts of auth_type AH are not read", async () => {
    const at = await build(text.replace("auth_type PASS", "auth_type AH"));
    expect(at.wire().deaf).toMatchObject([{ link: "eth0", reason: expect.stringContaining("protocol 51") }]);
    expect(unreadState.speakers.status).toBe("unknown");
  });

  it("costs a bounded number of looks and a bounded picture in a flood", async () => {
    const at = await build();
    const before = at.kinds().filter((kind) => kind === "speakers").length;
    for (let count = 0; count < 1000; count += 1) {
      at.packets.send(2, advertPacket(`10.0.${count >> 8}.${count & 255}`, { ...peer, virtualRouterId: 99 }));
      await at.clock.advance(1);
    }
    await at.sweep(1, () => at.packets.send(2, advertPacket("192.0.2.2", peer)));
    const sent = at.kinds().filter((kind) => kind === "speakers").length - before;
    expect(sent).toBeLessThanOrEqual(13);
    expect(at.wire().speakers).toHaveLength(256);
    expect(at.wire().omitted).toBe(745);
    expect(at.wire().speakers[0]).toMatchObject({ source: "192.0.2.2" });
    expect(at.wire().findings).toHaveLength(64);
  });

  it("names some of a crowd that claims the director's own virtual router, itself first, and says how many it forgot", async () => {
    const at = await build();
    at.becomeMaster();
    await at.sweep(1);
    for (let count = 0; count < 2_100; count += 1) {
      at.packets.send(2, advertPacket(`10.0.${count >> 8}.${count & 255}`, advertWithPassword("wrongpwd")));
    }
    await at.sweep(1);
    const [rivals] = at.wire().findings;
    expect(rivals).toMatchObject({ code: "second-master" });
    expect(rivals?.sources).toHaveLength(16);
    expect(rivals?.sources[0]).toBe("192.0.2.1");
    expect(at.wire()).toMatchObject({ omitted: 2_048 - 256, dropped: 52 });
  });

  it("lists a believed peer first that a crowd of others has silenced", async () => {
    const at = await build();
    at.packets.send(2, advertPacket("192.0.2.2", peer));
    await at.sweep(30);
    for (let count = 0; count < 300; count += 1) {
      at.packets.send(2, advertPacket(`10.0.${count >> 8}.${count & 255}`, advertWithPassword("wrongpwd")));
    }
    await at.sweep(1);
    expect(at.wire().speakers).toHaveLength(256);
    expect(at.wire().speakers[0]).toMatchObject({ source: "192.0.2.2", isSpeaking: false });
  });
});
