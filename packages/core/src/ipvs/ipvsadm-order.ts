import { addressFamily, addressToBytes, type Address } from "../net/address.ts";
import { ByteReader, ByteWriter } from "../net/bytes.ts";
import type { Destination, ServiceId, VirtualService } from "./model.ts";

/**
 * The order in which ipvsadm lists a table unless told `--nosort`. Its comparators subtract 32-bit numbers and keep 32 bits of the
 * result, so addresses more than 2^31 apart compare the wrong way round and the order is not total (libipvs.c
 * ipvs_cmp_services, ipvs_cmp_dests). What comes out then depends on the sorting algorithm, and that is glibc's qsort(3): a
 * top-down merge sort. To print the same bytes both are repeated here; for an order that can be trusted see table.ts.
 */

const addressWords = (bytes: Uint8Array): [number, number, number, number] => {
  const padded = new ByteReader(
    new ByteWriter(16)
      .bytes(bytes)
      .zeros(16 - bytes.length)
      .finish(),
  );
  return [padded.u32be(), padded.u32be(), padded.u32be(), padded.u32be()];
};

/** The number of a canonical IPv4 address, without a list of its parts: a table has a hundred thousand of them. */
const ipv4Word = (address: string): number => {
  let word = 0;
  let octet = 0;
  for (let index = 0; index < address.length; index += 1) {
    const code = address.codePointAt(index) ?? 0;
    if (code === dot) {
      word = word * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - zero;
  }
  return word * 256 + octet;
};

const dot = 0x2e;
const zero = 0x30;

const addressKey = (address: Address): Pick<SortKey, "family" | "words"> => {
  const family = familyNumbers[addressFamily(address)];
  return family === familyNumbers.inet
    ? { family, words: [ipv4Word(address), 0, 0, 0] }
    : { family, words: addressWords(addressToBytes(address)) };
};

type SortKey = {
  readonly mark: number;
  readonly family: number;
  readonly protocol: number;
  readonly words: readonly [number, number, number, number];
  readonly port: number;
};

const protocolNumbers = { TCP: 6, UDP: 17, SCTP: 132 } as const;
/** AF_INET, AF_INET6. */
const familyNumbers = { inet: 2, inet6: 10 } as const;

/** A mark has no protocol, address and port in the kernel's answer: they are zero there. */
const serviceSortKey = (id: ServiceId): SortKey => {
  if (id.kind === "fwmark")
    return { mark: id.mark, family: familyNumbers[id.family], protocol: 0, words: [0, 0, 0, 0], port: 0 };
  return { mark: 0, protocol: protocolNumbers[id.protocol], port: id.port, ...addressKey(id.address) };
};

const destinationSortKey = ({ address, port }: Destination): SortKey => ({
  mark: 0,
  protocol: 0,
  port,
  ...addressKey(address),
});

/** Only the first operand's family says how many words count, as in libipvs. */
const compareWords = (a: SortKey, b: SortKey): number => {
  const count = a.family === familyNumbers.inet6 ? 4 : 1;
  for (let index = 0; index < count; index += 1) {
    const difference = ((a.words[index] ?? 0) - (b.words[index] ?? 0)) | 0;
    if (difference !== 0) return difference;
  }
  return 0;
};

const compareServiceKeys = (a: SortKey, b: SortKey): number =>
  (a.mark - b.mark) | 0 ||
  a.family - b.family ||
  a.protocol - b.protocol ||
  compareWords(a, b) ||
  a.port - b.port;

const compareDestinationKeys = (a: SortKey, b: SortKey): number => compareWords(a, b) || a.port - b.port;

type Keyed<T> = { readonly key: SortKey; readonly item: T };

/** glibc msort_with_tmp: the first half is the smaller one, and a tie takes from it. */
const mergeSort = <T>(
  items: readonly Keyed<T>[],
  compare: (a: SortKey, b: SortKey) => number,
): Keyed<T>[] => {
  if (items.length <= 1) return [...items];
  const half = Math.floor(items.length / 2);
  const left = mergeSort(items.slice(0, half), compare);
  const right = mergeSort(items.slice(half), compare);
  const merged: Keyed<T>[] = [];
  let leftIndex = 0;
  let rightIndex = 0;
  for (;;) {
    const a = left[leftIndex];
    const b = right[rightIndex];
    const next = b === undefined || (a !== undefined && compare(a.key, b.key) <= 0) ? a : b;
    if (next === undefined) return merged;
    merged.push(next);
    if (next === a) leftIndex += 1;
    else rightIndex += 1;
  }
};

/** Services as ipvsadm lists them; the input must be in the kernel's own order. */
export const sortServicesAsIpvsadm = (services: readonly VirtualService[]): VirtualService[] =>
  mergeSort(
    services.map((item) => ({ key: serviceSortKey(item.id), item })),
    compareServiceKeys,
  ).map(({ item }) => item);

/** Real servers as ipvsadm lists them; the input must be in the kernel's own order. */
export const sortDestinationsAsIpvsadm = (destinations: readonly Destination[]): Destination[] =>
  mergeSort(
    destinations.map((item) => ({ key: destinationSortKey(item), item })),
    compareDestinationKeys,
  ).map(({ item }) => item);
