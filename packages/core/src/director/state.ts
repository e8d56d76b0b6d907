import { z } from "zod";
import { syncDaemonSchema, timeoutsSchema } from "../ipvs/listing-state.ts";
import { ipvsTableSchema, serviceIdSchema } from "../ipvs/model.ts";
import { driftSchema } from "../drift/drift.ts";
import { configuredSchema } from "./configured.ts";
import { factSchema } from "./fact.ts";
import { speakersSchema } from "./speakers.ts";

/** Everything the agent knows of its director, as one plain value. The console's whole picture of a director is this and its age. */

export const interfaceSchema = z.object({
  name: z.string(),
  isUp: z.boolean(),
  mac: z.string(),
  /** With prefix: "192.0.2.5/24". */
  addresses: z.array(z.string()),
});

export const hostSchema = z.object({
  hostname: z.string(),
  kernelRelease: z.string(),
  bootId: z.string(),
  agentVersion: z.string(),
  hasIpvsadm: z.boolean(),
  /** Load average of one minute. */
  load1: z.number(),
  interfaces: z.array(interfaceSchema),
});
export type Host = z.infer<typeof hostSchema>;

/** What changes the meaning of the table: net.ipv4.vs.*, `ipvsadm --timeout` (seconds), the sync daemons (`ipvsadm --daemon`). */
export const ipvsSettingsSchema = z.object({
  timeouts: timeoutsSchema,
  /** Name without the prefix, such as "expire_nodest_conn", to its number or text. */
  sysctls: z.record(z.string(), z.string()),
  syncDaemons: z.array(syncDaemonSchema),
  connectionEntries: z.int().optional(),
});
export type IpvsSettings = z.infer<typeof ipvsSettingsSchema>;

export const vrrpStateSchema = z.enum(["INIT", "BACKUP", "MASTER", "FAULT", "STOP"]);
export type VrrpState = z.infer<typeof vrrpStateSchema>;

export const heldAddressSchema = z.object({
  /** Without prefix. */
  address: z.string(),
  interface: z.string(),
  isHeld: z.boolean(),
  /** When the kernel last added or removed it, where that was seen. */
  changedAtMs: z.number().optional(),
});

/**
 * One VRRP instance as it is now. `state` is keepalived's own word (FIFO or dump), `addresses` the kernel's truth.
 * `isOrphaned`: keepalived is dead and an address is still held; nobody advertises it and nobody will give it up.
 */
export const vrrpInstanceSchema = z.object({
  name: z.string(),
  state: vrrpStateSchema,
  virtualRouterId: z.int(),
  interface: z.string(),
  version: z.union([z.literal(2), z.literal(3)]),
  priority: z.int(),
  effectivePriority: z.int(),
  advertIntervalCs: z.int(),
  addresses: z.array(heldAddressSchema),
  lastTransition: z
    .object({
      atMs: z.number(),
      from: vrrpStateSchema.optional(),
      to: vrrpStateSchema,
      /** Where it was learnt: the notify FIFO, the JSON dump, an address event, the daemon's end. */
      source: z.enum(["fifo", "dump", "address", "daemon"]),
    })
    .optional(),
  isOrphaned: z.boolean(),
});
export type VrrpInstance = z.infer<typeof vrrpInstanceSchema>;

/** The checkers' word on one real server of one virtual service. `unknown` until keepalived has said something. */
export const verdictSchema = z.object({
  service: serviceIdSchema,
  address: z.string(),
  port: z.int(),
  verdict: z.enum(["up", "down", "unknown"]),
  sinceMs: z.number().optional(),
  /** Where nobody heard it happen: when it was first seen to be so. It may be older. */
  seenAtMs: z.number().optional(),
  /** keepalived's own log words: "TCP connection to [192.0.2.7]:tcp:80 failed." */
  cause: z.string().optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;

export const configFileSchema = z.object({
  path: z.string(),
  sha256: z.string(),
  sizeBytes: z.int(),
  modifiedAtMs: z.number(),
  owner: z.string(),
  mode: z.string(),
  configured: configuredSchema,
  diagnostics: z.array(
    z.object({
      severity: z.enum(["error", "warning", "info"]),
      line: z.int(),
      column: z.int(),
      code: z.string(),
      message: z.string(),
    }),
  ),
  /** What the running daemon read at its start or last reload; undefined where the agent was not there to see. */
  loadedSha256: z.string().optional(),
  /** What that file asks for, where it is another one than the one on disk and its text is kept. */
  loaded: configuredSchema.optional(),
  /** Applied but not yet kept: the agent puts the old file back at `revertsAtMs` unless it is confirmed. */
  unconfirmed: z
    .object({
      stageId: z.string(),
      previousSha256: z.string(),
      appliedAtMs: z.number(),
      revertsAtMs: z.number(),
    })
    .optional(),
});
export type ConfigFile = z.infer<typeof configFileSchema>;

export const daemonSchema = z.object({
  engine: z.literal("keepalived"),
  version: z.string().optional(),
  isRunning: z.boolean(),
  processes: z.array(
    z.object({
      role: z.enum(["parent", "vrrp", "checkers"]),
      pid: z.int(),
      startedAtMs: z.number(),
    }),
  ),
  /**
   * Where its log is read, a path or the command that prints it, and why it cannot be read now. An agent from before it told says
   * nothing of it.
   */
  log: z.object({ source: z.string(), problem: z.string().optional() }).optional(),
});
export type Daemon = z.infer<typeof daemonSchema>;

export const directorStateSchema = z.object({
  host: factSchema(hostSchema),
  table: factSchema(ipvsTableSchema),
  settings: factSchema(ipvsSettingsSchema),
  vrrp: factSchema(z.array(vrrpInstanceSchema)),
  /** An agent from before it could listen says nothing of it. */
  speakers: factSchema(speakersSchema).default({
    status: "unknown",
    atMs: 0,
    reason: "this agent does not listen for VRRP; a newer one does",
  }),
  health: factSchema(z.array(verdictSchema)),
  /** An agent from before it compared says nothing of it. */
  drift: factSchema(driftSchema).default({
    status: "unknown",
    atMs: 0,
    reason: "this agent does not compare the table with the configuration; a newer one does",
  }),
  config: factSchema(configFileSchema),
  daemon: factSchema(daemonSchema),
  /** The last lines of keepalived's log with their own stamps, oldest first, at most `logLinesKept`. */
  log: z.array(z.string()),
});
export type DirectorState = z.infer<typeof directorStateSchema>;

export const logLinesKept = 200;

/** The parts that are read and replaced as one. */
export const sectionNames = [
  "host",
  "table",
  "settings",
  "vrrp",
  "speakers",
  "health",
  "drift",
  "config",
  "daemon",
] as const;
export type SectionName = (typeof sectionNames)[number];
