import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findingsOf } from "./findings.ts";
import type { Observation, OwnRouter } from "./observation.ts";
import { forget, hear, isSpeaking, nothingHeard } from "./observation.ts";
import type { Advertisement } from "./advertisement.ts";
import { passwordData } from "./packet-v2.ts";
import { refusal } from "./refusal.ts";

const secret = passwordData(new TextEncoder().encode("hush"));
const own: OwnRouter = {
  instance: "VI_1",
  link: "eth0",
  family: "inet",
  expectation: {
    version: 2,
    virtualRouterId: 51,
    addresses: ["192.0.2.15"],
    advertIntervalS: 1,
    passwordData: secret,
  },
  advertIntervalMs: 1000,
  masterSinceMs: undefined,
  ownAddress: "192.0.2.1",
  peers: ["192.0.2.2"],
};
const advert: Advertisement = {
  version: 2,
  virtualRouterId: 51,
  priority: 100,
  addresses: ["192.0.2.15"],
  advertIntervalS: 1,
  authentication: { type: "password", data: secret },
  checksumRule: "plain",
};

type Sent = { readonly source?: string; readonly advert?: Advertisement; readonly atMs: readonly number[] };

const hearing = (all: readonly Sent[], ours: readonly OwnRouter[] = [own]): Observation =>
  all
    .flatMap(({ source = "192.0.2.2", advert: advertisement = advert, atMs }) =>
      atMs.map((at) => ({
        atMs: at,
        link: "eth0",
        source,
        decoded: { kind: "advertisement" as const, advertisement },
      })),
    )
    .toSorted((a, b) => a.atMs - b.atMs)
    .reduce((observation, heard) => hear(observation, heard, ours), nothingHeard);

const found = (observation: Observation, nowMs: number, ours: readonly OwnRouter[] = [own]): string[] =>
  findingsOf(observation, { nowMs, own: ours }).map(({ code, sources, reason }) =>
    [code, ...sources, ...(reason === undefined ? [] : [reason])].join(" "),
  );

