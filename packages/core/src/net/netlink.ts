import { ByteWriter } from "./bytes.ts";

/**
 * Netlink framing: messages and attributes, bytes ↔ plain data (RFC 3549, include/uapi/linux/netlink.h).
 * Numbers are in the machine's own order; every machine that a director runs on here (x86-64, arm64) is little-endian, and so
 * is this code. Attributes that netlink itself defines as big-endian (ports, IPv4 masks) have their own readers and writers.
 */

/** Kinds of control messages (nlmsg_type below NLMSG_MIN_TYPE). */
export const netlinkControl = { noop: 1, error: 2, done: 3, overrun: 4, minType: 16 } as const;

/** nlmsg_flags. */
export const netlinkFlags = {
  request: 0x1,
  multi: 0x2,
  ack: 0x4,
  /** The table changed while it was dumped: the dump is not one moment's state. */
  dumpInterrupted: 0x10,
  dump: 0x300,
} as const;

/** Bytes of `struct nlmsghdr`. */
export const netlinkHeaderLength = 16;

const attributeHeaderLength = 4;
const attributeTypeMask = 0x3f_ff;
const nestedFlag = 0x80_00;

const align = (length: number): number => (length + 3) & ~3;

export interface NetlinkHeader {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** Port id of the sender's socket; 0 is the kernel. */
  readonly port?: number;
}

/** A message is some sixty bytes, and a large table is written with a hundred thousand: making a buffer for each costs more than writing it. */
const scratch = new ByteWriter(4096);
let isScratchTaken = false;

/** One whole message; `writePayload` adds everything after the header. The result's length is a multiple of four. */
export const encodeMessage = (
  header: NetlinkHeader,
  writePayload: (writer: ByteWriter) => void,
): Uint8Array => {
  // A message written while another is being written gets a buffer of its own.
  const isNested = isScratchTaken;
  isScratchTaken = true;
  try {
    const writer = isNested ? new ByteWriter(256) : scratch.reset();
    writer
      .u32le(0)
      .u16le(header.type)
      .u16le(header.flags)
      .u32le(header.sequence)
      .u32le(header.port ?? 0);
    writePayload(writer);
    writer.patchU32le(0, writer.length);
    return writer.zeros(align(writer.length) - writer.length).finish();
  } finally {
    isScratchTaken = isNested;
  }
};

/** One attribute; `writeValue` adds its payload, padding follows by itself. */
export const writeAttribute = (
  writer: ByteWriter,
  type: number,
  writeValue: (writer: ByteWriter) => void,
): void => {
  const start = writer.length;
  writer.u16le(0).u16le(type);
  writeValue(writer);
  const length = writer.length - start;
  writer.patchU16le(start, length).zeros(align(length) - length);
};

/** An attribute that holds attributes (NLA_F_NESTED). */
export const writeNested = (
  writer: ByteWriter,
  type: number,
  writeValue: (writer: ByteWriter) => void,
): void => writeAttribute(writer, type | nestedFlag, writeValue);

export const writeU8 = (writer: ByteWriter, type: number, value: number): void =>
  writeAttribute(writer, type, (inner) => inner.u8(value));

export const writeU16 = (writer: ByteWriter, type: number, value: number): void =>
  writeAttribute(writer, type, (inner) => inner.u16le(value));

/** Big-endian, as the kernel keeps ports (NLA_BE16). */
export const writeU16be = (writer: ByteWriter, type: number, value: number): void =>
  writeAttribute(writer, type, (inner) => inner.u16be(value));

/** Negative values are written as their two's complement. */
export const writeU32 = (writer: ByteWriter, type: number, value: number): void =>
  writeAttribute(writer, type, (inner) => inner.u32le(value));

/** `value` must be a non-negative safe integer. */
export const writeU64 = (writer: ByteWriter, type: number, value: number): void =>
  writeAttribute(writer, type, (inner) => inner.u64le(value));

/** ASCII with the closing NUL that NLA_NUL_STRING asks for. */
export const writeText = (writer: ByteWriter, type: number, value: string): void =>
  writeAttribute(writer, type, (inner) => {
    for (let index = 0; index < value.length; index += 1) inner.u8(value.charCodeAt(index));
    inner.u8(0);
  });

/**
 * Walks messages or attributes in place without making an object for each: the sweep of a large table reads two million attributes.
 * Never throws and never reads outside [start, end). A header that does not fit stops the walk and sets `isMalformed`
 * for good; so does a value shorter than the reader asked for, which then reads as 0.
 */
export class AttributeReader {
  type = 0;
  /** Offset of the current attribute's value in the view. */
  start = 0;
  /** Bytes of the current attribute's value. */
  length = 0;
  isMalformed = false;
  readonly #view: DataView;
  #cursor: number;
  #end: number;

