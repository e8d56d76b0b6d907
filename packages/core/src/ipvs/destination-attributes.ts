import type { ForwardingMethod, Tunnel } from "./model.ts";

/** Numbers of include/uapi/linux/ip_vs.h for one real server. */

/** IPVS_DEST_ATTR_*. */
export const destinationAttribute = {
  address: 1,
  port: 2,
  forwarding: 3,
  weight: 4,
  upperThreshold: 5,
  lowerThreshold: 6,
  active: 7,
  inactive: 8,
  persistent: 9,
  stats: 10,
  family: 11,
  stats64: 12,
  tunnelType: 13,
  tunnelPort: 14,
  tunnelFlags: 15,
} as const;

/** IP_VS_CONN_F_* under `forwardingMask`, by their number; BYPASS (4) belongs to connections only. */
export const forwardingOfNumber: readonly ForwardingMethod[] = ["Masq", "Local", "Tunnel", "Route"];

/** The number of each of them. */
export const forwardingNumber: Readonly<Record<ForwardingMethod, number>> = {
  Masq: 0,
  Local: 1,
  Tunnel: 2,
  Route: 3,
};

/** IP_VS_CONN_F_FWD_MASK. */
export const forwardingMask = 7;

/** IP_VS_CONN_F_TUNNEL_TYPE_*, by their number. */
export const tunnelTypes: readonly Tunnel["type"][] = ["ipip", "gue", "gre"];

/** IP_VS_TUNNEL_ENCAP_FLAG_*, by their number. */
export const tunnelChecksums: readonly Tunnel["checksum"][] = ["none", "csum", "remcsum"];