describe("the observer finds", () => {
  it("nothing about a peer that speaks as it should", () => {
    const observation = hearing([{ atMs: [0, 1000, 2000] }]);
    expect(found(observation, 2500)).toEqual([]);
    expect(observation.speakers).toMatchObject([{ priority: 100, adverts: 3, lastHeardMs: 2000 }]);
  });

  it("a stranger with a virtual router of ours, and a virtual router that is not ours", () => {
    const other = { ...advert, virtualRouterId: 52 };
    const observation = hearing([
      { source: "192.0.2.9", atMs: [0] },
      { advert: other, atMs: [0] },
    ]);
    expect(found(observation, 500)).toEqual(["stranger 192.0.2.9", "unknown-virtual-router 192.0.2.2"]);
  });

  it.each([
    ["address-list", { ...advert, addresses: ["192.0.2.16"] }],
    ["interval", { ...advert, advertIntervalS: 2 }],
    ["password", { ...advert, authentication: { type: "password", data: new Uint8Array(8) } }],
    ["other-authentication", { ...advert, authentication: { type: "none", data: new Uint8Array(8) } }],
  ] as const)("an advert that is not believed for its %s, without saying the password", (reason, other) => {
    const observation = hearing([{ advert: other, atMs: [0] }]);
    expect(found(observation, 500)).toEqual([`not-believed 192.0.2.2 ${reason}`]);
    expect(JSON.stringify(observation)).not.toContain(String(secret[0]) + "," + String(secret[1]));
  });

  it("a second MASTER among those heard, but not a handover", () => {
    const split = hearing(
      [{ atMs: [0, 1000, 2000, 3000] }, { source: "192.0.2.3", atMs: [500, 1500, 2500] }],
      [],
    );
    expect(found(split, 3100, [])).toContain("second-master 192.0.2.2 192.0.2.3");
    const handover = hearing([{ atMs: [0, 1000, 2000] }, { source: "192.0.2.3", atMs: [2100, 3100] }], []);
    expect(found(handover, 3200, []).filter((each) => each.startsWith("second"))).toEqual([]);
  });

  it("a second MASTER beside the director itself", () => {
    const master = [{ ...own, masterSinceMs: 1200 }];
    const observation = hearing([{ atMs: [0, 1000, 2000, 3000] }], master);
    expect(found(observation, 3100, master)).toEqual(["second-master 192.0.2.1 192.0.2.2"]);
    const quiet = hearing([{ atMs: [0, 1000] }], master);
    expect(found(quiet, 3100, master)).toEqual([]);
  });

  it("a second MASTER by one advert of one that is not believed, though ours keep it from speaking more", () => {
    const master = [{ ...own, masterSinceMs: 1200 }];
    const other = { ...advert, authentication: { type: "password", data: new Uint8Array(8) } } as const;
    const observation = hearing([{ advert: other, atMs: [5000] }], master);
    const both = ["not-believed 192.0.2.2 password", "second-master 192.0.2.1 192.0.2.2"];
    expect(found(observation, 5600, master)).toEqual(both);
    expect(found(observation, 15_000, master)).toEqual(both);
    expect(found(observation, 16_100, master)).toEqual([]);
  });

  it("another interval of version 3, which is believed", () => {
    const three: OwnRouter = {
      ...own,
      expectation: { version: 3, virtualRouterId: 51, addresses: ["192.0.2.15"] },
    };
    const slow: Advertisement = {
      version: 3,
      virtualRouterId: 51,
      priority: 100,
      addresses: ["192.0.2.15"],
      advertIntervalCs: 300,
      reserved: 0,
      checksumRule: "pseudo-header",
    };
    const observation = hearing([{ advert: slow, atMs: [0] }], [three]);
    expect(found(observation, 500, [three])).toEqual(["other-interval 192.0.2.2"]);
  });

  it("nothing more about one that took its leave or fell silent", () => {
    const stranger = { source: "192.0.2.9", atMs: [0] };
    expect(found(hearing([stranger]), 3900)).toHaveLength(1);
    expect(found(hearing([stranger]), 4100)).toEqual([]);
    expect(found(hearing([{ ...stranger, advert: { ...advert, priority: 0 } }]), 100)).toEqual([]);
  });

  it("broken packets, counted by sender and reason", () => {
    const decoded = { kind: "refused", refusal: refusal("checksum") } as const;
    const heard = { atMs: 0, link: "eth0", source: "192.0.2.9", decoded };
    const observation = hear(hear(nothingHeard, heard, []), { ...heard, atMs: 10 }, []);
    expect(observation.refused).toMatchObject([{ packets: 2, lastHeardMs: 10 }]);
    expect(found(observation, 100)).toEqual(["refused-packets 192.0.2.9 checksum"]);
  });

  it("one broken packet is an accident, and nothing is found", () => {
    const heard = { atMs: 0, link: "eth0", source: "192.0.2.9" };
    const decoded = { kind: "refused", refusal: refusal("checksum") } as const;
    expect(found(hear(nothingHeard, { ...heard, decoded }, []), 100)).toEqual([]);
  });

  it("an IPv6 virtual router apart from the IPv4 one of the same id", () => {
    const six = { ...advert, addresses: ["2001:db8::15"] };
    const observation = hearing([{ atMs: [0] }, { source: "fe80::9", advert: six, atMs: [0] }]);
    expect(found(observation, 500)).toEqual(["unknown-virtual-router fe80::9"]);
    expect(observation.speakers.map(({ instance }) => instance)).toEqual(["VI_1", undefined]);
  });

  it("no password is wrong where it cannot be compared, but a missing one is", () => {
    const { expectation } = own;
    if (expectation.version !== 2) throw new Error("version 2 alone has passwords");
    const unread = [{ ...own, expectation: { ...expectation, passwordData: "not-known" } as const }];
    expect(found(hearing([{ atMs: [0] }], unread), 500, unread)).toEqual([]);
    const open: Advertisement = { ...advert, authentication: { type: "none", data: new Uint8Array(8) } };
    expect(found(hearing([{ advert: open, atMs: [0] }], unread), 500, unread)).toEqual([
      "not-believed 192.0.2.2 other-authentication",
    ]);
  });
});

