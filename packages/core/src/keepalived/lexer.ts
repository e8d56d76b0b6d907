import { commentFrom } from "./comment-start.ts";

/**
 * Cuts one line of keepalived.conf into tokens, as lib/parser.c of keepalived 2.2.7 does: comment first, then braces,
 * then words at white space. Works on bytes; a UTF-8 sequence is never cut, since every mark is ASCII.
 */

/** keepalived reads lines into a buffer of 1024 bytes: what goes past 1023 is read as the next line. */
export const maxLineLength = 1023;

export const tokenKinds = {
  word: 0,
  quotedWord: 1,
  open: 2,
  close: 3,
  comment: 4,
  /** From a `"` that is never closed to the end of the line: keepalived drops it. */
  unterminated: 5,
  /** From a NUL byte to the end of the line: not read. */
  unread: 6,
} as const;
export type TokenKind = (typeof tokenKinds)[keyof typeof tokenKinds];

/** The tokens of one line, in arrays that are used again for every line. Offsets are absolute. */
export interface LineTokens {
  count: number;
  kinds: TokenKind[];
  starts: number[];
  ends: number[];
  /** The word holds bytes above 127 or `\!` or `\#`, so it is not simply a slice of the text. */
  isPlain: boolean[];
  /** First byte of the next line. */
  next: number;
  /** The line was cut at 1023 bytes. */
  isCut: boolean;
  /** Index of the word that a backslash at the end of a comment sticks to; -1: none. */
  gluedWord: number;
  /** A backslash stands before a quote: the quote does not count where comments are looked for, but does where words are. */
  hasHiddenQuote: boolean;
}

export const emptyTokens = (): LineTokens => ({
  count: 0,
  kinds: [],
  starts: [],
  ends: [],
  isPlain: [],
  next: 0,
  isCut: false,
  gluedWord: -1,
  hasHiddenQuote: false,
});

const classes = {
  ordinary: 0,
  blank: 1,
  comment: 2,
  quote: 3,
  brace: 4,
  backslash: 5,
  lineEnd: 6,
  nul: 7,
  dollar: 8,
  high: 9,
} as const;

const byteClasses = ((): Uint8Array => {
  const table = new Uint8Array(256).fill(classes.high, 128);
  const set = (characters: string, value: number): void => {
    for (let index = 0; index < characters.length; index += 1) table[characters.charCodeAt(index)] = value;
  };
  set(" \t\f\v\r", classes.blank);
  set("!#", classes.comment);
  set('"', classes.quote);
  set("{}", classes.brace);
  set("\\", classes.backslash);
  set("\n", classes.lineEnd);
  set("\0", classes.nul);
  set("$", classes.dollar);
  return table;
})();

/** The same for what is known to stand before the comment. */
const classesBeforeComment = byteClasses.map((value) =>
  value === classes.comment ? classes.ordinary : value,
);

/** Space, tab, FF, VT or CR. */
export const isBlank = (byte: number | undefined): boolean =>
  byte !== undefined && byteClasses[byte] === classes.blank;

const openBrace = 0x7b;
const closeBrace = 0x7d;
const bang = 0x21;
const hash = 0x23;
const backslash = 0x5c;
const quote = 0x22;

const addToken = (
  tokens: LineTokens,
  kind: TokenKind,
  range: { start: number; end: number; isPlain?: boolean },
): void => {
  const index = tokens.count;
  tokens.kinds[index] = kind;
  tokens.starts[index] = range.start;
  tokens.ends[index] = range.end;
  tokens.isPlain[index] = range.isPlain ?? true;
  tokens.count = index + 1;
};

/** End of the line that starts here: its LF, the end of the text, or 1023 bytes further on. */
export const lineEndFrom = (bytes: Uint8Array, start: number): number => {
  const limit = Math.min(start + maxLineLength, bytes.length);
  let end = start;
  while (end < limit && bytes[end] !== 10) end += 1;
  return end;
};

