import { describe, expect, it } from "vitest";
import { readHearing } from "./hearing.ts";
import { listInstances } from "./instance-rows.ts";
import type { Fleet } from "./model.ts";
import { sampleNowMs } from "./sample-fleet.ts";
import { readTruth } from "./truth.ts";
import { addressOf, finding, outsider, pair, speaker, wire } from "./wire.fixture.ts";
import { readWire } from "./wire.ts";

const said = (fleet: Fleet, nowMs = sampleNowMs) => readTruth(fleet, nowMs).items.map(({ kind }) => kind);

describe("the wire of a pair", () => {
  it("on which the BACKUP hears the MASTER has nothing wrong", () => {
    expect(readWire(pair({}), sampleNowMs)).toEqual([]);
    expect(said(pair({}))).toEqual([]);
  });

  it("with a BACKUP that became MASTER although the other arrives: something on it drops VRRP", () => {
    const sources = [addressOf.lvs2, addressOf.lvs1];
    const lvs2 = wire([speaker(addressOf.lvs1)], [finding("second-master", sources)]);
    const fleet = pair({ lvs2 }, { isSplit: true });
    expect(readWire(fleet, sampleNowMs)).toMatchObject([
      {
        kind: "secondMaster",
        director: { name: "lvs-2" },
        instance: "VI_1",
        reading: "blockedHere",
        rival: { address: addressOf.lvs1, director: { name: "lvs-1" } },
        sinceMs: sampleNowMs - 5_000,
      },
    ]);
    expect(said(fleet)).toEqual(["splitBrain", "secondMaster"]);
  });

  it("with a MASTER that goes on hearing a lower one: that one does not hear it", () => {
    const lower = speaker(addressOf.lvs2, { priority: 150 });
    const lvs1 = wire([lower], [finding("second-master", [addressOf.lvs1, addressOf.lvs2])]);
    expect(readWire(pair({ lvs1 }), sampleNowMs)).toMatchObject([{ reading: "notHeardThere" }]);
  });

  it("takes the fellow for the rival, whoever else claims to be MASTER", () => {
    const crowd = ["203.0.113.1", "203.0.113.2"];
    const heard = [
      ...crowd.map((source) => speaker(source, { disagreement: "password" })),
      speaker(addressOf.lvs1),
    ];
    const lvs2 = wire(heard, [finding("second-master", [addressOf.lvs2, ...crowd, addressOf.lvs1])]);
    const [item] = readWire(pair({ lvs2 }), sampleNowMs).filter(({ kind }) => kind === "secondMaster");
    expect(item).toMatchObject({ reading: "blockedHere", rival: { director: { name: "lvs-1" } } });
  });

  it("says of a second MASTER that is not believed why, and once though both hear it", () => {
    const sources = [addressOf.lvs1, addressOf.lvs2];
    const hears = (source: string, other: string) =>
      wire(
        [speaker(source, { disagreement: "password" })],
        [finding("second-master", [other, source]), finding("not-believed", [source], "password")],
      );
    const fleet = pair(
      { lvs1: hears(addressOf.lvs2, addressOf.lvs1), lvs2: hears(addressOf.lvs1, addressOf.lvs2) },
      { isSplit: true },
    );
    const items = readWire(fleet, sampleNowMs);
    expect(items.filter(({ kind }) => kind === "secondMaster")).toMatchObject([
      { reading: "refused", reason: "password", sources: sources.map((address) => ({ address })) },
    ]);
    expect(items.filter(({ kind }) => kind === "notBelieved")).toMatchObject([
      { director: { name: "lvs-1" }, source: { director: { name: "lvs-2" } }, reason: "password" },
      { director: { name: "lvs-2" }, source: { director: { name: "lvs-1" } }, reason: "password" },
    ]);
  });

  it("names both intervals where they differ", () => {
    const slow = speaker(addressOf.lvs1, { version: 3, advertIntervalMs: 3_000 });
    const lvs2 = wire([slow], [finding("other-interval", [addressOf.lvs1])]);
    expect(readWire(pair({ lvs2 }), sampleNowMs)).toMatchObject([
      { kind: "otherInterval", theirsMs: 3_000, ownMs: 1_000 },
    ]);
  });

  it("names broken packets and deaf links, and nothing that it does not know", () => {
    const broken = { ...finding("refused-packets", [outsider], "checksum") };
    const deaf = [{ link: "eth0", reason: "the interface is down" }];
    const lvs2 = { ...wire([], [broken, finding("a-later-code", [outsider])]), links: [], deaf };
    expect(readWire(pair({ lvs2 }), sampleNowMs)).toMatchObject([
      { kind: "refusedPackets", source: { address: outsider, director: undefined }, reason: "checksum" },
      { kind: "deaf", link: "eth0", reason: "the interface is down" },
    ]);
  });

  it("is not told from facts that are old", () => {
    const lvs1 = wire([speaker(outsider)]);
    expect(readWire(pair({ lvs1 }), sampleNowMs)).toHaveLength(1);
    expect(readWire(pair({ lvs1 }), sampleNowMs + 5_001)).toEqual([]);
  });
});

