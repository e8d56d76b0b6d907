import { netlinkControl } from "../net/netlink.ts";
import {
  destinationAttribute,
  forwardingMask,
  forwardingNumber,
  forwardingOfNumber,
  tunnelChecksums,
  tunnelTypes,
} from "./destination-attributes.ts";
import { commandAttribute } from "./genl.ts";

/**
 * Real servers as 32-bit words: a tenth of the kernel's answer, and no object for the garbage collector to carry. A table of a
 * hundred thousand is kept so and decoded where somebody looks (`unpackDestinations`).
 *
 * Words: `packedHeader` of them (rows, entries that could not be read, 1 for damaged bytes), then each row: flags (`packedFlag`, port in the
 * upper half), weight, upper and lower threshold, active, inactive and persistent connections, the address (one word, four of
 * IPv6), and where the flags say so one word of tunnel, ten of counters, ten of rates (low word before high).
 */
export const packedHeader = 3;
export const packedFlag = { inet6: 1, forwardingShift: 1, counters: 8, rates: 16, tunnel: 32 } as const;
/** Words of a row before its address. */
export const packedFixed = 7;
/** Words of five 64-bit numbers. */
export const packedNumbers = 10;
/** Words of the largest row. */
const packedRowMost = packedFixed + 4 + 1 + 2 * packedNumbers;

/**
 * Words that the packed form of an answer of so many bytes can need at most. A row needs 32 at most, and the shortest attributes that make it
 * need so many (address, forwarding method, one counter, one rate) are longer than that in bytes. The kernel's own rows need a tenth.
 */
export const packedCapacity = (answerBytes: number): number => packedHeader + packedRowMost + answerBytes;

/** Where in a row the value of a 32-bit attribute goes; 0: it goes nowhere by itself. */
const slots = new Uint8Array(32);
slots[destinationAttribute.weight] = 1;
slots[destinationAttribute.upperThreshold] = 2;
slots[destinationAttribute.lowerThreshold] = 3;
slots[destinationAttribute.active] = 4;
slots[destinationAttribute.inactive] = 5;
slots[destinationAttribute.persistent] = 6;

const swap16 = (word: number): number => ((word & 255) << 8) | ((word >> 8) & 255);

/**
 * Packs answers one after another. It reads words, not bytes: netlink aligns everything to four, and plain element access is what is
 * fast before a compiler has seen it, too.
 */
export class DestinationPacker {
  readonly #absentForwarding: number;
  #words: Int32Array = new Int32Array(0);
  #out: Int32Array = new Int32Array(0);
  #isMalformed = false;
  #address = 0;
  #addressBytes = 0;
  #family = 0;
  #port = 0;
  #forwarding = 0;
  #narrow = 0;
  #narrowEnd = 0;
  #wide = 0;
  #wideEnd = 0;
  #tunnelType = 0;
  #tunnelPort = 0;
  #tunnelFlags = 0;

  /** `absentForwarding`: what an entry without a forwarding method stands for; -1, none: such an entry is damaged. */
  constructor(absentForwarding = -1) {
    this.#absentForwarding = absentForwarding;
  }

  /**
   * Packs the answer to `encodeDumpDestinations` into `out` from word `at` on, where `packedCapacity` words must be free. Returns the
   * word behind the last. Never throws, whatever the bytes.
   */
  pack(answer: Uint8Array, out: Int32Array, at: number): number {
    const words = this.#begin(answer, out);
    const bytes = answer.length;
    let rows = 0;
    let unreadable = 0;
    let end = at + packedHeader;
    let start = 0;
    while (start + 16 <= bytes) {
      const length = words[start >> 2] ?? 0;
      if (length < 16 || length > bytes - start) break;
      const type = (words[(start >> 2) + 1] ?? 0) & 0xff_ff;
      const isFinal = type === netlinkControl.error || type === netlinkControl.done;
      let attribute = (start >> 2) + 5;
      const messageEnd = start + length;
      while (!isFinal && attribute * 4 + 4 <= messageEnd) {
        const header = words[attribute] ?? 0;
        const attributeBytes = header & 0xff_ff;
        if (attributeBytes < 4 || attributeBytes > messageEnd - attribute * 4) break;
        if (((header >>> 16) & 0x3f_ff) === commandAttribute.destination) {
          const next = this.#row(attribute + 1, attribute * 4 + attributeBytes, end);
          if (next === end) unreadable += 1;
          else rows += 1;
          end = next;
        }
        attribute += (attributeBytes + 3) >> 2;
      }
      if (!isFinal && attribute * 4 < messageEnd) this.#isMalformed = true;
      start += (length + 3) & ~3;
    }
    out[at] = rows;
    out[at + 1] = unreadable;
    out[at + 2] = this.#isMalformed || start < bytes ? 1 : 0;
    return end;
  }

  /** Packs the attributes of one real server that stand in `bytes`; 0 words when they are damaged. */
  packOne(bytes: Uint8Array, out: Int32Array): number {
    this.#begin(bytes, out);
    return this.#row(0, bytes.length, 0);
  }

