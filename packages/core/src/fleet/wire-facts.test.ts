import { describe, expect, it } from "vitest";
import type { Fact } from "../director/fact.ts";
import { factsOfFleet } from "./facts-of-fleet.ts";
import type { Fleet } from "./model.ts";
import { sampleNowMs } from "./sample-fleet.ts";
import { addressOf, finding, outsider, pair, speaker, wire } from "./wire.fixture.ts";

/** What a run asks of the wire: who disputes an instance, and where nobody can tell. */

const wireOf = (fleet: Fleet, nowMs = sampleNowMs) => factsOfFleet(fleet, "c1", nowMs).wire;

const unknown: Extract<Fact<never>, { status: "unknown" }> = {
  status: "unknown",
  atMs: sampleNowMs,
  reason: "Operation not permitted",
};

/** The second director with some of its facts not known. */
const withSecond = (
  fleet: Fleet,
  change: Partial<NonNullable<Fleet["directors"][number]["state"]>>,
): Fleet => ({
  ...fleet,
  directors: fleet.directors.map((director, index) =>
    index === 1 && director.state !== undefined
      ? { ...director, state: { ...director.state, ...change } }
      : director,
  ),
});

describe("the wire of a cluster, for its runs", () => {
  it("is quiet and wholly heard where the BACKUP hears the MASTER and nobody else", () => {
    expect(wireOf(pair({}))).toEqual({ disputes: [], unheard: [] });
  });

  it("names a stranger once, by its address, with who hears it where", () => {
    const heard = wire([speaker(outsider)]);
    expect(wireOf(pair({ lvs1: heard, lvs2: heard })).disputes).toEqual([
      {
        kind: "stranger",
        instance: "VI_1",
        virtualRouterId: 51,
        director: "lvs-1",
        link: "eth0",
        sources: [outsider],
        reason: undefined,
      },
    ]);
  });

  it("names both of two MASTERs, and the rule by which one refuses the other", () => {
    const sources = [addressOf.lvs2, addressOf.lvs1];
    const lvs2 = wire(
      [speaker(addressOf.lvs1, { disagreement: "password" })],
      [finding("second-master", sources), finding("not-believed", [addressOf.lvs1], "password")],
    );
    const named = [`lvs-2 (${addressOf.lvs2})`, `lvs-1 (${addressOf.lvs1})`];
    expect(wireOf(pair({ lvs2 }, { isSplit: true })).disputes).toMatchObject([
      { kind: "secondMaster", director: "lvs-2", sources: named, reason: "password" },
      { kind: "notBelieved", director: "lvs-2", sources: named.slice(1), reason: "password" },
    ]);
  });

  it("names a differing interval, and nothing of broken packets, which belong to no instance", () => {
    const slow = speaker(addressOf.lvs1, { version: 3, advertIntervalMs: 3_000 });
    const broken = finding("refused-packets", [outsider], "checksum");
    const lvs2 = wire([slow], [finding("other-interval", [addressOf.lvs1]), broken]);
    expect(wireOf(pair({ lvs2 })).disputes.map(({ kind }) => kind)).toEqual(["otherInterval"]);
  });

  it("is another cluster's where another is asked for", () => {
    const fleet = pair({ lvs1: wire([speaker(outsider)]) });
    expect(factsOfFleet(fleet, "c2", sampleNowMs).wire).toEqual({ disputes: [], unheard: [] });
  });

  it("is not known where a link is deaf, with the agent's own words", () => {
    const deaf = { ...wire([]), links: [], deaf: [{ link: "eth0", reason: "Operation not permitted" }] };
    const unheard = [
      { instance: "VI_1", director: "lvs-2", link: "eth0", reason: "Operation not permitted" },
    ];
    expect(wireOf(pair({ lvs2: deaf }))).toEqual({ disputes: [], unheard });
    // Heard, but not in full.
    expect(wireOf(pair({ lvs2: { ...deaf, links: ["eth0"] } })).unheard).toEqual(unheard);
    expect(wireOf(pair({ lvs2: { ...wire([]), links: ["eth1"] } })).unheard).toMatchObject([
      { link: "eth0", reason: "" },
    ]);
  });

  it("is not known where an agent does not say, says old things, or does not know its own addresses", () => {
    const unheard = [
      { instance: "VI_1", director: "lvs-2", link: undefined, reason: "Operation not permitted" },
    ];
    expect(wireOf(withSecond(pair({}), { speakers: unknown })).unheard).toEqual(unheard);
    expect(wireOf(withSecond(pair({}), { host: unknown })).unheard).toEqual(unheard);
    expect(wireOf(pair({}), sampleNowMs + 5_001).unheard.map(({ director }) => director)).toEqual([
      "lvs-1",
      "lvs-2",
    ]);
  });
});
