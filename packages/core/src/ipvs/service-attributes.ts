/** Numbers of include/uapi/linux/ip_vs.h for one virtual service. */

/** IPVS_SVC_ATTR_*. */
export const serviceAttribute = {
  family: 1,
  protocol: 2,
  address: 3,
  port: 4,
  mark: 5,
  scheduler: 6,
  flags: 7,
  timeout: 8,
  netmask: 9,
  stats: 10,
  engine: 11,
  stats64: 12,
} as const;

/** IP_VS_SVC_F_*. HASHED (2) is the kernel's own and is neither read nor written. */
export const serviceFlag = { persistent: 1, onePacket: 4 } as const;