const flood = (count: number, virtualRouterId: number): Sent[] =>
  Array.from({ length: count }, (_, index) => ({
    source: `10.0.${index >> 8}.${index & 255}`,
    advert: { ...advert, virtualRouterId },
    atMs: [index],
  }));

describe("what is remembered", () => {
  it("is bounded, and who speaks for our own virtual router stays in a flood of others", () => {
    const observation = hearing([{ atMs: [0] }, ...flood(3000, 99)]);
    expect(observation.speakers).toHaveLength(2048);
    expect(observation.dropped).toBe(953);
    expect(observation.speakers).toContainEqual(expect.objectContaining({ source: "192.0.2.2" }));
  });

  it("has room for a newcomer after a flood for our own virtual router", () => {
    const observation = hearing([...flood(3000, 51), { source: "192.0.2.9", atMs: [5000] }]);
    expect(observation.speakers).toHaveLength(2048);
    expect(observation.speakers.at(-1)).toMatchObject({ source: "192.0.2.9" });
  });

  it("keeps a peer that is believed, however long a flood of others keeps it silent", () => {
    const other = flood(3000, 51).map((each) => ({
      ...each,
      advert: { ...advert, authentication: { type: "none" as const, data: new Uint8Array(8) } },
    }));
    const observation = hearing([{ atMs: [0] }, ...other]);
    expect(observation.speakers).toHaveLength(2048);
    expect(observation.speakers).toContainEqual(expect.objectContaining({ source: "192.0.2.2" }));
  });

  it("ends with the time given, and with the link", () => {
    const observation = hearing([{ atMs: [0] }, { source: "192.0.2.9", atMs: [5000] }]);
    const left = (nowMs: number, link: string) =>
      forget(observation, { nowMs, keptMs: 10_000, links: new Set([link]) }).speakers.map(
        ({ source }) => source,
      );
    expect(left(10_000, "eth0")).toEqual(["192.0.2.2", "192.0.2.9"]);
    expect(left(12_000, "eth0")).toEqual(["192.0.2.9"]);
    expect(left(10_000, "eth1")).toEqual([]);
  });
});

describe("a flood of made-up senders for our own virtual router", () => {
  it("is judged in a time that grows with their number, not with its square", () => {
    // Each once, with an interval that lets it count as speaking for two minutes: nobody is anybody's rival.
    const hearers = [{ ...own, expectation: { ...own.expectation, advertIntervalS: 40 } }];
    const sent = flood(2048, 51).map((each) => ({ ...each, advert: { ...advert, advertIntervalS: 40 } }));
    const all = hearing(sent, hearers);
    const few = { ...all, speakers: all.speakers.slice(0, 256) };
    const costOf = (observation: Observation): number => {
      const costs = Array.from({ length: 9 }, () => {
        const startMs = performance.now();
        expect(found(observation, 4_000, hearers).some((each) => each.startsWith("second-master"))).toBe(
          false,
        );
        return performance.now() - startMs;
      });
      return Math.min(...costs);
    };
    costOf(few);
    expect(costOf(all)).toBeLessThan(24 * costOf(few));
  });

  it("names as rivals whoever meets another, as each pair says", () => {
    const claim = fc.record({ since: fc.integer({ min: 38, max: 50 }), steps: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 8 }), (claims) => {
        const at = (count: number): number => count * 250;
        const observation = hearing(
          claims.map(({ since, steps }, index) => ({
            source: `192.0.2.${100 + index}`,
            atMs: Array.from({ length: steps + 1 }, (_, step) => at(since + step)),
          })),
        );
        const nowMs = at(62);
        const speaking = observation.speakers.filter((each) => isSpeaking(each, nowMs));
        const meet = (a: (typeof speaking)[number], b: (typeof speaking)[number]): boolean =>
          [a, b].every(
            ({ lastHeardMs }) => lastHeardMs >= Math.max(a.speakingSinceMs, b.speakingSinceMs) + 500,
          );
        const rivals = speaking.filter((each) =>
          speaking.some((other) => other !== each && meet(each, other)),
        );
        const said = findingsOf(observation, { nowMs, own: [own] }).find(
          ({ code }) => code === "second-master",
        );
        expect(said?.sources ?? []).toEqual(rivals.map(({ source }) => source));
      }),
    );
  });
});
