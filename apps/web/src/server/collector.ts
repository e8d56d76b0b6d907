import { totalsMoveEveryMs } from "@lvs/core/ipvs/rates";
import type { RegisteredDirector } from "./agents.ts";
import { database } from "./db.ts";
import { readEnv } from "./env.ts";
import { makeFindingLog } from "./finding-log.ts";
import { watchDirector, type WatchHandlers } from "./director-watch.ts";
import { currentFleet, publishChange, publishConnection, publishEvent } from "./live.ts";
import { holdLock } from "./lock-holder.ts";
import { pruneRecord } from "./record-prune.ts";
import { makeRecorder, newestEventOf, type Recorder } from "./recorder.ts";
import { processId, readRegistry, registryChannel, watchRegistry } from "./registry.ts";
import { makeSampler } from "./sampler.ts";
import { makeSampleWriter, prune, rollUp } from "./samples-write.ts";

/**
 * Hears every director and keeps the picture of them in memory. Every console does; the one that holds the lock also writes
 * samples, events and configuration history, and drives the runs.
 */
export interface Collector {
  isHolder(): boolean;
  stop(): Promise<void>;
}

export interface HolderDuties {
  /** The lock is ours: begin with what only one may do. */
  readonly begin: () => Promise<void>;
  readonly end: () => Promise<void>;
}

declare global {
  var lvsCollector: Collector | undefined;
}

interface Watch {
  readonly director: RegisteredDirector;
  readonly end: AbortController;
}

const sampleEveryMs = 5_000;
/** So long after a sample the tables are looked at for the next one: twice the kernel's own interval before it. */
const lookAfterMs = sampleEveryMs - 2 * totalsMoveEveryMs;
/** 400 rows a second at most: a big table is sampled less often, not worse. */
const mostRowsPerTick = 2_000;
const rollUpEveryMs = 60_000;
const pruneEveryMs = 600_000;
const findingsEveryMs = 1_000;

export async function startCollector(duties: HolderDuties): Promise<Collector> {
  const end = new AbortController();
  const recorder = makeRecorder();
  const turn = takeTurns(duties);
  const hear = (director: RegisteredDirector): AbortController =>
    hearDirector(director, { end: end.signal, isHolder: turn.isHolder, recorder });
  const watches = new Map<string, Watch>();
  const unwatch = watchRegistry((directors) => follow(directors, watches, hear));
  await readRegistry();
  const sampling = startSampling(turn.isHolder);
  const pruning = startPruning(turn.isHolder);
  const findings = startFindings(turn.isHolder, recorder);
  const handlers = {
    ...turn.handlers,
    onHeld: () => {
      turn.handlers.onHeld();
      recorder.takeOver();
    },
    onNotice: (from: string) => {
      if (from !== processId()) runAlone("registry", readRegistry());
    },
    onConnected: () => runAlone("registry", readRegistry()),
  };
  const lock = holdLock({ ...database().options, channel: registryChannel }, handlers, end.signal);
  runAlone("lock", lock);
  globalThis.lvsCollector = {
    isHolder: turn.isHolder,
    stop: async () => {
      end.abort();
      unwatch();
      sampling.stop();
      pruning.stop();
      findings.stop();
      await lock;
      await turn.finished();
      await recorder.finish();
      globalThis.lvsCollector = undefined;
    },
  };
  return globalThis.lvsCollector;
}

/** Whether the lock is ours, and what is done for it: one after the other, so that an end never overtakes its beginning. */
function takeTurns(duties: HolderDuties) {
  let isHolder = false;
  let turns = Promise.resolve();
  const then = (work: () => Promise<void>): void => {
    turns = turns.then(() => orSay("runs", work()));
  };
  return {
    isHolder: () => isHolder,
    finished: () => turns,
    handlers: {
      onHeld: () => {
        isHolder = true;
        then(duties.begin);
      },
      onLost: () => {
        isHolder = false;
        then(duties.end);
      },
    },
  };
}

interface Hearing {
  readonly end: AbortSignal;
  readonly isHolder: () => boolean;
  readonly recorder: Recorder;
}

