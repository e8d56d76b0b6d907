import { z } from "zod";
import { directorChangeSchema } from "../director/change.ts";
import { snapshotPartSchema } from "../director/snapshot-parts.ts";
import { directorStateSchema } from "../director/state.ts";
import { runSchema } from "../workflow/run.ts";
import { fleetEventSchema } from "./fleet-event.ts";

/** What the console knows of all its clusters, and the live stream that keeps a browser's copy of it true. */

/** Whether the console hears a director's agent. `revoked` and `refused` are decisions, the others are the network. */
export const connectionSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("connecting"), sinceMs: z.number() }),
  z.object({ status: z.literal("connected"), sinceMs: z.number() }),
  z.object({
    status: z.literal("lost"),
    sinceMs: z.number(),
    /** What was tried and how it failed, in words. */
    reason: z.string(),
    /** In the words of the socket: ECONNREFUSED, ETIMEDOUT, CERT… */
    code: z.string(),
  }),
  z.object({ status: z.literal("refused"), sinceMs: z.number(), reason: z.string() }),
  z.object({ status: z.literal("revoked"), sinceMs: z.number() }),
]);
export type Connection = z.infer<typeof connectionSchema>;

export const fleetDirectorSchema = z.object({
  id: z.string(),
  /** The hostname it enrolled with. */
  name: z.string(),
  clusterId: z.string(),
  address: z.string(),
  port: z.int(),
  /** When its agent's certificate ends, epoch ms: it has to be enrolled again before. */
  certificateEndsAtMs: z.number().optional(),
  connection: connectionSchema,
  /** There is a picture of it, too large for one item: it follows in portions (`part`). Only on a browser's stream. */
  isComing: z.literal(true).optional(),
  /** The last picture heard; absent before the first. It stays, with its age, when the connection is lost. */
  state: directorStateSchema.optional(),
  /** When the console last heard anything from the agent, console's clock, epoch ms. */
  heardAtMs: z.number().optional(),
  /** Director's clock minus console's clock, ms, measured when heard. */
  clockOffsetMs: z.number().optional(),
});
export type FleetDirector = z.infer<typeof fleetDirectorSchema>;

/** A real server as the console reaches it over SSH. Addresses without port; one machine may serve several services. */
export const fleetRealServerSchema = z.object({
  id: z.string(),
  clusterId: z.string(),
  name: z.string(),
  address: z.string(),
  sshPort: z.int(),
  /** "SHA256:…" as ssh-keygen prints it; absent until a person has accepted it. */
  hostKeyFingerprint: z.string().optional(),
  /** argv lists run on it, never a shell string. */
  serviceName: z.string(),
});
export type FleetRealServer = z.infer<typeof fleetRealServerSchema>;

export const clusterSchema = z.object({ id: z.string(), name: z.string() });
export type Cluster = z.infer<typeof clusterSchema>;

export const fleetSchema = z.object({
  /** Console's clock when this was made, epoch ms: the browser measures its own offset by it. */
  nowMs: z.number(),
  clusters: z.array(clusterSchema),
  directors: z.array(fleetDirectorSchema),
  realServers: z.array(fleetRealServerSchema),
  /** Runs that have not ended, and those that ended in the last day. */
  runs: z.array(runSchema),
});
export type Fleet = z.infer<typeof fleetSchema>;

/** What the database says of a director, and whether it is heard; what was heard stays where it is. */
export const registeredDirectorSchema = fleetDirectorSchema.pick({
  id: true,
  name: true,
  clusterId: true,
  address: true,
  port: true,
  certificateEndsAtMs: true,
  connection: true,
});
export type RegisteredDirector = z.infer<typeof registeredDirectorSchema>;

/**
 * One item on the stream of a browser tab. It begins with `fleet`; after a gap that cannot be filled it is sent again. A large picture
 * of a director comes as `part`s and, when they are through, a `change` of kind `snapshot` that says how many there were.
 */
export const liveItemSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("fleet"), fleet: fleetSchema }),
  z.object({
    kind: z.literal("registered"),
    clusters: z.array(clusterSchema),
    directors: z.array(registeredDirectorSchema),
    realServers: z.array(fleetRealServerSchema),
  }),
  z.object({
    kind: z.literal("part"),
    directorId: z.string(),
    /** From 0: the first of a picture takes the place of one that was not sent to its end. */
    at: z.int().nonnegative(),
    part: snapshotPartSchema,
  }),
  z.object({
    kind: z.literal("change"),
    directorId: z.string(),
    heardAtMs: z.number(),
    clockOffsetMs: z.number(),
    change: directorChangeSchema,
  }),
  z.object({ kind: z.literal("connection"), directorId: z.string(), connection: connectionSchema }),
  z.object({ kind: z.literal("event"), directorId: z.string(), event: fleetEventSchema }),
  z.object({ kind: z.literal("run"), run: runSchema }),
  z.object({ kind: z.literal("clock"), nowMs: z.number() }),
]);
export type LiveItem = z.infer<typeof liveItemSchema>;