/** `${NAME}` and `${NAME parameters}` as one piece of a word: the offset after `}`, or the offset after `$`. */
const endOfReference = (
  bytes: Uint8Array,
  at: { start: number; end: number; isDefined: IsDefined },
): number => {
  if (bytes[at.start + 1] !== openBrace) return at.start + 1;
  let nameEnd = at.start + 2;
  while (nameEnd < at.end && isNameByte(bytes[nameEnd] ?? 0)) nameEnd += 1;
  let close = nameEnd;
  while (close < at.end && bytes[close] !== closeBrace && bytes[close] !== openBrace) close += 1;
  if (bytes[close] !== closeBrace || nameEnd === at.start + 2 || close >= at.end) return at.start + 1;
  const name = String.fromCharCode(...bytes.subarray(at.start + 2, nameEnd));
  return at.isDefined(name) ? close + 1 : at.start + 1;
};

/** Letter, digit or `_`: what a definition's name is made of. */
export const isNameByte = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x5f;

/** Whether `${NAME}` stands for something, so that its braces are not those of a block. */
export type IsDefined = (name: string) => boolean;

/** Where to read: the line that starts at `start`, its tokens from `from` on. */
export interface LexRun {
  readonly start: number;
  readonly from: number;
  readonly isDefined: IsDefined;
}

/**
 * Reads one line into `tokens`. Never fails: whatever the bytes are, the tokens and the white space between them make up
 * the line.
 */
export const lexLine = (bytes: Uint8Array, run: LexRun, tokens: LineTokens): void => {
  const { start, from } = run;
  const limit = Math.min(start + maxLineLength, bytes.length);
  let at = lexTokens(bytes, { ...run, limit, classOfByte: byteClasses }, tokens);
  if (tokens.hasHiddenQuote) {
    const comment = commentFrom(bytes, { from, end: lineEndFrom(bytes, start) });
    at = lexTokens(bytes, { ...run, limit: comment, classOfByte: classesBeforeComment }, tokens);
    if (at < limit && bytes[at] !== 10) at = lexComment(bytes, { start: at, limit, tokens });
  }
  glueBackslash(bytes, at, tokens);
  tokens.isCut =
    at >= limit && limit === start + maxLineLength && limit < bytes.length && bytes[limit] !== 10;
  tokens.next = at < bytes.length && bytes[at] === 10 ? at + 1 : at;
};

interface TokenRun {
  readonly from: number;
  readonly limit: number;
  readonly isDefined: IsDefined;
  readonly classOfByte: Uint8Array;
}

/** Returns where it ended: at the end of the line or at the limit. */
const lexTokens = (bytes: Uint8Array, run: TokenRun, tokens: LineTokens): number => {
  const { limit, isDefined, classOfByte } = run;
  tokens.count = 0;
  tokens.gluedWord = -1;
  tokens.hasHiddenQuote = false;
  let at = run.from;
  while (at < limit) {
    const byte = bytes[at] ?? 0;
    const kind = classOfByte[byte];
    if (kind === classes.blank) {
      at += 1;
    } else if (kind === classes.lineEnd) {
      break;
    } else if (kind === classes.brace) {
      addToken(tokens, byte === openBrace ? tokenKinds.open : tokenKinds.close, { start: at, end: at + 1 });
      at += 1;
    } else if (kind === classes.comment || kind === classes.nul) {
      at = lexComment(bytes, { start: at, limit, tokens });
    } else if (kind === classes.quote) {
      at = lexQuoted(bytes, { start: at, limit, tokens });
    } else {
      at = lexWord(bytes, { start: at, limit, tokens, isDefined, classOfByte });
    }
  }
  return at;
};

