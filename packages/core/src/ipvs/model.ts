import { z } from "zod";

/**
 * The kernel's IPVS table as plain data: what `ipvsadm -Ln` and its variants print, what generic netlink answers.
 * Addresses are canonical text (RFC 5952 for IPv6). Counters are the kernel's 64-bit totals as safe integers.
 * Words: ipvsadm(8), include/uapi/linux/ip_vs.h.
 */

export const protocolSchema = z.enum(["TCP", "UDP", "SCTP"]);
export type Protocol = z.infer<typeof protocolSchema>;

export const addressFamilySchema = z.enum(["inet", "inet6"]);
export type AddressFamily = z.infer<typeof addressFamilySchema>;

/** What makes a virtual service this one and no other (ip_vs.h `struct ip_vs_service_user`: protocol+addr+port, or fwmark+af). */
export const serviceIdSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("address"),
    protocol: protocolSchema,
    address: z.string(),
    port: z.int().min(0).max(65_535),
  }),
  z.object({
    kind: z.literal("fwmark"),
    mark: z.int().min(1).max(4_294_967_295),
    family: addressFamilySchema,
  }),
]);
export type ServiceId = z.infer<typeof serviceIdSchema>;

/**
 * ipvsadm's Forward column. Kernels before 2.6.37 turned Route and Tunnel to an address of their own into Local by themselves; a 6.1
 * kernel keeps what was asked for, and ipvsadm cannot ask for Local.
 */
export const forwardingMethodSchema = z.enum(["Masq", "Local", "Tunnel", "Route"]);
export type ForwardingMethod = z.infer<typeof forwardingMethodSchema>;

/**
 * Totals since the entry was made or zeroed (`ipvsadm --stats`), as of the kernel's last tick of two seconds; they stand still while
 * net.ipv4.vs.run_estimation is 0. In Route and Tunnel the out columns stay 0: replies bypass the director.
 */
export const countersSchema = z.object({
  connections: z.number(),
  inPackets: z.number(),
  outPackets: z.number(),
  inBytes: z.number(),
  outBytes: z.number(),
});
export type Counters = z.infer<typeof countersSchema>;

/** The kernel's estimators (`ipvsadm --rate`), per second; bytes per second, not bits. */
export const ratesSchema = z.object({
  connectionsPerSecond: z.number(),
  inPacketsPerSecond: z.number(),
  outPacketsPerSecond: z.number(),
  inBytesPerSecond: z.number(),
  outBytesPerSecond: z.number(),
});
export type Rates = z.infer<typeof ratesSchema>;

/** How a Tunnel destination is wrapped (`--tun-info`): ip_vs.h IP_VS_CONN_F_TUNNEL_TYPE_*. */
export const tunnelSchema = z.object({
  type: z.enum(["ipip", "gue", "gre"]),
  port: z.int().min(0).max(65_535),
  checksum: z.enum(["none", "csum", "remcsum"]),
});
export type Tunnel = z.infer<typeof tunnelSchema>;

/** One real server of one virtual service (a "destination" in the kernel's words). */
export const destinationSchema = z.object({
  address: z.string(),
  port: z.int().min(0).max(65_535),
  forwarding: forwardingMethodSchema,
  weight: z.int(),
  /** 0 = no limit. */
  upperThreshold: z.int(),
  lowerThreshold: z.int(),
  activeConnections: z.int(),
  inactiveConnections: z.int(),
  persistentConnections: z.int(),
  counters: countersSchema,
  rates: ratesSchema,
  tunnel: tunnelSchema.optional(),
});
export type Destination = z.infer<typeof destinationSchema>;

export const persistenceSchema = z.object({
  timeoutS: z.int().min(1),
  /** Granularity: netmask text for IPv4 ("255.255.255.0"), prefix length text for IPv6 ("64"). Absent = one client address. */
  mask: z.string().optional(),
  /** Persistence engine (`--pe sip`). */
  engine: z.string().optional(),
});
export type Persistence = z.infer<typeof persistenceSchema>;

export const virtualServiceSchema = z.object({
  id: serviceIdSchema,
  /** "wlc", "sh", … as the kernel's scheduler module names itself. */
  scheduler: z.string(),
  /** Scheduler flags as ipvsadm prints them: "sh-fallback", "sh-port", "mh-fallback", "mh-port", "flag-1" … */
  schedulerFlags: z.array(z.string()),
  persistence: persistenceSchema.optional(),
  /**
   * A persistence engine on a service that is not persistent: it does nothing, but the kernel keeps it and `ipvsadm -S` prints it.
   * On a persistent service the engine stands in `persistence`.
   */
  idleEngine: z.string().optional(),
  /** `--ops`: every UDP packet is scheduled alone. */
  onePacket: z.boolean(),
  counters: countersSchema,
  rates: ratesSchema,
  /** In the kernel's own order. */
  destinations: z.array(destinationSchema),
});
export type VirtualService = z.infer<typeof virtualServiceSchema>;

export const ipvsTableSchema = z.object({
  /** "1.2.1" */
  version: z.string(),
  /** Connection hash buckets: the `size=` of ipvsadm's first line. */
  size: z.int(),
  /** In the kernel's own order. */
  services: z.array(virtualServiceSchema),
});
export type IpvsTable = z.infer<typeof ipvsTableSchema>;

export const noCounters: Counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
export const noRates: Rates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};
