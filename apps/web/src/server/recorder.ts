import type { FindingNews } from "@lvs/core/fleet/follow-findings";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { agentFor } from "./agents.ts";
import { database, db } from "./db.ts";
import type { Heard } from "./director-watch.ts";
import { makeEventQueue } from "./event-queue.ts";

/** What is kept: the directors' events, findings' beginnings and ends, and keepalived.conf as it was, secrets masked by the agent. */
export interface Recorder {
  heard(director: FleetDirector, heard: Heard): void;
  /** The record is another console's now, or nobody's yet: remembered for as long as a record can be without a keeper. */
  overheard(director: FleetDirector, heard: Heard): void;
  /** The record is ours from now on, with what was overheard: what the keeper before us wrote is not written again. */
  takeOver(): void;
  found(news: FindingNews): void;
  /** Writes down how many events came too fast to be kept one by one, where that is due; and returns it. */
  sayCounts(): readonly FindingNews[];
  /** The record is another console's from now on. */
  handOver(): void;
  /** Waits for what is being written. */
  finish(): Promise<void>;
}

/** Another console takes the lock within seconds of its keeper's end. */
const overheardKeptMs = 60_000;
const overheardKept = 1_000;

/** The agent's number of the director's newest event on record, "" where there is none. */
export async function newestEventOf(directorId: string): Promise<string> {
  const { rows } = await database().pool.query<{ sourceId: string }>(
    `select "sourceId" from "Event" where "directorId" = $1 and "sourceId" ~ '^[^ :]+:[0-9]+$' order by id desc limit 1`,
    [directorId],
  );
  return rows[0]?.sourceId ?? "";
}

export function makeRecorder(): Recorder {
  const queue = makeEventQueue();
  const lastSha = new Map<string, string>();
  let overheard: { readonly heardAtMs: number; readonly news: FindingNews }[] = [];
  return {
    overheard: (director, { id, change, heardAtMs }) => {
      if (change.kind !== "event") return;
      overheard = overheard
        .filter((each) => heardAtMs - each.heardAtMs < overheardKeptMs)
        .slice(1 - overheardKept);
      overheard.push({ heardAtMs, news: { directorId: director.id, sourceId: id, event: change.event } });
    },
    takeOver: () => {
      for (const { news } of overheard) queue.add(news);
      overheard = [];
    },
    heard: (director, { id, change }) => {
      if (change.kind === "event") queue.add({ directorId: director.id, sourceId: id, event: change.event });
      else queue.retry();
      const config = director.state?.config;
      if (config?.status !== "known" || lastSha.get(director.id) === config.value.sha256) return;
      lastSha.set(director.id, config.value.sha256);
      keepConfig(director.id).catch((error: unknown) => {
        lastSha.delete(director.id);
        const reason = error instanceof Error ? error.message : String(error);
        console.error(`${director.name}: its configuration was not kept: ${reason}`);
      });
    },
    found: (news) => queue.add(news),
    sayCounts: () => queue.sayCounts(),
    handOver: () => queue.handOver(),
    finish: () => queue.finish(),
  };
}

/** Reads the text only where the newest kept one is another. */
async function keepConfig(directorId: string): Promise<void> {
  const { sha256, text } = await (await agentFor(directorId)).config.read.query();
  const newest = await db().configVersion.findFirst({ where: { directorId }, orderBy: { seenAt: "desc" } });
  if (newest?.sha256 !== sha256) await db().configVersion.create({ data: { directorId, sha256, text } });
}
