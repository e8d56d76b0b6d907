import { describe, expect, it } from "vitest";
import type { DriftItem } from "../drift/drift.ts";
import type { DirectorState } from "../director/state.ts";
import {
  followFindings,
  openAtMost,
  openOf,
  type FindingNews,
  type OpenFindings,
} from "./follow-findings.ts";
import type { Fleet } from "./model.ts";
import { sampleNowMs } from "./sample-fleet.ts";
import { addressOf, finding, outsider, pair, speaker, wire } from "./wire.fixture.ts";

/** The record of what is wrong for a time: one beginning, one end, and no end that nobody saw. */

/** Looks at one fleet after the other, a second apart; each is as fresh as the first. */
const follow = (fleets: readonly Fleet[], open: OpenFindings = new Map()) => {
  const news: FindingNews[] = [];
  for (const [index, fleet] of fleets.entries()) {
    const nowMs = sampleNowMs + index * 1_000;
    const next = followFindings(open, later(fleet, index * 1_000), nowMs);
    open = next.open;
    news.push(...next.news);
  }
  return { open, news, kinds: news.map(({ event }) => event.kind) };
};

/** The same said so much later. */
const later = (fleet: Fleet, ms: number): Fleet => ({
  ...fleet,
  nowMs: fleet.nowMs + ms,
  directors: fleet.directors.map((director) => ({
    ...director,
    ...(director.heardAtMs === undefined ? {} : { heardAtMs: director.heardAtMs + ms }),
    ...(director.state === undefined ? {} : { state: laterState(director.state, ms) }),
  })),
});

const laterState = (state: DirectorState, ms: number): DirectorState => ({
  ...state,
  speakers: { ...state.speakers, atMs: state.speakers.atMs + ms },
  drift: { ...state.drift, atMs: state.drift.atMs + ms },
});

const withState = (
  fleet: Fleet,
  index: number,
  change: (state: DirectorState) => Partial<DirectorState>,
): Fleet => ({
  ...fleet,
  directors: fleet.directors.map((director, at) =>
    at === index && director.state !== undefined
      ? { ...director, state: { ...director.state, ...change(director.state) } }
      : director,
  ),
});

const quiet = pair({});
const strange = pair({ lvs1: wire([speaker(outsider)]) });
const unknown = { status: "unknown" as const, atMs: sampleNowMs, reason: "not asked" };

const weight: DriftItem = {
  kind: "weight",
  service: { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 },
  realServer: { address: "192.0.2.7", port: 80 },
  configured: "100",
  kernel: "3",
  undo: [],
  sinceMs: sampleNowMs,
  isSinceExact: true,
  by: "hand",
};

const drifting = (items: readonly DriftItem[], fleet = quiet): Fleet =>
  withState(fleet, 0, () => ({
    drift: {
      status: "known",
      atMs: sampleNowMs,
      value: { items: [...items], count: items.filter(({ by }) => by !== "console").length },
    },
  }));

describe("the record of findings", () => {
  it("has one beginning and one end, however often the finding is said", () => {
    const { kinds, news, open } = follow([quiet, strange, strange, strange, quiet, quiet]);
    expect(kinds).toEqual(["strangerBegan", "strangerEnded"]);
    expect(news).toMatchObject([
      {
        directorId: "lvs-1",
        event: { atMs: sampleNowMs - 60_000 + 0, subject: `VI_1 51 ${outsider}`, detail: "" },
      },
      { directorId: "lvs-1", event: { atMs: sampleNowMs + 4_000, subject: `VI_1 51 ${outsider}` } },
    ]);
    expect(open.size).toBe(0);
  });

  it("has it once though both directors hear it, and does not end it while one still does", () => {
    const heard = wire([speaker(outsider)]);
    const both = pair({ lvs1: heard, lvs2: heard });
    const second = pair({ lvs2: heard });
    expect(follow([both, both, second, quiet]).kinds).toEqual(["strangerBegan", "strangerEnded"]);
  });

  it("has a second MASTER, adverts that are not believed, another interval and broken packets", () => {
    const lvs2 = wire(
      [
        speaker(addressOf.lvs1, { disagreement: "password" }),
        speaker("192.0.2.13", { version: 3, advertIntervalMs: 3_000, instance: "VI_1" }),
      ],
      [
        finding("second-master", [addressOf.lvs2, addressOf.lvs1]),
        finding("not-believed", [addressOf.lvs1], "password"),
        finding("other-interval", ["192.0.2.13"]),
        finding("refused-packets", ["192.0.2.14"], "checksum"),
      ],
    );
    const { news } = follow([pair({ lvs2 }, { isSplit: true })]);
    const said = news.map(({ event: { detail, kind, subject } }) => [kind, subject, detail].join(": "));
    expect(said).toEqual(
      expect.arrayContaining([
        `secondMasterBegan: VI_1 51 ${addressOf.lvs2} ${addressOf.lvs1}: password`,
        `notBelievedBegan: VI_1 51 ${addressOf.lvs1}: password`,
        "otherIntervalBegan: VI_1 51 192.0.2.13: advert_int 3, 1",
        "refusedPacketsBegan: eth0 192.0.2.14: checksum",
      ]),
    );
  });

  it("has a deaf link once, also where the agent's words for it change, and its end", () => {
    const deaf = (reason: string): Fleet =>
      pair({ lvs2: { ...wire([]), links: [], deaf: [{ link: "eth0", reason }] } });
    expect(follow([deaf("1 was not"), deaf("2 were not"), quiet]).kinds).toEqual(["deafBegan", "deafEnded"]);
  });

  it("has drift from its first difference to its last, and none of the console's own", () => {
    const more = { ...weight, kind: "forwarding" as const };
    const mine = { ...weight, by: "console" as const };
    const { news } = follow([
      drifting([]),
      drifting([mine]),
      drifting([weight, more]),
      drifting([more]),
      drifting([]),
    ]);
    expect(news.map(({ event }) => [event.kind, event.subject, event.detail])).toEqual([
      ["driftBegan", "TCP 192.0.2.1:80 192.0.2.7:80", "weight 100 → 3, +1"],
      ["driftEnded", "TCP 192.0.2.1:80 192.0.2.7:80", "weight 100 → 3, +1"],
    ]);
  });
});

