import type { Destination, VirtualService } from "@lvs/core/ipvs/model";
import { packedRowCount, unpackDestinations } from "@lvs/core/ipvs/unpack-destinations";

/** Of every service that was made here. */
const packed = new WeakMap<VirtualService, Int32Array>();

/** What was decoded last: whoever looks at one service more than once in a row gets the same rows. */
const latest: { words: Int32Array | undefined; rows: Destination[] } = { words: undefined, rows: [] };

const rowsOf = (words: Int32Array): Destination[] => {
  if (latest.words !== words) {
    latest.rows = unpackDestinations(words);
    latest.words = words;
  }
  return latest.rows;
};

/** One getter for all of them, so that all have one shape. */
const destinations: PropertyDescriptor & ThisType<VirtualService> = {
  enumerable: true,
  configurable: true,
  get() {
    const words = packed.get(this);
    return words === undefined ? [] : rowsOf(words);
  },
};

/**
 * A virtual service whose real servers stay packed and are decoded when `destinations` is read: for readers it is plain data as any
 * other, but a table of a hundred thousand real servers is a few megabytes outside the heap instead of a pause of the garbage
 * collector in every sweep. Each reading of `destinations` may be another array with the same rows: read it once and keep it.
 */
export const packedService = (head: VirtualService, words: Int32Array): VirtualService => {
  const service = Object.defineProperty({ ...head }, "destinations", destinations);
  packed.set(service, words);
  return service;
};

/** How many real servers the service has, without decoding them. */
export const rowCount = (service: VirtualService): number => {
  const words = packed.get(service);
  return words === undefined ? service.destinations.length : packedRowCount(words);
};
