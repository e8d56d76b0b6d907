import { compareCandidates, leavingPriority, ownerPriority } from "./election.ts";
import type { RouterState, TimerName, TrackerReport, VrrpEffect, VrrpEvent } from "./machine-model.ts";
import { reloadRouter, startRouter, stopRouter } from "./machine-loading.ts";
import {
  advertise,
  becomeMaster,
  comeUp,
  followBackup,
  followMaster,
  goDown,
  leaveMaster,
} from "./machine-transitions.ts";
import type { Instance, Turn } from "./machine-turn.ts";
import {
  announce,
  arm,
  beginTurn,
  forgetPreemptDelay,
  fullDownMs,
  send,
  startTimer,
} from "./machine-turn.ts";
import { skewMs } from "./timing.ts";
import { trackingOf } from "./tracking.ts";

type Heard = Extract<VrrpEvent, { kind: "advertisementReceived" }>;

/** Version 3 learns the MASTER's interval from its adverts (RFC 9568 section 6.4.2). */
const learnInterval = (instance: Instance, heard: Heard): void => {
  if (instance.config.version === 3) instance.masterAdvertIntervalMs = heard.advertIntervalMs;
};

/** Whether a BACKUP waits for an advert's sender although it is itself preferred. */
const mustYield = (instance: Instance, heard: Heard): boolean =>
  !instance.config.canPreempt ||
  heard.priority >= instance.effectivePriority ||
  (instance.config.preemptDelayMs > 0 && instance.preemptDelay !== "elapsed");

const followPreemptDelay = (turn: Turn, instance: Instance, heard: Heard): void => {
  if (instance.config.preemptDelayMs === 0) return;
  if (heard.priority >= instance.effectivePriority) forgetPreemptDelay(turn, instance);
  else if (instance.preemptDelay === "idle") {
    instance.preemptDelay = "running";
    startTimer(turn, instance, { name: "preemptDelay", afterMs: instance.config.preemptDelayMs });
  }
};

/** RFC 9568 section 6.4.2. An advert that is not followed leaves the timer as it runs. */
const hearAsBackup = (turn: Turn, instance: Instance, heard: Heard): void => {
  if (heard.priority === leavingPriority) {
    const { config, effectivePriority: priority, masterAdvertIntervalMs } = instance;
    instance.masterDownMs = skewMs({ version: config.version, priority, masterAdvertIntervalMs });
    arm(turn, instance);
    return;
  }
  if (!mustYield(instance, heard)) return;
  learnInterval(instance, heard);
  instance.masterDownMs = fullDownMs(instance);
  followPreemptDelay(turn, instance, heard);
  instance.wanted = "BACKUP";
  arm(turn, instance);
};

/** RFC 9568 section 6.4.3, and keepalived's answer to a lower one: an advert and the addresses announced again. */
const hearAsMaster = (turn: Turn, instance: Instance, heard: Heard): void => {
  if (heard.priority === leavingPriority) {
    send(turn, instance);
    arm(turn, instance);
    return;
  }
  const { address } = instance.config;
  if (heard.priority === ownerPriority && instance.effectivePriority === ownerPriority) {
    if (heard.source !== address) instance.basePriority = instance.effectivePriority = ownerPriority - 1;
  }
  const ours = { priority: instance.effectivePriority, address };
  const order = compareCandidates({ priority: heard.priority, address: heard.source }, ours);
  if (order > 0) {
    learnInterval(instance, heard);
    leaveMaster(turn, instance, "BACKUP");
    followBackup(turn, instance);
    return;
  }
  if (order < 0) {
    send(turn, instance);
    announce(turn, instance);
  }
  arm(turn, instance);
};

const hear = (turn: Turn, instance: Instance, heard: Heard): void => {
  switch (instance.phase) {
    case "BACKUP":
      return hearAsBackup(turn, instance, heard);
    case "MASTER":
      return hearAsMaster(turn, instance, heard);
    case "INIT":
    case "FAULT":
      return;
  }
};

const expire = (turn: Turn, instance: Instance, timer: TimerName): void => {
  switch (timer) {
    case "masterDown":
      if (instance.phase !== "BACKUP") return;
      becomeMaster(turn, instance);
      if (instance.phase !== "BACKUP") followMaster(turn, instance);
      return;
    case "advertisement":
      if (instance.phase !== "MASTER") return;
      advertise(turn, instance);
      followMaster(turn, instance);
      return arm(turn, instance);
    case "preemptDelay":
      instance.preemptDelay = "elapsed";
      return;
    case "announcement":
      if (instance.holdsAddresses) announce(turn, instance);
      return;
  }
};

/** A changed priority moves a running master-down timer by the change of its length. */
const reweigh = (turn: Turn, instance: Instance, effectivePriority: number): void => {
  if (effectivePriority === instance.effectivePriority) return;
  const before = instance.masterDownMs;
  instance.effectivePriority = effectivePriority;
  instance.masterDownMs = fullDownMs(instance);
  if (instance.phase !== "BACKUP") return;
  const byMs = instance.masterDownMs - before;
  turn.effects.push({ kind: "shiftTimer", instance: instance.config.name, timer: "masterDown", byMs });
};

/** One instance after the other, as keepalived counts: a group comes up with its last member. */
const heed = (turn: Turn, tracker: string, found: TrackerReport): void => {
  turn.reports = { ...turn.reports, [tracker]: found };
  for (const instance of turn.instances) {
    if (!instance.config.trackers.some((use) => use.tracker === tracker)) continue;
    const before = instance.faults;
    const { faults, effectivePriority } = trackingOf(instance.config, instance.basePriority, turn.reports);
    instance.faults = faults;
    reweigh(turn, instance, effectivePriority);
    if (before === 0 && faults > 0) goDown(turn, instance);
    if (before > 0 && faults === 0) comeUp(turn, instance);
  }
};

const take = (turn: Turn, event: VrrpEvent): void => {
  switch (event.kind) {
    case "routerStarted":
      return startRouter(turn, event.config);
    case "routerStopped":
      return stopRouter(turn);
    case "configurationReloaded":
      return reloadRouter(turn, event.config);
    case "trackerReported":
      return heed(turn, event.tracker, event.report);
    case "advertisementReceived":
    case "advertisementRefused":
    case "timerExpired":
      for (const instance of turn.instances) {
        if (instance.config.name !== event.instance) continue;
        if (event.kind === "timerExpired") expire(turn, instance, event.timer);
        else if (event.kind === "advertisementReceived") hear(turn, instance, event);
        else if (instance.phase === "MASTER") arm(turn, instance);
      }
  }
};

/** What a step leaves behind and what is to be done, in order. */
export type Step = { readonly state: RouterState; readonly effects: readonly VrrpEffect[] };

/**
 * One event in the life of a director's VRRP (RFC 3768, 5798 and 9568 section 6.4, with keepalived 2.2's own rules). Deterministic and
 * without a clock: time comes in as `timerExpired` and goes out as timers to start. An event of an unknown instance does nothing.
 */
export const step = (state: RouterState, event: VrrpEvent): Step => {
  const turn = beginTurn(state);
  take(turn, event);
  const { instances, groups, reports, effects } = turn;
  return { state: { instances, groups, reports }, effects };
};
