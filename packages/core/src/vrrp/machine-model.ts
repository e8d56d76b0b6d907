import type { Address } from "../net/address.ts";
import type { VrrpVersion } from "./timing.ts";

/** Something that raises or lowers a priority, or puts an instance into FAULT (keepalived's track_* blocks). */
export type TrackerUse = {
  readonly kind: "interface" | "script" | "file" | "process" | "bfd";
  readonly tracker: string;
  /** -254 to 254; 0: a bad report is a FAULT. */
  readonly weight: number;
  readonly isReversed: boolean;
};

/** What a tracker found: interfaces, scripts, processes and BFD are up or down, a track_file holds a number. */
export type TrackerReport =
  | { readonly kind: "state"; readonly isUp: boolean }
  | { readonly kind: "value"; readonly value: number };

/** One vrrp_instance, as far as the election goes. Everything keepalived defaults is filled in. */
export type InstanceConfig = {
  readonly name: string;
  readonly virtualRouterId: number;
  /** Where it speaks: instances hear each other when link and id are the same. */
  readonly link: string;
  /** The primary address, which decides between equal priorities. */
  readonly address: Address;
  /** Those it advertises. A peer with another list is not believed. */
  readonly addresses: readonly Address[];
  readonly version: VrrpVersion;
  /** 1 to 255; 255 owns the addresses. */
  readonly priority: number;
  /** `state MASTER`: makes an owner MASTER at once, and forbids nopreempt and preempt_delay. */
  readonly startsAsMaster: boolean;
  readonly advertIntervalMs: number;
  /** Adverts that may be missed: 3, unless down_timer_adverts says otherwise. */
  readonly downTimerAdverts: number;
  readonly canPreempt: boolean;
  readonly preemptDelayMs: number;
  /** Its own, its sync group's and, weight 0, its interface's. */
  readonly trackers: readonly TrackerUse[];
};

export type GroupConfig = {
  readonly name: string;
  readonly instances: readonly string[];
  /** sync_group_tracking_weight: without it members must not drift apart by weights, see `heededTrackers`. */
  readonly usesTrackerWeights: boolean;
};

/** All that one director's keepalived runs. */
export type RouterConfig = {
  readonly instances: readonly InstanceConfig[];
  readonly groups: readonly GroupConfig[];
};

/** As the protocol and keepalived's notifications write them. */
export type Phase = "INIT" | "BACKUP" | "MASTER" | "FAULT";
export type ReportedState = "BACKUP" | "MASTER" | "FAULT" | "STOP" | "DELETED";

export type InstanceState = {
  readonly config: InstanceConfig;
  readonly phase: Phase;
  /** What it would be without its sync group. */
  readonly wanted: "BACKUP" | "MASTER" | "FAULT";
  /** The configured one; an owner that meets another owner steps down to 254. */
  readonly basePriority: number;
  readonly effectivePriority: number;
  /** Trackers that hold it down. */
  readonly faults: number;
  readonly masterAdvertIntervalMs: number;
  /** What the master-down timer was last set to. */
  readonly masterDownMs: number;
  /** Of preempt_delay: begins with the first advert of a lower priority. */
  readonly preemptDelay: "idle" | "running" | "elapsed";
  readonly holdsAddresses: boolean;
};

export type GroupState = {
  readonly config: GroupConfig;
  readonly phase: Phase;
};

/** The whole of a director's VRRP. Plain data: equal states behave equally. */
export type RouterState = {
  readonly instances: readonly InstanceState[];
  readonly groups: readonly GroupState[];
  readonly reports: Readonly<Record<string, TrackerReport>>;
};

export type TimerName = "advertisement" | "masterDown" | "preemptDelay" | "announcement";

/** What happened. */
export type VrrpEvent =
  | { readonly kind: "routerStarted"; readonly config: RouterConfig }
  | { readonly kind: "routerStopped" }
  | { readonly kind: "configurationReloaded"; readonly config: RouterConfig }
  /** An advert that `judge` let pass. */
  | {
      readonly kind: "advertisementReceived";
      readonly instance: string;
      readonly priority: number;
      readonly source: Address;
      readonly advertIntervalMs: number;
    }
  /** An advert for this virtual router that was refused: it still resets the clock of keepalived's MASTER. */
  | { readonly kind: "advertisementRefused"; readonly instance: string }
  | { readonly kind: "timerExpired"; readonly instance: string; readonly timer: TimerName }
  | { readonly kind: "trackerReported"; readonly tracker: string; readonly report: TrackerReport };

/** What is to be done, in this order. A timer that is started again is moved; one that does not run cannot be cancelled or shifted. */
export type VrrpEffect =
  | {
      readonly kind: "sendAdvertisement";
      readonly instance: string;
      readonly priority: number;
      readonly advertIntervalMs: number;
    }
  | {
      readonly kind: "startTimer";
      readonly instance: string;
      readonly timer: TimerName;
      readonly afterMs: number;
    }
  | {
      readonly kind: "shiftTimer";
      readonly instance: string;
      readonly timer: TimerName;
      /** Negative: earlier. */
      readonly byMs: number;
    }
  | { readonly kind: "cancelTimer"; readonly instance: string; readonly timer: TimerName }
  | { readonly kind: "holdAddresses"; readonly instance: string }
  | { readonly kind: "releaseAddresses"; readonly instance: string }
  /** Gratuitous ARP or unsolicited neighbour advertisements for every address. */
  | { readonly kind: "announceAddresses"; readonly instance: string }
  | {
      readonly kind: "reportState";
      readonly of: "instance" | "group";
      readonly name: string;
      readonly state: ReportedState;
      /** The effective one; 0 for a group. */
      readonly priority: number;
    };

/** A director whose VRRP does not run: every tracker is unknown until it reports. */
export const stoppedRouter: RouterState = { instances: [], groups: [], reports: {} };
