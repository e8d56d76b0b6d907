import { setTimeout as sleep } from "node:timers/promises";
import { directorChangeSchema, laterSections, type DirectorChange } from "@lvs/core/director/change";
import {
  joinSnapshot,
  partsWord,
  snapshotPartSchema,
  type SnapshotPart,
} from "@lvs/core/director/snapshot-parts";
import type { Connection } from "@lvs/core/fleet/model";
import { connectionOf, readFailure, type AgentFailure } from "./agent-failure.ts";
import { linkTo, type AgentClient, type AgentTarget } from "./agents.ts";

/** Hears one director's agent for as long as it is asked to: connects, goes on after the last id, waits longer after each failure. */

export interface Heard {
  /** The agent's own number of it: a resumed stream repeats none. */
  readonly id: string;
  readonly change: DirectorChange;
  readonly heardAtMs: number;
  /** Director's clock minus the console's, ms. */
  readonly clockOffsetMs: number;
}

export interface WatchHandlers {
  /** The agent's number of the newest event on record, "" where there is none: what happened after it is asked for. */
  readonly newestEvent: () => Promise<string>;
  readonly onConnection: (connection: Connection) => void;
  readonly onHeard: (heard: Heard) => void;
}

/** An agent says something every second; a host that was cut off says nothing at all, and TCP would not notice for minutes. */
const silenceMs = 5_000;
const firstPauseMs = 250;
const longestPauseMs = 4_000;
const pingLimitMs = 4_000;
const clockEveryMs = 60_000;
const recordLimitMs = 1_000;

/** Returns when `signal` ends. */
export async function watchDirector(
  target: AgentTarget,
  handlers: WatchHandlers,
  signal: AbortSignal,
): Promise<void> {
  let lastEventId: string | undefined;
  let eventsAfter: string | undefined;
  let pauseMs = firstPauseMs;
  let downSinceMs = Date.now();
  handlers.onConnection({ status: "connecting", sinceMs: downSinceMs });
  while (!signal.aborted) {
    eventsAfter ??= await soon(handlers.newestEvent());
    const attempt = new Attempt(target, handlers, { lastEventId, eventsAfter });
    const failure = await attempt.run(signal);
    if (signal.aborted) return;
    lastEventId = attempt.lastEventId;
    if (attempt.wasConnected) {
      downSinceMs = Date.now();
      pauseMs = firstPauseMs;
    }
    handlers.onConnection(connectionOf(failure, downSinceMs));
    // Spread, so that many directors that were lost at once do not come back at once.
    await sleep(pauseMs * (0.7 + Math.random() * 0.6), undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 1.7, longestPauseMs);
  }
}

/** A record that does not answer, or fails, keeps nobody from hearing the director: the next try asks it again. */
async function soon(newest: Promise<string>): Promise<string | undefined> {
  return Promise.race([newest.catch(() => undefined), sleep(recordLimitMs, undefined, { ref: false })]);
}

/** What was heard before: by this watch, and by whoever wrote the record. */
interface Known {
  readonly lastEventId: string | undefined;
  readonly eventsAfter: string | undefined;
}

/** One connection, from the first question to its end. */
class Attempt {
  lastEventId: string | undefined;
  wasConnected = false;
  readonly #target: AgentTarget;
  readonly #handlers: WatchHandlers;
  readonly #agent: AgentClient;
  readonly #eventsAfter: string | undefined;
  #clockOffsetMs = 0;
  /** Of the snapshot that is to come. */
  #parts: SnapshotPart[] = [];

  constructor(target: AgentTarget, handlers: WatchHandlers, known: Known) {
    this.#target = target;
    this.#handlers = handlers;
    this.#agent = linkTo(target).client;
    this.lastEventId = known.lastEventId;
    this.#eventsAfter = known.eventsAfter;
  }

  async run(signal: AbortSignal): Promise<AgentFailure> {
    try {
      const agentId = await this.#measureClock(signal);
      if (agentId !== this.#target.id) {
        return { kind: "refused", code: "AGENT_ID", reason: `the agent there is another one (${agentId})` };
      }
      const end = await this.#listen(signal);
      return await readFailure(end, this.#target);
    } catch (error) {
      return readFailure(error, this.#target);
    }
  }

  /** By half the round trip, as NTP does. */
  async #measureClock(signal: AbortSignal): Promise<string> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(pingLimitMs)]);
    const askedMs = Date.now();
    const { agentId, nowMs } = await this.#agent.ping.query(undefined, { signal: limit });
    const answeredMs = Date.now();
    this.#clockOffsetMs = Math.round(nowMs - (askedMs + answeredMs) / 2);
    return agentId;
  }

  /** Resolves with what ended the stream. */
  #listen(signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve) => {
      const silent = (): void => end(failureOf("SILENT"));
      let silence = setTimeout(silent, silenceMs);
      const clock = setInterval(() => void this.#measureClock(signal).catch(() => undefined), clockEveryMs);
      const end = (reason: unknown): void => {
        clearTimeout(silence);
        clearInterval(clock);
        signal.removeEventListener("abort", stop);
        // First the reason: to unsubscribe is to complete, which would be another one.
        resolve(reason);
        subscription.unsubscribe();
      };
      const stop = (): void => end(undefined);
      const subscription = this.#agent.state.watch.subscribe(
        {
          lastEventId: this.lastEventId,
          ...(this.#eventsAfter === undefined ? {} : { eventsAfter: this.#eventsAfter }),
          understands: [...laterSections, partsWord],
        },
        {
          onData: (said) => {
            clearTimeout(silence);
            silence = setTimeout(silent, silenceMs);
            const fault = "id" in said ? this.#hear(said.id, said.data) : this.#keep(said);
            if (fault !== undefined) end(fault);
          },
          onError: (error) => end(error),
          onComplete: () => end(failureOf("ECONNRESET")),
          onConnectionStateChange: (state) => {
            if (state.state === "connecting" && state.error) end(failureOf("ECONNRESET"));
          },
        },
      );
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  #keep(data: unknown): Error | undefined {
    const parsed = snapshotPartSchema.safeParse(data);
    if (!parsed.success) return otherForm(parsed.error.issues[0]?.message);
    this.#parts.push(parsed.data);
    return undefined;
  }

  #hear(id: string, data: unknown): Error | undefined {
    const parsed = directorChangeSchema.safeParse(data);
    if (!parsed.success) return otherForm(parsed.error.issues[0]?.message);
    const change = this.#whole(parsed.data);
    if (change === undefined) return otherForm("not every part of its snapshot came");
    const heardAtMs = Date.now();
    if (!this.wasConnected) {
      this.wasConnected = true;
      this.#handlers.onConnection({ status: "connected", sinceMs: heardAtMs });
    }
    this.lastEventId = id;
    this.#handlers.onHeard({ id, change, heardAtMs, clockOffsetMs: this.#clockOffsetMs });
    return undefined;
  }

  /** A snapshot with the parts that came before it; undefined: not all of them did. */
  #whole(change: DirectorChange): DirectorChange | undefined {
    if (change.kind !== "snapshot") return change;
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length !== (change.parts ?? 0)) return undefined;
    return { kind: "snapshot", state: joinSnapshot(change.state, parts) };
  }
}

const otherForm = (how = ""): Error =>
  new Error(`its agent speaks of facts in another form than this console: ${how}`);

function failureOf(code: string): Error {
  return Object.assign(new Error(code), { code });
}
