import { describe, expect, it } from "vitest";
import { healthyState } from "../fleet/sample-fleet.ts";
import { applyDirectorChange, changeFor, laterSections } from "./change.ts";
import type { HeardSpeaker, Speakers } from "./speakers.ts";
import { directorStateSchema, sectionNames } from "./state.ts";

const speaker: HeardSpeaker = {
  link: "eth0",
  virtualRouterId: 51,
  instance: "VI_1",
  source: "192.0.2.12",
  version: 2,
  priority: 150,
  advertIntervalMs: 1000,
  addresses: ["192.0.2.1"],
  addressCount: 1,
  authentication: "password",
  isSpeaking: true,
  firstHeardMs: 1,
  speakingSinceMs: 1,
  lastHeardMs: 1,
  adverts: 1,
};
const wire: Speakers = { links: ["eth0"], deaf: [], speakers: [speaker], omitted: 0, findings: [] };
const state = healthyState(true, { speakers: wire });

describe("who speaks VRRP, in a director's state", () => {
  it("is not known of an agent from before it listened, and all else is as it was", () => {
    const { speakers: _speakers, ...older } = state;
    expect(directorStateSchema.parse(older)).toEqual({
      ...state,
      speakers: { status: "unknown", atMs: 0, reason: expect.stringContaining("does not listen") },
    });
  });

  it("takes newer counts of those it knows, and no others", () => {
    const counted = { link: "eth0", virtualRouterId: 51, source: "192.0.2.12", lastHeardMs: 9, adverts: 4 };
    const stranger = { ...counted, source: "192.0.2.99" };
    const next = applyDirectorChange(state, { kind: "adverts", atMs: 10, counts: [counted, stranger] });
    expect(next.speakers).toEqual({
      status: "known",
      atMs: 10,
      value: { ...wire, speakers: [{ ...speaker, lastHeardMs: 9, adverts: 4 }] },
    });
    const unknown = { ...state, speakers: { status: "unknown", atMs: 1, reason: "" } as const };
    expect(applyDirectorChange(unknown, { kind: "adverts", atMs: 10, counts: [counted] })).toBe(unknown);
  });

  it("is said only to a console that names it", () => {
    const whole = { kind: "speakers", fact: state.speakers } as const;
    const beat = { kind: "beat", atMs: 1, sections: [...sectionNames] } as const;
    expect(changeFor(whole, [])).toBeUndefined();
    expect(changeFor({ kind: "adverts", atMs: 1, counts: [] }, [])).toBeUndefined();
    expect(changeFor({ ...beat, sections: ["vrrp", "speakers"] }, [])).toMatchObject({ sections: ["vrrp"] });
    expect(changeFor(whole, laterSections)).toBe(whole);
    expect(changeFor({ ...beat, sections: [...sectionNames] }, laterSections)).toEqual(beat);
  });
});