  #begin(bytes: Uint8Array, out: Int32Array): Int32Array {
    const isAligned = bytes.byteOffset % 4 === 0 && bytes.length % 4 === 0;
    const padded = isAligned ? bytes : new Uint8Array((bytes.length + 3) & ~3);
    if (!isAligned) padded.set(bytes);
    this.#words = new Int32Array(padded.buffer, padded.byteOffset, padded.length >> 2);
    this.#out = out;
    this.#isMalformed = false;
    return this.#words;
  }

  /** Packs one row to word `at`: from word `start` to byte `end` of the answer. Returns the word behind it, `at` for none. */
  #row(start: number, end: number, at: number): number {
    const words = this.#words;
    const out = this.#out;
    for (let slot = 1; slot < packedFixed; slot += 1) out[at + slot] = 0;
    this.#forget();
    let attribute = start;
    while (attribute * 4 + 4 <= end) {
      const header = words[attribute] ?? 0;
      const length = header & 0xff_ff;
      if (length < 4 || length > end - attribute * 4) break;
      const type = (header >>> 16) & 0x3f_ff;
      const slot = type < 32 ? (slots[type] ?? 0) : 0;
      if (slot === 0) this.#other(type, attribute, length);
      else if (length >= 8) out[at + slot] = words[attribute + 1] ?? 0;
      else this.#isMalformed = true;
      attribute += (length + 3) >> 2;
    }
    if (attribute * 4 < end) this.#isMalformed = true;
    return this.#finish(at);
  }

  #forget(): void {
    this.#addressBytes = this.#port = this.#narrowEnd = this.#wideEnd = 0;
    this.#tunnelType = this.#tunnelPort = this.#tunnelFlags = 0;
    this.#family = 2;
    this.#forwarding = this.#absentForwarding;
  }

  #other(type: number, attribute: number, length: number): void {
    const value = this.#words[attribute + 1] ?? 0;
    switch (type) {
      case destinationAttribute.address:
        this.#address = attribute + 1;
        this.#addressBytes = length - 4;
        return;
      case destinationAttribute.stats:
        // Kept unread: a kernel since 4.1 sends the same numbers as STATS64.
        this.#narrow = attribute + 1;
        this.#narrowEnd = attribute * 4 + length;
        return;
      case destinationAttribute.stats64:
        this.#wide = attribute + 1;
        this.#wideEnd = attribute * 4 + length;
        return;
      default:
        break;
    }
    if (length < 5 + (type === destinationAttribute.tunnelType ? 0 : 1)) {
      this.#isMalformed ||= type <= destinationAttribute.tunnelFlags;
      return;
    }
    if (type === destinationAttribute.port) this.#port = swap16(value);
    else if (type === destinationAttribute.forwarding) this.#forwarding = value & forwardingMask;
    else if (type === destinationAttribute.family) this.#family = value & 0xff_ff;
    else if (type === destinationAttribute.tunnelType) this.#tunnelType = value & 255;
    else if (type === destinationAttribute.tunnelPort) this.#tunnelPort = swap16(value);
    else if (type === destinationAttribute.tunnelFlags) this.#tunnelFlags = value & 0xff_ff;
    // Anything else is a newer kernel's: netlink's rule is that an old reader passes over it.
  }

  /** Flags, address, tunnel and numbers of the row at `at`, whose settings stand there already. */
  #finish(at: number): number {
    const out = this.#out;
    const addressWords = this.#family === 10 ? 4 : 1;
    const isKnown =
      (this.#family === 2 || this.#family === 10) &&
      this.#addressBytes >= addressWords * 4 &&
      this.#forwarding >= 0 &&
      this.#forwarding < forwardingOfNumber.length;
    if (!isKnown) return at;
    let end = at + packedFixed;
    for (let word = 0; word < addressWords; word += 1)
      out[end + word] = this.#words[this.#address + word] ?? 0;
    end += addressWords;
    let flags = (this.#port << 16) | (this.#forwarding << packedFlag.forwardingShift);
    if (this.#family === 10) flags |= packedFlag.inet6;
    if (this.#forwarding === forwardingNumber.Tunnel) {
      if (this.#tunnelType >= tunnelTypes.length || this.#tunnelFlags >= tunnelChecksums.length) return at;
      flags |= packedFlag.tunnel;
      out[end] = this.#tunnelType | (this.#tunnelFlags << 8) | (this.#tunnelPort << 16);
      end += 1;
    }
    const start = this.#wideEnd > 0 ? this.#wide : this.#narrow;
    const statisticsEnd = this.#wideEnd > 0 ? this.#wideEnd : this.#narrowEnd;
    if (this.#numbers(start, statisticsEnd, end, 1)) {
      flags |= packedFlag.counters;
      end += packedNumbers;
    }
    if (this.#numbers(start, statisticsEnd, end, 6)) {
      flags |= packedFlag.rates;
      end += packedNumbers;
    }
    out[at] = flags;
    return end;
  }

  /**
   * The five statistics from number `first` on, 32 or 64 bits wide as their length says, to word `at`; false, and nothing said, where all are
   * 0: on a large table most real servers are idle at most moments.
   */
  #numbers(start: number, end: number, at: number, first: number): boolean {
    const words = this.#words;
    const out = this.#out;
    let any = 0;
    let attribute = start;
    while (attribute * 4 + 4 <= end) {
      const header = words[attribute] ?? 0;
      const length = header & 0xff_ff;
      if (length < 4 || length > end - attribute * 4) break;
      const index = ((header >>> 16) & 0x3f_ff) - first;
      if (index >= 0 && index < 5 && length >= 8) {
        const low = words[attribute + 1] ?? 0;
        const high = length >= 12 ? (words[attribute + 2] ?? 0) : 0;
        if (any === 0 && (low | high) !== 0) out.fill(0, at, at + packedNumbers);
        any |= low | high;
        if (any !== 0) {
          out[at + index * 2] = low;
          out[at + index * 2 + 1] = high;
        }
      }
      attribute += (length + 3) >> 2;
    }
    if (attribute * 4 < end) this.#isMalformed = true;
    return any !== 0;
  }
}
