import type { ByteWriter } from "../net/bytes.ts";
import { type AttributeReader, writeNested, writeU64 } from "../net/netlink.ts";
import { type Counters, noCounters, noRates, type Rates } from "./model.ts";

/**
 * IPVS_STATS_ATTR_*: counters and estimators of one service or destination. The kernel sends them twice, as 32-bit STATS and as
 * 64-bit STATS64 (since Linux 4.1); both lists have the same numbers, only the widths differ.
 */
export interface Statistics {
  readonly counters: Counters;
  readonly rates: Rates;
}

/**
 * Reads either list: a value's own length says how wide it is. Absent values are 0. Counters that are all 0, and rates that are,
 * are the one shared object of the model: on a large table most real servers are idle at most moments.
 */
export const readStatistics = (attribute: AttributeReader): Statistics => {
  let connections = 0;
  let inPackets = 0;
  let outPackets = 0;
  let inBytes = 0;
  let outBytes = 0;
  let connectionsPerSecond = 0;
  let inPacketsPerSecond = 0;
  let outPacketsPerSecond = 0;
  let inBytesPerSecond = 0;
  let outBytesPerSecond = 0;
  while (attribute.next()) {
    const value = attribute.length >= 8 ? attribute.u64() : attribute.length >= 4 ? attribute.u32() : 0;
    if (value === 0) continue;
    switch (attribute.type) {
      case 1:
        connections = value;
        break;
      case 2:
        inPackets = value;
        break;
      case 3:
        outPackets = value;
        break;
      case 4:
        inBytes = value;
        break;
      case 5:
        outBytes = value;
        break;
      case 6:
        connectionsPerSecond = value;
        break;
      case 7:
        inPacketsPerSecond = value;
        break;
      case 8:
        outPacketsPerSecond = value;
        break;
      case 9:
        inBytesPerSecond = value;
        break;
      case 10:
        outBytesPerSecond = value;
        break;
      // IPVS_STATS_ATTR_PAD keeps 64-bit values aligned, and newer kernels may add counters: neither is ours.
      default:
        break;
    }
  }
  const hasCounters = connections + inPackets + outPackets + inBytes + outBytes > 0;
  const hasRates =
    connectionsPerSecond + inPacketsPerSecond + outPacketsPerSecond + inBytesPerSecond + outBytesPerSecond >
    0;
  return {
    counters: hasCounters ? { connections, inPackets, outPackets, inBytes, outBytes } : noCounters,
    rates: hasRates
      ? { connectionsPerSecond, inPacketsPerSecond, outPacketsPerSecond, inBytesPerSecond, outBytesPerSecond }
      : noRates,
  };
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
