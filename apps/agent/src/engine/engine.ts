import type { Daemon } from "@lvs/core/director/state";
import type { CheckedRealServer } from "../health/checker-dump.ts";
import type { DumpedInstance } from "../vrrp/json-dump.ts";

/**
 * What runs keepalived.conf on this director. One maker today, the keepalived daemon itself; the port is cut so that another
 * engine (own VRRP, checkers and table programming) can stand in its place. Every method throws SystemError where the machine failed.
 */
export interface Engine {
  /** "Keepalived v2.2.7"; undefined: it would not say. */
  version(): Promise<string | undefined>;
  status(): Promise<EngineStatus>;
  /** Each returns what was printed while it ran. They order the work; whether it came about is read from `status`. */
  start(): Promise<readonly string[]>;
  stop(): Promise<readonly string[]>;
  reload(): Promise<readonly string[]>;
  /** Once, when the agent starts: puts right what a former run of it left in the middle. Returns what was done, nothing as a rule. */
  recover(): Promise<readonly string[]>;
  /** The engine's own picture of its VRRP instances, without their secrets. */
  dump(): Promise<readonly DumpedInstance[]>;
  /** What its checkers hold of every real server now. Never within `signalsReadyMs` of their start. */
  checkers(): Promise<readonly CheckedRealServer[]>;
  /** The engine's own word on a configuration, on this director, without touching the running one. */
  check(configuration: Uint8Array): Promise<EngineCheck>;
}

/** keepalived dies of a signal that asks it something before it has set up its signals. */
export const signalsReadyMs = 2_000;

export interface EngineStatus {
  readonly processes: Daemon["processes"];
  /** Says which run this is: another one after every restart. Undefined while it does not run. */
  readonly runId: string | undefined;
}

export type EngineCheck =
  /** It came to an end: code 0 = nothing to say; the messages, each said once. */
  | { readonly kind: "answered"; readonly exitCode: number; readonly messages: readonly CheckMessage[] }
  /** The checker itself died on this text. */
  | { readonly kind: "crashed"; readonly signal: string; readonly messages: readonly CheckMessage[] }
  | { readonly kind: "timedOut"; readonly limitMs: number };

export interface CheckMessage {
  /** 1-based line in the checked text, where the engine named one. */
  readonly line?: number;
  readonly text: string;
}

/** Whether all processes that this daemon starts with are there. */
export const isRunning = (status: EngineStatus): boolean => status.runId !== undefined;