describe("silence is no end", () => {
  it.each([
    ["while the director's facts are old", later(strange, -60_000)],
    ["while what it hears is not known", withState(quiet, 0, () => ({ speakers: unknown }))],
    [
      "while its link is deaf",
      pair({ lvs1: { ...wire([]), links: [], deaf: [{ link: "eth0", reason: "" }] } }),
    ],
    [
      "of a stranger while a fellow's addresses are not known",
      withState(quiet, 1, () => ({ host: unknown })),
    ],
  ])("%s", (_, silent) => {
    const { kinds } = follow([strange, silent, silent]);
    expect(kinds.filter((kind) => kind.startsWith("stranger"))).toEqual(["strangerBegan"]);
    expect(follow([strange, silent, quiet]).kinds).toContain("strangerEnded");
  });

  it("of drift while nothing is compared", () => {
    const stopped = withState(quiet, 0, () => ({ drift: { ...unknown, status: "absent" } }));
    expect(follow([drifting([weight]), stopped]).kinds).toEqual(["driftBegan"]);
    expect(follow([drifting([weight]), stopped, drifting([])]).kinds).toEqual(["driftBegan", "driftEnded"]);
  });
});

describe("a console that takes over the record", () => {
  it("begins nothing again, and ends what another saw begin", () => {
    const first = follow([strange, drifting([weight], strange)]);
    const taken = openOf(first.news);
    expect(taken).toEqual(first.open);
    const next = follow([drifting([weight], strange), drifting([])], taken);
    expect(next.kinds.toSorted()).toEqual(["driftEnded", "strangerEnded"]);
    const ids = [...first.news, ...next.news].map(({ sourceId }) => sourceId.replace(/^\w+ /u, ""));
    expect(new Set(ids).size).toBe(2);
  });

  it("keeps nothing of a director that is registered no more", () => {
    const { open } = follow([strange]);
    const [, second] = quiet.directors;
    const alone = { ...quiet, directors: second === undefined ? [] : [second] };
    expect(followFindings(open, alone, sampleNowMs)).toEqual({ open: new Map(), news: [] });
  });
});

it("a flood of made-up senders fills the record no further than a bound", () => {
  const many = Array.from({ length: 2 * openAtMost }, (_, index) => speaker(`203.0.113.${index}`));
  const { kinds } = follow([pair({ lvs1: wire(many) }), pair({ lvs1: wire(many) })]);
  expect(kinds).toHaveLength(openAtMost);
});

it("a flood of made-up senders hides no finding of another kind", () => {
  const many = Array.from({ length: 2 * openAtMost }, (_, index) => speaker(`203.0.113.${index}`));
  const rivals = [finding("second-master", [addressOf.lvs2, addressOf.lvs1])];
  const { kinds } = follow([pair({ lvs2: wire(many) }), pair({ lvs2: wire(many, rivals) })]);
  expect(kinds.filter((kind) => kind === "secondMasterBegan")).toHaveLength(1);
});

it("a crowd of MASTERs is one finding while it lasts, whoever is in it, and no longer than a line", () => {
  const crowd = (first: number): Fleet => {
    const sources = Array.from(
      { length: 1_000 },
      (_, index) => `10.1.${(first + index) >> 8}.${index & 255}`,
    );
    return pair({ lvs2: wire([], [finding("second-master", [addressOf.lvs2, ...sources])]) });
  };
  const { news } = follow([crowd(0), crowd(256), crowd(512), quiet]);
  const said = news.filter(({ event }) => event.kind.startsWith("secondMaster"));
  expect(said.map(({ event: { kind } }) => kind)).toEqual(["secondMasterBegan", "secondMasterEnded"]);
  // An index of PostgreSQL takes 2,704 bytes of a key: one that is longer would keep every other event out of the record with it.
  for (const { event, sourceId } of said) expect(`${sourceId}${event.subject}`.length).toBeLessThan(500);
});
