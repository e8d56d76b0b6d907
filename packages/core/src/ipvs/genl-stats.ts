import type { ByteWriter } from "../net/bytes.ts";
import { type AttributeReader, writeNested, writeU64 } from "../net/netlink.ts";
import type { Counters, Rates } from "./model.ts";

/**
 * IPVS_STATS_ATTR_*: counters and estimators of one service or destination. The kernel sends them twice, as 32-bit STATS and as
 * 64-bit STATS64 (since Linux 4.1); both lists have the same numbers, only the widths differ.
 */
export interface Statistics {
  readonly counters: Counters;
  readonly rates: Rates;
}

/** Reads either list: a value's own length says how wide it is. Absent values are 0. */
export const readStatistics = (attribute: AttributeReader): Statistics => {
  const counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
  const rates = {
    connectionsPerSecond: 0,
    inPacketsPerSecond: 0,
    outPacketsPerSecond: 0,
    inBytesPerSecond: 0,
    outBytesPerSecond: 0,
  };
  while (attribute.next()) {
    const value = attribute.length >= 8 ? attribute.u64() : attribute.length >= 4 ? attribute.u32() : 0;
    switch (attribute.type) {
      case 1:
        counters.connections = value;
        break;
      case 2:
        counters.inPackets = value;
        break;
      case 3:
        counters.outPackets = value;
        break;
      case 4:
        counters.inBytes = value;
        break;
      case 5:
        counters.outBytes = value;
        break;
      case 6:
        rates.connectionsPerSecond = value;
        break;
      case 7:
        rates.inPacketsPerSecond = value;
        break;
      case 8:
        rates.outPacketsPerSecond = value;
        break;
      case 9:
        rates.inBytesPerSecond = value;
        break;
      case 10:
        rates.outBytesPerSecond = value;
        break;
      // IPVS_STATS_ATTR_PAD keeps 64-bit values aligned, and newer kernels may add counters: neither is ours.
      default:
        break;
    }
  }
  return { counters, rates };
};

/** A STATS64 list inside an attribute numbered `type`, as the kernel answers it. */
export const writeStatistics = (writer: ByteWriter, type: number, statistics: Statistics): void => {
  const { counters, rates } = statistics;
  const values = [
    counters.connections,
    counters.inPackets,
    counters.outPackets,
    counters.inBytes,
    counters.outBytes,
    rates.connectionsPerSecond,
    rates.inPacketsPerSecond,
    rates.outPacketsPerSecond,
    rates.inBytesPerSecond,
    rates.outBytesPerSecond,
  ];
  writeNested(writer, type, (inner) => {
    for (const [index, value] of values.entries()) writeU64(inner, index + 1, value);
  });
};
