import type { DirectorChange } from "@lvs/core/director/change";
import type {
  Commit,
  CommitResult,
  ConfigText,
  DaemonResult,
  SetWeight,
  SetWeightResult,
  StageResult,
} from "@lvs/core/director/commands";
import type { ReadingNews } from "@lvs/core/director/connection-reading";
import type {
  BusiestAnswer,
  BusiestQuestion,
  ConnectionQuestion,
  DrainHoldsAnswer,
} from "@lvs/core/director/connections";
import type { DirectorState } from "@lvs/core/director/state";
import type {
  FlushService,
  FlushServiceResult,
  PutBack,
  PutBackResult,
  SetTimeouts,
  SetTimeoutsResult,
} from "@lvs/core/director/table-commands";
import type {
  ConfigVersion,
  ConfirmResult,
  Fingerprints,
  Restore,
  RestoreResult,
  RevertResult,
  Stage,
} from "../configuration/contract.ts";

/** One change with its id, "<epoch>:<number>": the epoch is one run of the agent, the number grows by one. */
export interface NumberedChange {
  readonly id: string;
  readonly change: DirectorChange;
}

/** What a reader has already. */
export interface Listening {
  readonly lastEventId: string | undefined;
  /** The newest event on record where there is no `lastEventId`, "" for none at all; undefined: what happened before is not wanted. */
  readonly eventsAfter?: string | undefined;
  readonly signal: AbortSignal;
}

export interface StateFeed {
  read(): DirectorState;
  /**
   * Everything after `lastEventId`; where that is unknown, too old or of another run a snapshot first, and then the events that the
   * reader cannot have. Ends with the signal.
   */
  watch(listening: Listening): AsyncIterable<NumberedChange>;
}

export interface TableDesk {
  setWeight(input: SetWeight): Promise<SetWeightResult>;
  setTimeouts(input: SetTimeouts): Promise<SetTimeoutsResult>;
  flushService(input: FlushService): Promise<FlushServiceResult>;
  putBack(input: PutBack): Promise<PutBackResult>;
}

/** The kernel's connection table, read only when asked. A reading ends early with its signal, and nobody hears what it had. */
export interface ConnectionsDesk {
  /** What is found, while it is found; without an end where the signal ended it. */
  find(question: ConnectionQuestion, signal: AbortSignal): AsyncIterable<ReadingNews>;
  drainHolds(signal: AbortSignal): Promise<DrainHoldsAnswer>;
  busiest(question: BusiestQuestion, signal: AbortSignal): Promise<BusiestAnswer>;
}

export interface ConfigDesk {
  read(): Promise<ConfigText>;
  versions(): Promise<readonly ConfigVersion[]>;
  /** The text of one version, secrets masked; undefined: not in the history. */
  version(sha256: string): Promise<ConfigText | undefined>;
  stage(input: Stage): Promise<StageResult>;
  commit(input: Commit): Promise<CommitResult>;
  confirm(stageId: string): Promise<ConfirmResult>;
  revert(stageId: string): Promise<RevertResult>;
  restore(input: Restore): Promise<RestoreResult>;
  fingerprints(keyHex: string): Promise<Fingerprints>;
}

export interface DaemonDesk {
  start(): Promise<DaemonResult>;
  stop(): Promise<DaemonResult>;
  reload(): Promise<DaemonResult>;
}

/** What the routers may ask of the running agent. */
export interface Agent {
  readonly agentId: string;
  readonly version: string;
  /** Of this run: the first part of every change's id. */
  readonly epoch: string;
  nowMs(): number;
  /** Lets other work of the agent run: for whoever has a lot to say in one go. */
  rest(): Promise<void>;
  readonly state: StateFeed;
  readonly table: TableDesk;
  readonly connections: ConnectionsDesk;
  readonly config: ConfigDesk;
  readonly daemon: DaemonDesk;
}
