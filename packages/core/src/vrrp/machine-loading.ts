import { ownerPriority } from "./election.ts";
import type { GroupConfig, InstanceConfig, RouterConfig } from "./machine-model.ts";
import { advertise } from "./machine-transitions.ts";
import type { Group, Instance, Turn } from "./machine-turn.ts";
import {
  arm,
  cancelTimer,
  fullDownMs,
  groupOf,
  membersOf,
  release,
  report,
  reportGroup,
  send,
} from "./machine-turn.ts";
import { heededTrackers, trackingOf } from "./tracking.ts";

/** How keepalived begins, is told a new file, and ends. */

/** nopreempt and preempt_delay do not go with `state MASTER`, nor nopreempt with an owner or a delay (keepalived.conf(5)). */
const withoutContradictions = (config: InstanceConfig): InstanceConfig => {
  const canPreempt = config.canPreempt || config.startsAsMaster || config.priority === ownerPriority;
  const preemptDelayMs = config.startsAsMaster || !canPreempt ? 0 : config.preemptDelayMs;
  return { ...config, canPreempt, preemptDelayMs };
};

const withHeededTrackers = (config: InstanceConfig, groups: readonly GroupConfig[]): InstanceConfig => {
  const group = groups.find(({ instances }) => instances.includes(config.name));
  const isHeld = group !== undefined && !group.usesTrackerWeights;
  const owner = config.priority === ownerPriority ? "owner" : undefined;
  return { ...config, trackers: heededTrackers(config.trackers, isHeld ? "group" : owner) };
};

const newInstance = (given: InstanceConfig, turn: Turn): Instance => {
  const config = withoutContradictions(given);
  const instance: Instance = {
    config,
    phase: "INIT",
    wanted: config.startsAsMaster ? "MASTER" : "BACKUP",
    basePriority: config.priority,
    ...trackingOf(config, config.priority, turn.reports),
    masterAdvertIntervalMs: config.advertIntervalMs,
    masterDownMs: 0,
    preemptDelay: "idle",
    holdsAddresses: false,
  };
  instance.masterDownMs = fullDownMs(instance);
  return instance;
};

const isOwnerAtOnce = (instance: Instance): boolean =>
  instance.wanted === "MASTER" && instance.basePriority === ownerPriority;

/** A group begins as MASTER only when all members are owners; one fault is everybody's. */
const prepareGroup = (turn: Turn, group: Group): void => {
  const members = membersOf(turn, group);
  group.phase = members.every(isOwnerAtOnce) ? "MASTER" : "BACKUP";
  if (group.phase === "BACKUP") {
    for (const member of members) member.wanted = "BACKUP";
  }
  if (members.some((member) => member.faults > 0)) group.phase = "FAULT";
};

const isHeldDown = (turn: Turn, instance: Instance): boolean =>
  instance.faults > 0 || groupOf(turn, instance)?.phase === "FAULT";

const load = (turn: Turn, config: RouterConfig): void => {
  turn.instances = config.instances.map((each) => newInstance(withHeededTrackers(each, config.groups), turn));
  turn.groups = config.groups.map((each) => ({ config: each, phase: "INIT" }));
  for (const group of turn.groups) prepareGroup(turn, group);
};

/** Where an instance without a past begins. */
const begin = (turn: Turn, instance: Instance): void => {
  const phase = groupOf(turn, instance)?.phase ?? instance.wanted;
  if (isHeldDown(turn, instance)) return;
  instance.phase = "BACKUP";
  if (phase === "MASTER" && isOwnerAtOnce(instance)) instance.masterDownMs = 0;
  else report(turn, instance);
  arm(turn, instance);
};

const beginFault = (turn: Turn, instance: Instance, isKnown: boolean): void => {
  instance.phase = "FAULT";
  instance.wanted = "FAULT";
  if (!isKnown) report(turn, instance);
};

export const startRouter = (turn: Turn, config: RouterConfig): void => {
  load(turn, config);
  for (const instance of turn.instances) {
    if (isHeldDown(turn, instance)) beginFault(turn, instance, false);
  }
  for (const group of turn.groups) {
    if (group.phase !== "MASTER") reportGroup(turn, group);
  }
  for (const instance of turn.instances) begin(turn, instance);
};

/** A new file: states are kept, delays and what was learnt of the MASTER are not, and a MASTER speaks at once, before and after. */
export const reloadRouter = (turn: Turn, config: RouterConfig): void => {
  const { instances: past, groups: pastGroups } = turn;
  for (const instance of past) {
    if (instance.phase === "MASTER") send(turn, instance);
  }
  load(turn, config);
  const pastOf = ({ config: { name } }: Instance): Instance | undefined =>
    past.find((each) => each.config.name === name);
  for (const instance of turn.instances) inherit(turn, instance, pastOf(instance));
  for (const gone of past) {
    if (!turn.instances.some(({ config: { name } }) => name === gone.config.name)) remove(turn, gone);
  }
  for (const group of turn.groups) {
    const isMaster = membersOf(turn, group).every(({ phase }) => phase === "MASTER");
    if (isMaster) group.phase = "MASTER";
    const before = pastGroups.find(({ config: { name } }) => name === group.config.name);
    if (before?.phase !== group.phase) reportGroup(turn, group);
  }
  for (const instance of turn.instances) resume(turn, instance);
};

const inherit = (turn: Turn, instance: Instance, past: Instance | undefined): void => {
  instance.holdsAddresses = past?.holdsAddresses ?? false;
  if (past?.preemptDelay === "running") cancelTimer(turn, instance, "preemptDelay");
  if (isHeldDown(turn, instance)) beginFault(turn, instance, past?.phase === "FAULT");
  else if (past !== undefined && past.phase !== "FAULT") {
    instance.phase = past.phase;
    if (past.phase !== "INIT") instance.wanted = past.phase;
  }
};

const remove = (turn: Turn, gone: Instance): void => {
  release(turn, gone, gone.phase === "MASTER");
  for (const timer of ["advertisement", "masterDown", "preemptDelay"] as const) {
    cancelTimer(turn, gone, timer);
  }
  report(turn, gone, gone.phase === "FAULT" ? "FAULT" : "DELETED");
};

/** A group whose members are not all MASTER holds the others back. */
const resume = (turn: Turn, instance: Instance): void => {
  const group = groupOf(turn, instance);
  const isMaster = instance.phase === "MASTER" && (group === undefined || group.phase === "MASTER");
  if (isMaster) {
    advertise(turn, instance);
    arm(turn, instance);
    return;
  }
  release(turn, instance, false);
  if (instance.phase === "BACKUP" || instance.phase === "FAULT") arm(turn, instance);
  else begin(turn, instance);
};

/** Every MASTER says that it leaves. */
export const stopRouter = (turn: Turn): void => {
  for (const instance of turn.instances) {
    if (instance.phase === "MASTER") release(turn, instance, true);
    for (const timer of ["advertisement", "masterDown", "preemptDelay"] as const) {
      cancelTimer(turn, instance, timer);
    }
  }
  for (const instance of turn.instances) report(turn, instance, "STOP");
  for (const group of turn.groups) reportGroup(turn, group, "STOP");
  turn.instances = [];
  turn.groups = [];
};
