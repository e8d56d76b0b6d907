import { leavingPriority } from "./election.ts";
import type {
  GroupState,
  InstanceState,
  Phase,
  RouterState,
  TimerName,
  TrackerReport,
  VrrpEffect,
} from "./machine-model.ts";
import { announceAgainMs, masterDownMs } from "./timing.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type Instance = Mutable<InstanceState>;
export type Group = Mutable<GroupState>;

/** One step being taken: copies that may be written, and the effects so far. Never leaves `step`. */
export type Turn = {
  instances: Instance[];
  groups: Group[];
  reports: Readonly<Record<string, TrackerReport>>;
  readonly effects: VrrpEffect[];
};

export const beginTurn = (state: RouterState): Turn => ({
  instances: state.instances.map((instance) => ({ ...instance })),
  groups: state.groups.map((group) => ({ ...group })),
  reports: state.reports,
  effects: [],
});

export const groupOf = (turn: Turn, instance: Instance): Group | undefined =>
  turn.groups.find((group) => group.config.instances.includes(instance.config.name));

export const membersOf = (turn: Turn, group: Group): Instance[] =>
  turn.instances.filter((instance) => group.config.instances.includes(instance.config.name));

/** The full master-down time of an instance as it is now. */
export const fullDownMs = ({ config, effectivePriority, masterAdvertIntervalMs }: Instance): number =>
  masterDownMs(
    { version: config.version, priority: effectivePriority, masterAdvertIntervalMs },
    config.downTimerAdverts,
  );

export const startTimer = (turn: Turn, instance: Instance, timer: { name: TimerName; afterMs: number }) => {
  const { name, afterMs } = timer;
  turn.effects.push({ kind: "startTimer", instance: instance.config.name, timer: name, afterMs });
};

export const cancelTimer = (turn: Turn, instance: Instance, timer: TimerName): void => {
  turn.effects.push({ kind: "cancelTimer", instance: instance.config.name, timer });
};

/** Starts the timer of the phase and ends the other's. */
export const arm = (turn: Turn, instance: Instance): void => {
  const isMaster = instance.phase === "MASTER";
  const isBackup = instance.phase === "BACKUP";
  if (!isMaster) cancelTimer(turn, instance, "advertisement");
  if (!isBackup) cancelTimer(turn, instance, "masterDown");
  if (isMaster) {
    startTimer(turn, instance, { name: "advertisement", afterMs: instance.config.advertIntervalMs });
  }
  if (isBackup) startTimer(turn, instance, { name: "masterDown", afterMs: instance.masterDownMs });
};

export const forgetPreemptDelay = (turn: Turn, instance: Instance): void => {
  if (instance.preemptDelay === "running") cancelTimer(turn, instance, "preemptDelay");
  instance.preemptDelay = "idle";
};

export const send = (turn: Turn, instance: Instance, priority = instance.effectivePriority): void => {
  const { name, advertIntervalMs } = instance.config;
  turn.effects.push({ kind: "sendAdvertisement", instance: name, priority, advertIntervalMs });
};

export const announce = (turn: Turn, instance: Instance): void => {
  turn.effects.push({ kind: "announceAddresses", instance: instance.config.name });
};

/** Takes the addresses and tells the link, now and once more (RFC 9568 section 6.4.2; keepalived.conf(5) garp_master_delay). */
export const hold = (turn: Turn, instance: Instance): void => {
  instance.holdsAddresses = true;
  turn.effects.push({ kind: "holdAddresses", instance: instance.config.name });
  announce(turn, instance);
  startTimer(turn, instance, { name: "announcement", afterMs: announceAgainMs });
};

/** Says that it leaves where asked, then gives the addresses back. */
export const release = (turn: Turn, instance: Instance, isTold: boolean): void => {
  if (isTold) send(turn, instance, leavingPriority);
  if (!instance.holdsAddresses) return;
  instance.holdsAddresses = false;
  cancelTimer(turn, instance, "announcement");
  turn.effects.push({ kind: "releaseAddresses", instance: instance.config.name });
};

type Reported = Extract<VrrpEffect, { kind: "reportState" }>["state"];

/** INIT is never told. */
export const reportedOf = (phase: Phase): Reported | undefined => (phase === "INIT" ? undefined : phase);

export const report = (
  turn: Turn,
  instance: Instance,
  state: Reported | undefined = reportedOf(instance.phase),
) => {
  if (state === undefined) return;
  const { name } = instance.config;
  const priority = instance.effectivePriority;
  turn.effects.push({ kind: "reportState", of: "instance", name, state, priority });
};

export const reportGroup = (turn: Turn, group: Group, state = reportedOf(group.phase)): void => {
  if (state === undefined) return;
  turn.effects.push({ kind: "reportState", of: "group", name: group.config.name, state, priority: 0 });
};
