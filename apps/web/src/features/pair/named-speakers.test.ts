import { readHearing } from "@lvs/core/fleet/hearing";
import type { Fleet } from "@lvs/core/fleet/model";
import { addressOf, pair, speaker, wire } from "@lvs/core/fleet/wire.fixture";
import { describe, expect, it } from "vitest";
import { namedSpeakers } from "./named-speakers.ts";

const hearing = (fleet: Fleet) => {
  const [cell] = readHearing(fleet, fleet.directors[0]?.clusterId ?? "", fleet.nowMs)[0]?.cells ?? [];
  return cell?.status === "heard" ? cell.from : [];
};
const said = (fleet: Fleet) => {
  const { more, named } = namedSpeakers(hearing(fleet));
  return [...named.map(({ source }) => source.address), more];
};

describe("who is named as heard", () => {
  it("is everybody, while they are few", () => {
    expect(said(pair({ lvs1: wire([speaker("192.0.2.99"), speaker(addressOf.lvs2)]) }))).toEqual([
      addressOf.lvs2,
      "192.0.2.99",
      0,
    ]);
  });

  it("is the other director in a flood too, then three who speak, and how many more there are", () => {
    const crowd = Array.from({ length: 200 }, (_, index) =>
      speaker(`203.0.113.${index}`, { isSpeaking: index >= 150 }),
    );
    expect(said(pair({ lvs1: wire([...crowd, speaker(addressOf.lvs2, { isSpeaking: false })]) }))).toEqual([
      addressOf.lvs2,
      "203.0.113.150",
      "203.0.113.151",
      "203.0.113.152",
      197,
    ]);
  });
});
