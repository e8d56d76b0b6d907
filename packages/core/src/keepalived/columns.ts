import { decodeUtf8 } from "./encoding.ts";

/**
 * Lines and columns of a text. Thousands of places may be asked for, mostly in their order, and a line may be a megabyte long:
 * so the count goes on from the place asked for before.
 */

/** Column (from 1) of an offset, in UTF-16 units of the line decoded as UTF-8. */
export const columnAt = (bytes: Uint8Array, offset: number): number => columnsOf(bytes).at(offset);

/** Offset of the first byte of a line (from 1); undefined for a line past the end of the text. */
export const offsetOfLine = (bytes: Uint8Array, line: number): number | undefined =>
  columnsOf(bytes).lineStarts[line - 1];

const remembered = new WeakMap<Uint8Array, Columns>();

const columnsOf = (bytes: Uint8Array): Columns => {
  const known = remembered.get(bytes);
  if (known !== undefined) return known;
  const columns = new Columns(bytes);
  remembered.set(bytes, columns);
  return columns;
};

/** How far the count stays behind, since a place is often asked for after the end of the one that follows it. */
const lag = 2048;

class Columns {
  private readonly bytes: Uint8Array;
  private starts: readonly number[] | undefined;
  /** Start of the line asked for last, and how many units stand between it and `counted`. */
  private lineStart = 0;
  private counted = 0;
  private units = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get lineStarts(): readonly number[] {
    this.starts ??= lineStartsOf(this.bytes);
    return this.starts;
  }

  at(offset: number): number {
    const { bytes } = this;
    const lineStart = this.lineStartOf(offset);
    if (lineStart !== this.lineStart || offset < this.counted) {
      this.lineStart = lineStart;
      this.counted = lineStart;
      this.units = 0;
    }
    const next = beforeCharacter(bytes, offset - lag);
    if (next > this.counted) {
      this.units += unitsIn(bytes, this.counted, next);
      this.counted = next;
    }
    return this.units + unitsIn(bytes, this.counted, offset) + 1;
  }

  private lineStartOf(offset: number): number {
    const isFurther = offset >= this.counted;
    const floor = isFurther ? this.counted : 0;
    for (let at = offset; at > floor; at -= 1) if (this.bytes[at - 1] === 10) return at;
    return isFurther ? this.lineStart : 0;
  }
}

const lineStartsOf = (bytes: Uint8Array): readonly number[] => {
  const starts = [0];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return starts;
};

/** The offset, or one up to three bytes before it where it would cut a UTF-8 sequence. */
const beforeCharacter = (bytes: Uint8Array, offset: number): number => {
  for (let at = offset; at > offset - 4; at -= 1) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  return offset;
};

const unitsIn = (bytes: Uint8Array, start: number, end: number): number => {
  for (let at = start; at < end; at += 1)
    if ((bytes[at] ?? 0) > 0x7f) return decodeUtf8(bytes.subarray(start, end)).length;
  return end - start;
};
