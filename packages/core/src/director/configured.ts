import { z } from "zod";
import { timeoutsSchema } from "../ipvs/listing-state.ts";
import { forwardingMethodSchema, serviceIdSchema, tunnelSchema } from "../ipvs/model.ts";

/**
 * What keepalived.conf on a director asks for, cut down to what the console joins with live facts. Free of secrets.
 * `line` is the 1-based line in the file where the block begins. Words: keepalived.conf(5).
 */

export const configuredCheckSchema = z.object({
  /** TCP_CHECK, HTTP_GET, … as keepalived writes it. */
  kind: z.string(),
  connectPort: z.int().optional(),
  /** Seconds. */
  connectTimeoutS: z.number(),
  retry: z.int(),
  delayBeforeRetryS: z.number(),
  /** One line for the screen: "GET / status 200". Empty for a plain connect. */
  detail: z.string(),
});
export type ConfiguredCheck = z.infer<typeof configuredCheckSchema>;

export const configuredRealServerSchema = z.object({
  address: z.string(),
  port: z.int(),
  /**
   * The ports of the blocks that ask for this row as they are written, 0 for none in a group or for a mark; absent where that is
   * `port` alone. The file's editor knows a block by it.
   */
  writtenPorts: z.array(z.int()).optional(),
  weight: z.int(),
  forwarding: forwardingMethodSchema,
  upperThreshold: z.int(),
  lowerThreshold: z.int(),
  inhibitOnFailure: z.boolean(),
  /** How a Tunnel is wrapped; absent: plain ipip. */
  tunnel: tunnelSchema.optional(),
  /** A checker of its own sets the weight while it runs (misc_dynamic, FILE_CHECK): the kernel's is keepalived's business. */
  hasDynamicWeight: z.boolean().optional(),
  checks: z.array(configuredCheckSchema),
  line: z.int(),
});
export type ConfiguredRealServer = z.infer<typeof configuredRealServerSchema>;

export const configuredServiceSchema = z.object({
  id: serviceIdSchema,
  /** The virtual_server_group that it is a member of. */
  group: z.string().optional(),
  scheduler: z.string(),
  /** As ipvsadm prints them; absent: none. */
  schedulerFlags: z.array(z.string()).optional(),
  forwarding: forwardingMethodSchema,
  persistenceTimeoutS: z.int().optional(),
  /** Granularity and engine of the persistence, as in ipvs/model. */
  persistenceMask: z.string().optional(),
  persistenceEngine: z.string().optional(),
  /** `ops`; absent: no. */
  onePacket: z.boolean().optional(),
  quorum: z.int(),
  /** Seconds between two checks of one real server. */
  delayLoopS: z.number(),
  sorryServer: z
    .object({
      address: z.string(),
      port: z.int(),
      /** Absent: the service's. */
      forwarding: forwardingMethodSchema.optional(),
      /** sorry_server_inhibit: it stands in the table at weight 0 while it is not needed. */
      inhibits: z.boolean().optional(),
    })
    .optional(),
  realServers: z.array(configuredRealServerSchema),
  line: z.int(),
});
export type ConfiguredService = z.infer<typeof configuredServiceSchema>;

export const configuredInstanceSchema = z.object({
  name: z.string(),
  /** `state` as written: where the instance begins. */
  initialState: z.enum(["MASTER", "BACKUP"]),
  interface: z.string(),
  virtualRouterId: z.int(),
  priority: z.int(),
  /** Centiseconds, the unit of VRRPv3 (RFC 5798 section 5.2.7). */
  advertIntervalCs: z.int(),
  version: z.union([z.literal(2), z.literal(3)]),
  preempt: z.boolean(),
  preemptDelayS: z.number(),
  hasPassword: z.boolean(),
  unicastPeers: z.array(z.string()),
  syncGroup: z.string().optional(),
  /** As written with prefix: "192.0.2.1/32"; `device` where it is not the instance's interface. */
  virtualAddresses: z.array(
    z.object({ address: z.string(), device: z.string().optional(), isExcluded: z.boolean() }),
  ),
  trackFiles: z.array(z.object({ name: z.string(), path: z.string(), weight: z.int() })),
  trackInterfaces: z.array(z.string()),
  line: z.int(),
});
export type ConfiguredInstance = z.infer<typeof configuredInstanceSchema>;

export const configuredSchema = z.object({
  routerId: z.string().optional(),
  /** lvs_timeouts: those that the file sets. */
  timeouts: timeoutsSchema.partial().optional(),
  instances: z.array(configuredInstanceSchema),
  services: z.array(configuredServiceSchema),
});
export type Configured = z.infer<typeof configuredSchema>;