function hearDirector(director: RegisteredDirector, { end, isHolder, recorder }: Hearing): AbortController {
  const stop = new AbortController();
  const handlers: WatchHandlers = {
    newestEvent: () => newestEventOf(director.id),
    onConnection: (connection) => publishConnection(director.id, connection),
    onHeard: (heard) => {
      const after = publishChange({ directorId: director.id, ...heard });
      if (after === undefined) return;
      if (isHolder()) recorder.heard(after, heard);
      else recorder.overheard(after, heard);
    },
  };
  runAlone(
    `${director.name}: watching`,
    watchDirector(director, handlers, AbortSignal.any([end, stop.signal])),
  );
  return stop;
}

/** Watches what the registry has, and only that. */
function follow(
  directors: readonly RegisteredDirector[],
  watches: Map<string, Watch>,
  hear: (director: RegisteredDirector) => AbortController,
): void {
  const wanted = new Map(directors.filter(({ isRevoked }) => !isRevoked).map((each) => [each.id, each]));
  for (const [id, { director, end }] of watches) {
    const now = wanted.get(id);
    const isSame =
      now?.address === director.address &&
      now.port === director.port &&
      now.fingerprint === director.fingerprint;
    if (isSame) continue;
    end.abort();
    watches.delete(id);
  }
  for (const director of directors) {
    if (director.isRevoked) publishConnection(director.id, { status: "revoked", sinceMs: Date.now() });
    else if (!watches.has(director.id)) watches.set(director.id, { director, end: hear(director) });
  }
}

function startSampling(isHolder: () => boolean): { stop: () => void } {
  const sampler = makeSampler();
  const writer = makeSampleWriter();
  let ticksToSkip = 0;
  let isBusy = false;
  const tick = async (): Promise<void> => {
    if (!isHolder() || isBusy) return;
    if (ticksToSkip > 0) {
      ticksToSkip -= 1;
      return;
    }
    const rows = sampler.take(currentFleet().directors);
    ticksToSkip = Math.max(0, Math.ceil(rows.length / mostRowsPerTick) - 1);
    isBusy = true;
    try {
      await writer.write(Math.floor(Date.now() / sampleEveryMs) * sampleEveryMs, rows);
    } finally {
      isBusy = false;
    }
  };
  const look = (): void => {
    if (isHolder()) sampler.look(currentFleet().directors);
  };
  const timers = [
    setInterval(() => {
      runAlone("samples", tick());
      setTimeout(look, lookAfterMs);
    }, sampleEveryMs),
    setInterval(() => isHolder() && runAlone("samples", rollUp(Date.now())), rollUpEveryMs),
    setInterval(() => isHolder() && runAlone("samples", prune(Date.now())), pruneEveryMs),
  ];
  return { stop: () => timers.forEach((timer) => clearInterval(timer)) };
}

function startPruning(isHolder: () => boolean): { stop: () => void } {
  const retention = () => ({
    nowMs: Date.now(),
    keptDays: readEnv().eventsKeptDays,
    mayGoOn: isHolder,
  });
  const timer = setInterval(
    () => isHolder() && runAlone("old events", pruneRecord(retention())),
    pruneEveryMs,
  );
  return { stop: () => clearInterval(timer) };
}

/** Once a second the whole picture is looked at: what was found, and what is no longer. */
function startFindings(isHolder: () => boolean, recorder: Recorder): { stop: () => void } {
  const log = makeFindingLog((news) => {
    recorder.found(news);
    publishEvent(news.directorId, news.event);
  });
  let isBusy = false;
  const look = async (): Promise<void> => {
    if (!isHolder()) {
      log.handOver();
      recorder.handOver();
      return;
    }
    for (const { directorId, event } of recorder.sayCounts()) publishEvent(directorId, event);
    if (!isBusy) {
      isBusy = true;
      await log.look(currentFleet()).finally(() => {
        isBusy = false;
      });
    }
  };
  const timer = setInterval(() => runAlone("findings", look()), findingsEveryMs);
  return { stop: () => clearInterval(timer) };
}

/** A failure of one duty is said and does not end the others. */
function runAlone(what: string, work: Promise<unknown>): void {
  void orSay(what, work);
}

async function orSay(what: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    console.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
