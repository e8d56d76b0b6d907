import { z } from "zod";
import { addressFamilySchema, forwardingMethodSchema, protocolSchema, tunnelSchema } from "../ipvs/model.ts";
import { checkerSchema, settingSchema, sourceSchema, scriptSchema } from "./model-parts.ts";

/**
 * keepalived.conf as meaning: what a director would run, with keepalived's own defaults filled in. Every object says where
 * it stands. Keywords without a field of their own are kept, as written, in `settings`.
 * Times are seconds unless the name says otherwise; addresses are canonical text.
 */

/** A password that is there but not shown. Its text is had from the bytes only (`secretsOf`). */
export const secretSchema = z.object({
  /** Characters keepalived uses: at most 8 (RFC 3768 5.3.10). */
  length: z.int(),
});
export type Secret = z.infer<typeof secretSchema>;

/** An address of virtual_ipaddress, _excluded or static_ipaddress. */
export const virtualAddressSchema = z.object({
  address: z.string(),
  family: addressFamilySchema,
  /** As written, else 32 or 128. */
  prefixLength: z.int(),
  device: z.string().optional(),
  label: z.string().optional(),
  /** All words after the address, as written. */
  options: z.array(z.string()),
  source: sourceSchema,
});
export type VirtualAddress = z.infer<typeof virtualAddressSchema>;

/** A line of a list that is kept as its words: routes, rules, interface delays. */
export const listItemSchema = z.object({ words: z.array(z.string()), source: sourceSchema });
export type ListItem = z.infer<typeof listItemSchema>;

/** A reference to an interface or to a script, file, process or bfd of that name. */
export const trackSchema = z.object({
  name: z.string(),
  /** Added to (or, negative, taken from) the priority; absent: the tracked thing's own, 0 meaning FAULT. */
  weight: z.int().optional(),
  isReversed: z.boolean(),
  source: sourceSchema,
});
export type Track = z.infer<typeof trackSchema>;

export const tracksSchema = z.object({
  interfaces: z.array(trackSchema),
  scripts: z.array(trackSchema),
  files: z.array(trackSchema),
  processes: z.array(trackSchema),
  bfds: z.array(trackSchema),
});
export type Tracks = z.infer<typeof tracksSchema>;

/** By the event's keyword without `notify_`: master, backup, fault, stop; `any` for plain `notify`. */
export const notifySchema = z.record(z.string(), scriptSchema);
export type Notify = z.infer<typeof notifySchema>;

export const globalDefsSchema = z.object({
  routerId: z.string().optional(),
  notificationEmails: z.array(z.string()),
  notificationEmailFrom: z.string().optional(),
  smtpServer: z.string().optional(),
  scriptUser: z.object({ user: z.string(), group: z.string().optional() }).optional(),
  isScriptSecurityEnabled: z.boolean(),
  isStrict: z.boolean(),
  vrrpVersion: z.union([z.literal(2), z.literal(3)]),
  vrrpMulticastGroup4: z.string(),
  vrrpMulticastGroup6: z.string(),
  defaultInterface: z.string(),
  checksConfigAtReload: z.boolean(),
  lvsSyncDaemon: z
    .object({
      interface: z.string(),
      instance: z.string().optional(),
      syncId: z.int().optional(),
      options: z.array(z.string()),
      source: sourceSchema,
    })
    .optional(),
  lvsTimeouts: z
    .object({ tcpS: z.int().optional(), tcpFinS: z.int().optional(), udpS: z.int().optional() })
    .optional(),
  notifyFifos: z.array(
    z.object({ of: z.enum(["all", "vrrp", "lvs"]), path: z.string(), script: scriptSchema.optional() }),
  ),
  settings: z.array(settingSchema),
  /** Of each global_defs block. */
  sources: z.array(sourceSchema),
});
export type GlobalDefs = z.infer<typeof globalDefsSchema>;