describe("a stranger", () => {
  it("is who speaks for our virtual router and is no director of the cluster, once for all who hear it", () => {
    const heard = wire([speaker(outsider)]);
    expect(readWire(pair({ lvs1: heard, lvs2: heard }), sampleNowMs)).toMatchObject([
      {
        kind: "stranger",
        source: { address: outsider, director: undefined },
        reason: undefined,
        mayBePeer: false,
      },
    ]);
  });

  it("that has our VIP is said instead of that nobody has it", () => {
    const fleet = pair({ lvs2: wire([speaker(outsider)]) }, { isMasterLess: true });
    // Two files that both begin as BACKUP differ less than they should.
    expect(said(fleet)).toEqual(["stranger", "pairDiffers"]);
    expect(said(pair({}, { isMasterLess: true }))).toEqual(["noHolder", "pairDiffers"]);
  });

  it("that is not believed is said once, with the reason", () => {
    const refused = speaker(outsider, { disagreement: "address-list" });
    const lvs1 = wire([refused], [finding("not-believed", [outsider], "address-list")]);
    expect(readWire(pair({ lvs1 }), sampleNowMs)).toMatchObject([
      { kind: "stranger", reason: "address-list" },
    ]);
  });

  it("is nobody who speaks for another virtual router, or who fell silent", () => {
    const { instance: _instance, ...foreign } = speaker(outsider, { virtualRouterId: 99 });
    const lvs1 = wire(
      [foreign, speaker(outsider, { isSpeaking: false })],
      [{ ...finding("unknown-virtual-router", [outsider]), virtualRouterId: 99 }],
    );
    expect(readWire(pair({ lvs1 }), sampleNowMs)).toEqual([]);
  });

  it("cannot be told while a director's addresses are not known, but by unicast_peer", () => {
    const heard = wire([speaker(outsider)]);
    const fleet = pair({ lvs1: heard });
    const [first, second] = fleet.directors;
    if (first === undefined || second === undefined) throw new Error("no pair");
    const { state: _state, ...mute } = second;
    const halfKnown = { ...fleet, directors: [first, mute] };
    expect(readWire(halfKnown, sampleNowMs)).toEqual([]);
    const told = pair({ lvs1: wire([speaker(outsider)], [finding("stranger", [outsider])]) });
    const [teller] = told.directors;
    if (teller === undefined) throw new Error("no pair");
    expect(readWire({ ...told, directors: [teller, mute] }, sampleNowMs)).toHaveLength(1);
    expect(readWire({ ...fleet, directors: [first] }, sampleNowMs)).toMatchObject([{ mayBePeer: true }]);
  });

  it("stands in the row of its instance, and makes it one with something wrong", () => {
    const fleet = pair({ lvs1: wire([speaker(outsider)]) });
    const [row] = listInstances(fleet, readTruth(fleet, sampleNowMs), sampleNowMs);
    expect(row?.troubles.map(({ kind }) => kind)).toEqual(["stranger"]);
    expect(row?.outsiders).toEqual([{ address: outsider, priority: 180 }]);
  });
});

describe("who hears whom", () => {
  const verdict = (fleet: Fleet, nowMs = sampleNowMs) => readHearing(fleet, "c1", nowMs)[0]?.verdict;

  it("is the MASTER heard by who waits", () => {
    expect(readHearing(pair({}), "c1", sampleNowMs)).toMatchObject([
      {
        instance: "VI_1",
        virtualRouterId: 51,
        cells: [
          { director: { name: "lvs-1" }, state: "MASTER", status: "heard", from: [] },
          {
            state: "BACKUP",
            from: [{ source: { director: { name: "lvs-1" } }, lastHeardMs: sampleNowMs - 400 }],
          },
        ],
        verdict: { kind: "heard" },
      },
    ]);
  });

  it("is nobody where the MASTER does not arrive, named", () => {
    expect(verdict(pair({ lvs2: wire([]) }))).toMatchObject({ kind: "unheard", by: [{ name: "lvs-2" }] });
  });

  it("is not known of old facts, of a deaf link, or without one MASTER", () => {
    expect(verdict(pair({}), sampleNowMs + 6_000)).toEqual({ kind: "unknown" });
    const deaf = { ...wire([]), links: [], deaf: [{ link: "eth0", reason: "the interface is down" }] };
    expect(verdict(pair({ lvs2: deaf }))).toEqual({ kind: "unknown" });
    expect(verdict(pair({}, { isSplit: true }))).toEqual({ kind: "noMaster" });
  });

  it("takes no state of a director that is not heard for a present one: one MASTER alone and one of old are no two", () => {
    const fleet = pair({}, { isSplit: true });
    const gone = {
      ...fleet,
      directors: fleet.directors.map((each) =>
        each.name === "lvs-1" ? { ...each, heardAtMs: sampleNowMs - 60_000 } : each,
      ),
    };
    expect(verdict(gone)).toEqual({ kind: "unknown" });
    expect(readHearing(gone, "c1", sampleNowMs)[0]?.cells.map(({ state }) => state)).toEqual([
      undefined,
      "MASTER",
    ]);
  });
});
