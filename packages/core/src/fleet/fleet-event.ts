import { z } from "zod";
import { directorEventSchema } from "../director/change.ts";

/** What the console keeps a record of: what the agents say happened, and what it saw begin and end in what they say is. */

/** What is wrong for a time: who speaks VRRP (fleet/wire.ts), and the table against its file (drift/drift.ts). */
export const findingKinds = [
  "secondMaster",
  "stranger",
  "notBelieved",
  "otherInterval",
  "refusedPackets",
  "deaf",
  "drift",
] as const;
export type FindingKind = (typeof findingKinds)[number];

export const findingEventKinds = [
  "secondMasterBegan",
  "secondMasterEnded",
  "strangerBegan",
  "strangerEnded",
  "notBelievedBegan",
  "notBelievedEnded",
  "otherIntervalBegan",
  "otherIntervalEnded",
  "refusedPacketsBegan",
  "refusedPacketsEnded",
  "deafBegan",
  "deafEnded",
  "driftBegan",
  "driftEnded",
] as const satisfies readonly `${FindingKind}${"Began" | "Ended"}`[];

export const fleetEventSchema = directorEventSchema.extend({
  kind: z.enum([...directorEventSchema.shape.kind.options, ...findingEventKinds]),
  /**
   * Present: no event but so many more of this kind (of this subject, where there is one), from the first to the last in `overMs`; they
   * came too fast to be kept one by one (event-limit.ts).
   */
  counted: z.object({ events: z.int().min(1), overMs: z.int().min(0) }).optional(),
});
export type FleetEvent = z.infer<typeof fleetEventSchema>;
