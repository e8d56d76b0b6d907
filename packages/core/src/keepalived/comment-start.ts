/**
 * Where the comment of a line begins, or its NUL; `end` where there is none. `!` and `#` count outside double quotes; a
 * backslash hides the character behind it, be it a mark or a quote. Source: decomment() of lib/parser.c, 2.2.7.
 */
export const commentFrom = (bytes: Uint8Array, range: { from: number; end: number }): number => {
  let isQuoted = false;
  for (let offset = range.from; offset < range.end; offset += 1) {
    const byte = bytes[offset];
    if (byte === 0x22) isQuoted = !isQuoted;
    else if (byte === 0) return offset;
    else if (byte === 0x5c) offset += bytes[offset + 1] === 0 ? 0 : 1;
    else if (!isQuoted && (byte === 0x21 || byte === 0x23)) return offset;
  }
  return range.end;
};
