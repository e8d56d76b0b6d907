import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import type { GlyphName, Tone } from "@/ui/glyph.tsx";

/** The events of the record by what they are about, and how each is marked. Total by type: an event without a place does not compile. */

export const groups = ["vrrp", "wire", "realServers", "table", "director"] as const;
export type Group = (typeof groups)[number];

interface Look {
  readonly group: Group;
  readonly glyph: GlyphName;
  readonly tone: Tone;
}

const began = (group: Group, tone: "down" | "warn" | "stale" = "warn"): Look => ({
  group,
  glyph: tone === "down" ? "crit" : tone === "warn" ? "warn" : "unknown",
  tone,
});
const ended = (group: Group): Look => ({ group, glyph: "done", tone: "ok" });
const plain = (group: Group): Look => ({ group, glyph: "off", tone: "quiet" });

export const looks: Readonly<Record<FleetEvent["kind"], Look>> = {
  vrrpTransition: plain("vrrp"),
  addressAdded: plain("vrrp"),
  addressRemoved: plain("vrrp"),
  secondMasterBegan: began("wire", "down"),
  secondMasterEnded: ended("wire"),
  strangerBegan: began("wire", "down"),
  strangerEnded: ended("wire"),
  notBelievedBegan: began("wire", "down"),
  notBelievedEnded: ended("wire"),
  otherIntervalBegan: began("wire"),
  otherIntervalEnded: ended("wire"),
  refusedPacketsBegan: began("wire"),
  refusedPacketsEnded: ended("wire"),
  deafBegan: began("wire", "stale"),
  deafEnded: ended("wire"),
  realServerUp: ended("realServers"),
  realServerDown: { group: "realServers", glyph: "down", tone: "down" },
  serviceUp: ended("realServers"),
  serviceDown: { group: "realServers", glyph: "down", tone: "down" },
  tableChangedByHand: began("table"),
  driftBegan: began("table"),
  driftEnded: ended("table"),
  daemonStarted: { group: "director", glyph: "run", tone: "plain" },
  daemonStopped: { group: "director", glyph: "pause", tone: "warn" },
  configChanged: plain("director"),
  configReverted: { group: "director", glyph: "back", tone: "warn" },
  agentStarted: { group: "director", glyph: "run", tone: "plain" },
};

/** The kinds of one group, for the question to the server. */
export const kindsOf = (group: Group): FleetEvent["kind"][] => {
  const kinds: FleetEvent["kind"][] = [];
  let kind: FleetEvent["kind"];
  for (kind in looks) if (looks[kind].group === group) kinds.push(kind);
  return kinds;
};