export const vrrpInstanceSchema = z.object({
  name: z.string(),
  /** The state it starts in; `BACKUP` where the file says nothing or nonsense. */
  state: z.enum(["MASTER", "BACKUP"]),
  interface: z.string().optional(),
  virtualRouterId: z.int().optional(),
  /** 100 where not given, or 255 with state MASTER. */
  priority: z.int(),
  isPriorityGiven: z.boolean(),
  advertIntervalS: z.number(),
  /** Absent: vrrp_version of global_defs, and 3 for an instance with IPv6 addresses. */
  version: z.union([z.literal(2), z.literal(3)]).optional(),
  authentication: z
    .object({ type: z.enum(["PASS", "AH"]), secret: secretSchema.optional(), source: sourceSchema })
    .optional(),
  virtualAddresses: z.array(virtualAddressSchema),
  /** Held, but not listed in adverts. */
  excludedAddresses: z.array(virtualAddressSchema),
  virtualRoutes: z.array(listItemSchema),
  virtualRules: z.array(listItemSchema),
  unicastPeers: z.array(
    z.object({ address: z.string(), options: z.array(z.string()), source: sourceSchema }),
  ),
  unicastSourceAddress: z.string().optional(),
  multicastSourceAddress: z.string().optional(),
  /** False with nopreempt. */
  canPreempt: z.boolean(),
  preemptDelayS: z.number(),
  vmac: z.object({ name: z.string().optional() }).optional(),
  isStrict: z.boolean().optional(),
  hasSmtpAlert: z.boolean().optional(),
  tracks: tracksSchema,
  notify: notifySchema,
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type VrrpInstance = z.infer<typeof vrrpInstanceSchema>;

export const syncGroupSchema = z.object({
  name: z.string(),
  instances: z.array(z.object({ name: z.string(), source: sourceSchema })),
  tracks: tracksSchema,
  notify: notifySchema,
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type SyncGroup = z.infer<typeof syncGroupSchema>;

export const trackScriptSchema = z.object({
  name: z.string(),
  script: scriptSchema.optional(),
  intervalS: z.number(),
  timeoutS: z.number().optional(),
  weight: z.int(),
  isReversed: z.boolean(),
  rise: z.int(),
  fall: z.int(),
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type TrackScript = z.infer<typeof trackScriptSchema>;

export const trackFileSchema = z.object({
  name: z.string(),
  file: z.string().optional(),
  weight: z.int(),
  isReversed: z.boolean(),
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type TrackFile = z.infer<typeof trackFileSchema>;

export const trackProcessSchema = z.object({
  name: z.string(),
  /** The process and its arguments, as words. */
  process: z.array(z.string()),
  weight: z.int(),
  isReversed: z.boolean(),
  quorum: z.int(),
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type TrackProcess = z.infer<typeof trackProcessSchema>;

export const bfdInstanceSchema = z.object({
  name: z.string(),
  neighborAddress: z.string().optional(),
  sourceAddress: z.string().optional(),
  minReceiveMs: z.number(),
  minTransmitMs: z.number(),
  idleTransmitMs: z.number(),
  detectMultiplier: z.int(),
  isPassive: z.boolean(),
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type BfdInstance = z.infer<typeof bfdInstanceSchema>;

export const serverGroupMemberSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("address"),
    address: z.string(),
    /** A range or a net: the last address, `address` being the first. */
    lastAddress: z.string().optional(),
    port: z.int(),
    source: sourceSchema,
  }),
  z.object({
    kind: z.literal("fwmark"),
    mark: z.int(),
    /** Absent: that of the other members, else the virtual server's. */
    family: z.enum(["inet", "inet6"]).optional(),
    source: sourceSchema,
  }),
]);
export type ServerGroupMember = z.infer<typeof serverGroupMemberSchema>;

export const serverGroupSchema = z.object({
  name: z.string(),
  members: z.array(serverGroupMemberSchema),
  source: sourceSchema,
});
export type ServerGroup = z.infer<typeof serverGroupSchema>;

export const realServerSchema = z.object({
  address: z.string(),
  /** As written; absent: the virtual server's. */
  port: z.int().optional(),
  weight: z.int(),
  forwarding: forwardingMethodSchema.exclude(["Local"]).optional(),
  tunnel: tunnelSchema.optional(),
  upperThreshold: z.int(),
  lowerThreshold: z.int(),
  /** Absent: the virtual server's. */
  inhibitsOnFailure: z.boolean().optional(),
  checkers: z.array(checkerSchema),
  notifyUp: scriptSchema.optional(),
  notifyDown: scriptSchema.optional(),
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type RealServer = z.infer<typeof realServerSchema>;

/** What stands after `virtual_server`. */
export const virtualServerTargetSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("address"), address: z.string(), port: z.int() }),
  z.object({ kind: z.literal("fwmark"), mark: z.int() }),
  z.object({ kind: z.literal("group"), name: z.string() }),
]);
export type VirtualServerTarget = z.infer<typeof virtualServerTargetSchema>;

export const virtualServerSchema = z.object({
  target: virtualServerTargetSchema,
  /** UDP where the file names none: keepalived says so and goes on. */
  protocol: protocolSchema,
  isProtocolGiven: z.boolean(),
  /** Of a service by mark: ip_family, or its real servers'. */
  family: addressFamilySchema.optional(),
  scheduler: z.string(),
  /** As ipvsadm prints them: "flag-1", "sh-port", "mh-fallback" … */
  schedulerFlags: z.array(z.string()),
  forwarding: forwardingMethodSchema.exclude(["Local"]),
  tunnel: tunnelSchema.optional(),
  persistenceTimeoutS: z.int().optional(),
  persistenceMask: z.string().optional(),
  persistenceEngine: z.string().optional(),
  isOnePacket: z.boolean(),
  delayLoopS: z.number(),
  quorum: z.int(),
  hysteresis: z.int(),
  inhibitsOnFailure: z.boolean(),
  isAlpha: z.boolean(),
  isOmega: z.boolean(),
  isHaSuspended: z.boolean(),
  virtualhost: z.string().optional(),
  quorumUp: scriptSchema.optional(),
  quorumDown: scriptSchema.optional(),
  sorryServer: z
    .object({
      address: z.string(),
      port: z.int().optional(),
      inhibits: z.boolean(),
      forwarding: forwardingMethodSchema.exclude(["Local"]).optional(),
      source: sourceSchema,
    })
    .optional(),
  realServers: z.array(realServerSchema),
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type VirtualServer = z.infer<typeof virtualServerSchema>;

export const keepalivedModelSchema = z.object({
  global: globalDefsSchema,
  syncGroups: z.array(syncGroupSchema),
  instances: z.array(vrrpInstanceSchema),
  trackScripts: z.array(trackScriptSchema),
  trackFiles: z.array(trackFileSchema),
  trackProcesses: z.array(trackProcessSchema),
  bfdInstances: z.array(bfdInstanceSchema),
  serverGroups: z.array(serverGroupSchema),
  virtualServers: z.array(virtualServerSchema),
  staticAddresses: z.array(virtualAddressSchema),
  staticRoutes: z.array(listItemSchema),
  staticRules: z.array(listItemSchema),
  /** Other blocks and keywords of the top level, their inside flattened: track_group, garp_group, SSL … */
  others: z.array(settingSchema.extend({ block: z.array(z.string()) })),
});
export type KeepalivedModel = z.infer<typeof keepalivedModelSchema>;
