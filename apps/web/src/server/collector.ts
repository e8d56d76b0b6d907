import type { RegisteredDirector } from "./agents.ts";
import { database } from "./db.ts";
import { watchDirector } from "./director-watch.ts";
import { currentFleet, publishChange, publishConnection } from "./live.ts";
import { holdLock } from "./lock-holder.ts";
import { makeRecorder } from "./recorder.ts";
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
/** 400 rows a second at most: a big table is sampled less often, not worse. */
const mostRowsPerTick = 2_000;
const rollUpEveryMs = 60_000;
const pruneEveryMs = 600_000;

export async function startCollector(duties: HolderDuties): Promise<Collector> {
  const end = new AbortController();
  const watches = new Map<string, Watch>();
  const recorder = makeRecorder();
  let isHolder = false;
  /** One after the other: the end of a duty never overtakes its beginning. */
  let turns = Promise.resolve();
  const unwatch = watchRegistry((directors) => follow(directors, watches, (director) => hear(director)));

  const hear = (director: RegisteredDirector): AbortController => {
    const stop = new AbortController();
    const handlers = {
      onConnection: (connection: Parameters<typeof publishConnection>[1]) =>
        publishConnection(director.id, connection),
      onHeard: (heard: Parameters<typeof recorder.heard>[1]) => {
        const after = publishChange({ directorId: director.id, ...heard });
        if (isHolder && after !== undefined) recorder.heard(after, heard);
      },
    };
    runAlone(
      `${director.name}: watching`,
      watchDirector(director, handlers, AbortSignal.any([end.signal, stop.signal])),
    );
    return stop;
  };

  await readRegistry();
  const sampling = startSampling(() => isHolder);
  const lock = holdLock(
    { ...database().options, channel: registryChannel },
    {
      onHeld: () => {
        isHolder = true;
        turns = turns.then(() => orSay("runs", duties.begin()));
      },
      onLost: () => {
        isHolder = false;
        turns = turns.then(() => orSay("runs", duties.end()));
      },
      onNotice: (from) => {
        if (from !== processId()) runAlone("registry", readRegistry());
      },
      onConnected: () => runAlone("registry", readRegistry()),
    },
    end.signal,
  );
  runAlone("lock", lock);
  globalThis.lvsCollector = {
    isHolder: () => isHolder,
    stop: async () => {
      end.abort();
      unwatch();
      sampling.stop();
      await lock;
      await turns;
      await recorder.finish();
      globalThis.lvsCollector = undefined;
    },
  };
  return globalThis.lvsCollector;
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
  const timers = [
    setInterval(() => runAlone("samples", tick()), sampleEveryMs),
    setInterval(() => isHolder() && runAlone("samples", rollUp(Date.now())), rollUpEveryMs),
    setInterval(() => isHolder() && runAlone("samples", prune(Date.now())), pruneEveryMs),
  ];
  return { stop: () => timers.forEach((timer) => clearInterval(timer)) };
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
