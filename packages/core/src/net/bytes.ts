/**
 * A cursor over bytes for decoding wire formats. It never throws: a read past the end returns 0 (or an empty array), leaves the
 * cursor at the end and sets `isTruncated` for good, so a decoder reads its whole fixed part and asks once. Loops over
 * variable parts run on `remaining`, which such a read also brings to 0.
 */
export class ByteReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #offset = 0;
  #isTruncated = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes read or skipped so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** True once any read or skip asked for more than was left. */
  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  /** Claims `length` bytes: their start, or -1 when there are too few. */
  #take(length: number): number {
    const start = this.#offset;
    if (length < 0 || start + length > this.#bytes.length) {
      this.#isTruncated = true;
      this.#offset = this.#bytes.length;
      return -1;
    }
    this.#offset = start + length;
    return start;
  }

  u8(): number {
    const start = this.#take(1);
    return start < 0 ? 0 : this.#view.getUint8(start);
  }

  u16be(): number {
    const start = this.#take(2);
    return start < 0 ? 0 : this.#view.getUint16(start, false);
  }

  u16le(): number {
    const start = this.#take(2);
    return start < 0 ? 0 : this.#view.getUint16(start, true);
  }

  u32be(): number {
    const start = this.#take(4);
    return start < 0 ? 0 : this.#view.getUint32(start, false);
  }

  u32le(): number {
    const start = this.#take(4);
    return start < 0 ? 0 : this.#view.getUint32(start, true);
  }

  i32le(): number {
    const start = this.#take(4);
    return start < 0 ? 0 : this.#view.getInt32(start, true);
  }

  /** A 64-bit counter as a number: exact below 2^53, rounded to the nearest double above. */
  u64be(): number {
    const start = this.#take(8);
    return start < 0
      ? 0
      : this.#view.getUint32(start, false) * 4_294_967_296 + this.#view.getUint32(start + 4, false);
  }

  /** A 64-bit counter as a number: exact below 2^53, rounded to the nearest double above. */
  u64le(): number {
    const start = this.#take(8);
    return start < 0
      ? 0
      : this.#view.getUint32(start + 4, true) * 4_294_967_296 + this.#view.getUint32(start, true);
  }

  /** A view (not a copy) of the next `length` bytes; empty when there are too few. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return start < 0 ? new Uint8Array(0) : this.#bytes.subarray(start, start + length);
  }

  /** A view of everything not yet read; the cursor moves to the end. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  skip(length: number): void {
    this.#take(length);
  }
}

/** A growing buffer for encoding wire formats. Values are cut to their width as DataView does; every method returns the writer. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(Math.max(16, capacity));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `length` bytes and returns where they start. */
  #grow(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }

  u8(value: number): this {
    const start = this.#grow(1);
    this.#view.setUint8(start, value);
    return this;
  }

  u16be(value: number): this {
    const start = this.#grow(2);
    this.#view.setUint16(start, value, false);
    return this;
  }

  u16le(value: number): this {
    const start = this.#grow(2);
    this.#view.setUint16(start, value, true);
    return this;
  }

  u32be(value: number): this {
    const start = this.#grow(4);
    this.#view.setUint32(start, value, false);
    return this;
  }

  u32le(value: number): this {
    const start = this.#grow(4);
    this.#view.setUint32(start, value, true);
    return this;
  }

  /** `value` must be a non-negative safe integer. */
  u64be(value: number): this {
    return this.u32be(Math.floor(value / 4_294_967_296)).u32be(value % 4_294_967_296);
  }

  /** `value` must be a non-negative safe integer. */
  u64le(value: number): this {
    return this.u32le(value % 4_294_967_296).u32le(Math.floor(value / 4_294_967_296));
  }

  bytes(value: Uint8Array): this {
    const start = this.#grow(value.length);
    this.#bytes.set(value, start);
    return this;
  }

  zeros(length: number): this {
    const start = this.#grow(length);
    this.#bytes.fill(0, start, start + length);
    return this;
  }

  /** Overwrites two bytes already written (a length or a checksum known only later). Offsets outside what was written are a bug. */
  patchU16be(offset: number, value: number): this {
    this.#view.setUint16(offset, value, false);
    return this;
  }

  patchU16le(offset: number, value: number): this {
    this.#view.setUint16(offset, value, true);
    return this;
  }

  patchU32le(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true);
    return this;
  }

  /** Forgets what was written; the memory stays. */
  reset(): this {
    this.#length = 0;
    return this;
  }

  /** A copy of what was written; the writer may go on. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/**
 * The Internet checksum (RFC 1071): ones' complement of the ones' complement sum of 16-bit big-endian words, an odd last byte
 * padded with zero. Over bytes that contain a right checksum it is 0.
 */
export const internetChecksum = (bytes: Uint8Array): number => {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) {
    sum += (bytes[index] ?? 0) * 256 + (bytes[index + 1] ?? 0);
  }
  while (sum > 0xff_ff) sum = (sum & 0xff_ff) + Math.floor(sum / 0x1_00_00);
  return ~sum & 0xff_ff;
};
