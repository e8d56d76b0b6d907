import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import type { FindingNews } from "@lvs/core/fleet/follow-findings";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { agentFor } from "./agents.ts";
import { database, db } from "./db.ts";
import type { Heard } from "./director-watch.ts";

/** What is kept: the directors' events, findings' beginnings and ends, and keepalived.conf as it was, secrets masked by the agent. */
export interface Recorder {
  heard(director: FleetDirector, heard: Heard): void;
  found(news: FindingNews): void;
  /** Waits for what is being written. */
  finish(): Promise<void>;
}

interface Waiting {
  readonly directorId: string;
  readonly sourceId: string;
  readonly event: FleetEvent;
}

/** A director in trouble says a lot; past this many the oldest are dropped while the database is away, and the log says so. */
const mostWaiting = 10_000;

export function makeRecorder(): Recorder {
  const queue = makeEventQueue();
  const lastSha = new Map<string, string>();
  return {
    heard: (director, { id, change }) => {
      if (change.kind === "event") queue.add({ directorId: director.id, sourceId: id, event: change.event });
      else queue.retry();
      const config = director.state?.config;
      if (config?.status !== "known" || lastSha.get(director.id) === config.value.sha256) return;
      lastSha.set(director.id, config.value.sha256);
      keepConfig(director.id).catch((error: unknown) => {
        lastSha.delete(director.id);
        console.error(`${director.name}: its configuration was not kept: ${messageOf(error)}`);
      });
    },
    found: (news) => queue.add(news),
    finish: () => queue.finish(),
  };
}

/** Events on their way to the database; those that it did not take wait for the next try. */
function makeEventQueue() {
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 500);
      try {
        await insertEvents(batch);
      } catch (error) {
        const dropped = Math.max(0, batch.length + waiting.length - mostWaiting);
        waiting = [...batch, ...waiting].slice(dropped);
        console.error(`events: not written yet, ${dropped} dropped: ${messageOf(error)}`);
        return;
      }
    }
  };
  const start = (): void => {
    if (waiting.length === 0) return;
    writing ??= write().finally(() => {
      writing = undefined;
    });
  };
  return {
    add: (event: Waiting) => {
      waiting.push(event);
      start();
    },
    retry: start,
    finish: async () => {
      start();
      await writing;
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A number of the agent's that is there already is not written again. */
async function insertEvents(batch: readonly Waiting[]): Promise<void> {
  await database().pool.query(
    `insert into "Event" ("directorId", "sourceId", at, kind, subject, detail)
     select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[]) as t(d, s, a, k, u, e)
     where exists (select 1 from "Director" where id = d)
     on conflict do nothing`,
    [
      batch.map(({ directorId }) => directorId),
      batch.map(({ sourceId }) => sourceId),
      batch.map(({ event }) => new Date(event.atMs)),
      batch.map(({ event }) => event.kind),
      batch.map(({ event }) => event.subject),
      batch.map(({ event }) => event.detail),
    ],
  );
}

/** Reads the text only where the newest kept one is another. */
async function keepConfig(directorId: string): Promise<void> {
  const { sha256, text } = await (await agentFor(directorId)).config.read.query();
  const newest = await db().configVersion.findFirst({ where: { directorId }, orderBy: { seenAt: "desc" } });
  if (newest?.sha256 !== sha256) await db().configVersion.create({ data: { directorId, sha256, text } });
}