  constructor(view: DataView, start: number, end: number) {
    this.#view = view;
    this.#cursor = start;
    this.#end = Math.min(end, view.byteLength);
  }

  /** Starts again on another stretch of the same view; `isMalformed` stays. */
  reset(start: number, end: number): this {
    this.#cursor = start;
    this.#end = Math.min(end, this.#view.byteLength);
    return this;
  }

  /** Moves to the next attribute; false at the end. */
  next(): boolean {
    const at = this.#cursor;
    if (at + attributeHeaderLength > this.#end) {
      if (at < this.#end) this.isMalformed = true;
      return false;
    }
    const length = this.#view.getUint16(at, true);
    if (length < attributeHeaderLength || at + length > this.#end) {
      this.isMalformed = true;
      this.#cursor = this.#end;
      return false;
    }
    this.type = this.#view.getUint16(at + 2, true) & attributeTypeMask;
    this.start = at + attributeHeaderLength;
    this.length = length - attributeHeaderLength;
    this.#cursor = at + align(length);
    return true;
  }

  #has(length: number): boolean {
    if (this.length >= length) return true;
    this.isMalformed = true;
    return false;
  }

  u8(): number {
    return this.#has(1) ? this.#view.getUint8(this.start) : 0;
  }

  u16(): number {
    return this.#has(2) ? this.#view.getUint16(this.start, true) : 0;
  }

  u16be(): number {
    return this.#has(2) ? this.#view.getUint16(this.start, false) : 0;
  }

  u32(): number {
    return this.#has(4) ? this.#view.getUint32(this.start, true) : 0;
  }

  i32(): number {
    return this.#has(4) ? this.#view.getInt32(this.start, true) : 0;
  }

  /** Exact below 2^53. */
  u64(): number {
    if (!this.#has(8)) return 0;
    return (
      this.#view.getUint32(this.start + 4, true) * 4_294_967_296 + this.#view.getUint32(this.start, true)
    );
  }

  /** ASCII up to the first NUL. */
  text(): string {
    let text = "";
    for (let index = this.start; index < this.start + this.length; index += 1) {
      const code = this.#view.getUint8(index);
      if (code === 0) break;
      text += String.fromCharCode(code);
    }
    return text;
  }

  /** A view (not a copy) of the value. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.start, this.length);
  }
}

/** Walks whole messages in place; same promises as `AttributeReader`. */
export class MessageReader {
  type = 0;
  flags = 0;
  sequence = 0;
  /** Offset of the message's first byte. */
  offset = 0;
  /** Offset just past the message, without padding. */
  end = 0;
  isMalformed = false;
  readonly view: DataView;
  #cursor = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves to the next message; false at the end. */
  next(): boolean {
    const at = this.#cursor;
    if (at + netlinkHeaderLength > this.view.byteLength) {
      if (at < this.view.byteLength) this.isMalformed = true;
      return false;
    }
    const length = this.view.getUint32(at, true);
    if (length < netlinkHeaderLength || at + length > this.view.byteLength) {
      this.isMalformed = true;
      this.#cursor = this.view.byteLength;
      return false;
    }
    this.offset = at;
    this.end = at + length;
    this.type = this.view.getUint16(at + 4, true);
    this.flags = this.view.getUint16(at + 6, true);
    this.sequence = this.view.getUint32(at + 8, true);
    this.#cursor = at + align(length);
    return true;
  }

  /** Offset of the payload. */
  get payload(): number {
    return this.offset + netlinkHeaderLength;
  }

  /** The errno of an error or done message as a positive number; 0 is an acknowledgement. */
  errno(): number {
    return this.payload + 4 <= this.end ? Math.abs(this.view.getInt32(this.payload, true)) : 0;
  }

  /** True when this message is the last answer to its request: an acknowledgement, an error, or the end of a dump. */
  get isFinal(): boolean {
    return this.type === netlinkControl.error || this.type === netlinkControl.done;
  }
}

/** The messages in stretches of whole ones, each of at most about so many bytes (one message where it is larger): for decoding in slices. */
export function* splitMessages(bytes: Uint8Array, mostBytes: number): Generator<Uint8Array> {
  const message = new MessageReader(bytes);
  let start = 0;
  while (message.next()) {
    if (message.end - start <= mostBytes || message.offset === start) continue;
    yield bytes.subarray(start, message.offset);
    start = message.offset;
  }
  // What is cut off at the end stays with the last stretch, where its decoder tells it.
  if (start < bytes.length) yield bytes.subarray(start);
}
