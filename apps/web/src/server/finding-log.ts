import { findingEventKinds, fleetEventSchema } from "@lvs/core/fleet/fleet-event";
import {
  beganMark,
  endedMark,
  followFindings,
  openOf,
  type FindingNews,
  type OpenFindings,
} from "@lvs/core/fleet/follow-findings";
import type { Fleet } from "@lvs/core/fleet/model";
import { z } from "zod";
import { database } from "./db.ts";

/** Writes down when a finding begins and when it ends, once each, also where another console saw it begin. */
export interface FindingLog {
  /** Looks at the fleet as it is now; for the one console that keeps the record. */
  look(fleet: Fleet): Promise<void>;
  /** The record is another console's from now on. */
  handOver(): void;
}

export function makeFindingLog(keep: (news: FindingNews) => void): FindingLog {
  let open: OpenFindings | undefined;
  return {
    look: async (fleet) => {
      open ??= await readOpen();
      const next = followFindings(open, fleet, fleet.nowMs);
      open = next.open;
      for (const news of next.news) keep(news);
    },
    handOver: () => {
      open = undefined;
    },
  };
}

const rowSchema = z.object({
  directorId: z.string(),
  sourceId: z.string(),
  at: z.date(),
  kind: fleetEventSchema.shape.kind,
  subject: z.string(),
  detail: z.string(),
});

async function readOpen(): Promise<OpenFindings> {
  const { rows } = await database().pool.query(
    `select "directorId", "sourceId", at, kind, subject, detail from "Event" as began
     where kind = any($1) and starts_with("sourceId", $2) and not exists (
       select 1 from "Event" as ended where ended."directorId" = began."directorId"
         and ended."sourceId" = $3 || substr(began."sourceId", length($2) + 1))
     order by id`,
    [findingEventKinds, beganMark, endedMark],
  );
  return openOf(
    z
      .array(rowSchema)
      .parse(rows)
      .map(({ at, detail, directorId, kind, sourceId, subject }) => ({
        directorId,
        sourceId,
        event: { atMs: at.getTime(), kind, subject, detail },
      })),
  );
}
