import type { Group, Instance, Turn } from "./machine-turn.ts";
import {
  arm,
  forgetPreemptDelay,
  fullDownMs,
  groupOf,
  hold,
  membersOf,
  release,
  report,
  reportGroup,
  send,
} from "./machine-turn.ts";

/** From phase to phase, a sync group's members together. The order of effects is that in which keepalived 2.2 acts. */

const othersOf = (turn: Turn, group: Group, instance: Instance): Instance[] =>
  membersOf(turn, group).filter((member) => member !== instance);

/** A group becomes MASTER only when every member would by itself: rather BACKUP than back and forth. */
const canBecomeMaster = (turn: Turn, instance: Instance): boolean => {
  const group = groupOf(turn, instance);
  if (group === undefined || group.phase === "MASTER") return true;
  return othersOf(turn, group, instance).every((member) => member.wanted === "MASTER");
};

/** Sends an advert; the first one of a MASTER goes before it takes the addresses, so that the old MASTER lets go first. */
export const advertise = (turn: Turn, instance: Instance): void => {
  send(turn, instance);
  if (!instance.holdsAddresses) {
    instance.masterAdvertIntervalMs = instance.config.advertIntervalMs;
    hold(turn, instance);
    report(turn, instance);
  }
};

/** BACKUP → MASTER, or the wait for the other members of its group. */
export const becomeMaster = (turn: Turn, instance: Instance): void => {
  instance.wanted = "MASTER";
  if (!canBecomeMaster(turn, instance)) {
    instance.masterDownMs = fullDownMs(instance);
    arm(turn, instance);
    return;
  }
  instance.phase = "MASTER";
  advertise(turn, instance);
  arm(turn, instance);
};

/** MASTER → BACKUP or FAULT. A FAULT is told by priority 0, so that the peer need not wait. */
export const leaveMaster = (turn: Turn, instance: Instance, to: "BACKUP" | "FAULT"): void => {
  instance.wanted = to;
  if (to === "BACKUP") forgetPreemptDelay(turn, instance);
  release(turn, instance, to === "FAULT");
  instance.phase = to;
  report(turn, instance);
  instance.masterDownMs = fullDownMs(instance);
  arm(turn, instance);
};

/** Between BACKUP and FAULT. */
const settle = (turn: Turn, instance: Instance, to: "BACKUP" | "FAULT"): void => {
  instance.wanted = to;
  instance.phase = to;
  report(turn, instance);
  if (to === "BACKUP") forgetPreemptDelay(turn, instance);
  instance.masterAdvertIntervalMs = instance.config.advertIntervalMs;
  instance.masterDownMs = fullDownMs(instance);
  arm(turn, instance);
};

/** After a member became MASTER: the others with it. */
export const followMaster = (turn: Turn, instance: Instance): void => {
  const group = groupOf(turn, instance);
  if (group === undefined || group.phase === "MASTER" || !canBecomeMaster(turn, instance)) return;
  for (const member of othersOf(turn, group, instance)) {
    if (member.phase !== "MASTER") becomeMaster(turn, member);
  }
  group.phase = "MASTER";
  reportGroup(turn, group);
};

/** After a member became BACKUP: the others with it. */
export const followBackup = (turn: Turn, instance: Instance): void => {
  const group = groupOf(turn, instance);
  if (group === undefined || group.phase === "BACKUP") return;
  for (const member of othersOf(turn, group, instance)) {
    if (member.phase === "MASTER") leaveMaster(turn, member, "BACKUP");
    else if (member.phase !== "BACKUP") settle(turn, member, "BACKUP");
  }
  group.phase = "BACKUP";
  reportGroup(turn, group);
};

const followFault = (turn: Turn, instance: Instance): void => {
  const group = groupOf(turn, instance);
  if (group === undefined || group.phase === "FAULT") return;
  for (const member of othersOf(turn, group, instance)) {
    if (member.phase === "MASTER") leaveMaster(turn, member, "FAULT");
    else if (member.phase !== "FAULT") settle(turn, member, "FAULT");
  }
  group.phase = "FAULT";
  reportGroup(turn, group);
};

/** The first fault of an instance. */
export const goDown = (turn: Turn, instance: Instance): void => {
  if (instance.phase === "MASTER") leaveMaster(turn, instance, "FAULT");
  else if (instance.phase === "FAULT") instance.wanted = "FAULT";
  else settle(turn, instance, "FAULT");
  followFault(turn, instance);
};

/** The last fault of an instance is gone; a group waits for all its members. Whoever comes back, comes back as BACKUP. */
export const comeUp = (turn: Turn, instance: Instance): void => {
  instance.wanted = "BACKUP";
  const group = groupOf(turn, instance);
  if (group !== undefined && membersOf(turn, group).some((member) => member.faults > 0)) return;
  settle(turn, instance, "BACKUP");
  followBackup(turn, instance);
};
