import { effectivePriority } from "./election.ts";
import type { InstanceConfig, TrackerReport, TrackerUse } from "./machine-model.ts";

/** What a tracker does to an instance: FAULT, or an amount added to its priority. */
export type Contribution = "fault" | number;

/** Bounds of what one track_file may add; the lower one means FAULT (keepalived.conf(5), "track_file"). */
const faultAmount = -254;
const greatestAmount = 253;

const ofState = (use: TrackerUse, isUp: boolean): Contribution => {
  if (use.weight === 0) return isUp === use.isReversed ? "fault" : 0;
  const weight = use.isReversed ? -use.weight : use.weight;
  if (isUp) return Math.max(0, weight);
  return Math.min(0, weight);
};

const ofValue = (use: TrackerUse, value: number): Contribution => {
  if (use.weight === 0) return (value !== 0) === use.isReversed ? 0 : "fault";
  const amount = value * use.weight * (use.isReversed ? -1 : 1);
  return amount <= faultAmount ? "fault" : Math.min(greatestAmount, amount);
};

/**
 * What a report does to an instance. Without one nothing is added and nothing is at fault: an unknown tracker is not a bad one
 * (keepalived itself waits in INIT for scripts; the caller reports before it starts the router).
 */
export const contributionOf = (use: TrackerUse, report: TrackerReport | undefined): Contribution => {
  if (report === undefined) return 0;
  return report.kind === "state" ? ofState(use, report.isUp) : ofValue(use, report.value);
};

/**
 * Those of an instance's trackers that keepalived heeds. A member of a sync group, and an owner, must not be moved by weights: scripts
 * and BFD with one are dropped, a file's default weight of 1 becomes 0 (so that any number but 0 is a FAULT) and a file with
 * another is dropped; an interface's becomes 0 in a group, an owner drops it (keepalived 2.2 vrrp_complete_instance).
 */
export const heededTrackers = (
  trackers: readonly TrackerUse[],
  weightless: "group" | "owner" | undefined,
): readonly TrackerUse[] => {
  if (weightless === undefined) return trackers;
  return trackers.flatMap((use) => {
    if (use.weight === 0) return [use];
    const isKept =
      use.kind === "file" ? use.weight === 1 : use.kind === "interface" && weightless === "group";
    if (use.kind === "process") return [use];
    return isKept ? [{ ...use, weight: 0 }] : [];
  });
};

export type Tracking = { readonly faults: number; readonly effectivePriority: number };

/** Faults and effective priority of an instance under all reports. `basePriority` may differ from the configured one. */
export const trackingOf = (
  config: InstanceConfig,
  basePriority: number,
  reports: Readonly<Record<string, TrackerReport>>,
): Tracking => {
  const all = config.trackers.map((use) => contributionOf(use, reports[use.tracker]));
  const sum = all.reduce<number>((total, each) => total + (each === "fault" ? 0 : each), 0);
  return {
    faults: all.filter((each) => each === "fault").length,
    effectivePriority: effectivePriority(basePriority, sum),
  };
};