/** A backslash that ends the line sticks to the word before it, whatever blanks stand between (2.2.7). */
const glueBackslash = (bytes: Uint8Array, lineEnd: number, tokens: LineTokens): void => {
  const last = tokens.count - 1;
  const start = tokens.starts[last] ?? 0;
  if (last < 1 || bytes[start] !== backslash || tokens.ends[last] !== start + 1) return;
  if (tokens.kinds[last] !== tokenKinds.word || tokens.kinds[last - 1] !== tokenKinds.word) return;
  for (let at = start + 1; at < lineEnd; at += 1) if (bytes[at] !== 13) return;
  for (let at = tokens.ends[last - 1] ?? start; at < start; at += 1) {
    if (bytes[at] !== 0x20 && bytes[at] !== 0x09) return;
  }
  tokens.ends[last - 1] = start + 1;
  tokens.isPlain[last - 1] = false;
  tokens.count = last;
};

interface Cursor {
  readonly start: number;
  readonly limit: number;
  readonly tokens: LineTokens;
}

interface WordCursor extends Cursor {
  readonly isDefined: IsDefined;
  readonly classOfByte: Uint8Array;
}

const lexWord = (bytes: Uint8Array, cursor: WordCursor): number => {
  const { classOfByte } = cursor;
  let at = cursor.start;
  let isPlain = true;
  while (at < cursor.limit) {
    const kind = classOfByte[bytes[at] ?? 0] ?? classes.ordinary;
    if (kind === classes.ordinary) {
      at += 1;
    } else if (kind === classes.high) {
      isPlain = false;
      at += 1;
    } else if (kind === classes.backslash) {
      const next = bytes[at + 1];
      const isEscape = at + 1 < cursor.limit && (next === bang || next === hash);
      if (isEscape) isPlain = false;
      if (next === quote) cursor.tokens.hasHiddenQuote = true;
      at += isEscape ? 2 : 1;
    } else if (kind === classes.dollar) {
      at = endOfReference(bytes, { start: at, end: cursor.limit, isDefined: cursor.isDefined });
    } else {
      break;
    }
  }
  addToken(cursor.tokens, tokenKinds.word, { start: cursor.start, end: at, isPlain });
  return at;
};

const lexQuoted = (bytes: Uint8Array, cursor: Cursor): number => {
  let at = cursor.start + 1;
  let isPlain = true;
  while (at < cursor.limit) {
    const byte = bytes[at] ?? 0;
    if (byte === quote || byte === 10 || byte === 0) break;
    if (byte >= 128) isPlain = false;
    at += 1;
  }
  const isClosed = at < cursor.limit && bytes[at] === quote;
  if (isClosed && bytes[at - 1] === backslash) cursor.tokens.hasHiddenQuote = true;
  const end = isClosed ? at + 1 : at;
  const kind = isClosed ? tokenKinds.quotedWord : tokenKinds.unterminated;
  addToken(cursor.tokens, kind, { start: cursor.start, end, isPlain });
  return end;
};

/** A backslash that ends a comment is left behind: it sticks to the word before the comment, or is a word of its own (2.2.7). */
const lexComment = (bytes: Uint8Array, cursor: Cursor): number => {
  const { start, limit, tokens } = cursor;
  let end = start;
  while (end < limit && bytes[end] !== 10 && bytes[end] !== 0) end += 1;
  let textEnd = end;
  while (textEnd > start && bytes[textEnd - 1] === 13) textEnd -= 1;
  if (end > start) {
    const hasTail = textEnd > start + 1 && bytes[textEnd - 1] === backslash;
    const before = tokens.count - 1;
    const isGlued = hasTail && before >= 0 && tokens.kinds[before] === tokenKinds.word;
    if (isGlued) tokens.gluedWord = before;
    addToken(tokens, tokenKinds.comment, { start, end: hasTail && !isGlued ? textEnd - 1 : textEnd });
    if (hasTail && !isGlued) addToken(tokens, tokenKinds.word, { start: textEnd - 1, end: textEnd });
  }
  if (end >= limit || bytes[end] !== 0) return end;
  let unreadEnd = end;
  while (unreadEnd < limit && bytes[unreadEnd] !== 10) unreadEnd += 1;
  addToken(tokens, tokenKinds.unread, { start: end, end: unreadEnd });
  return unreadEnd;
};
