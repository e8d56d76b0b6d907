/**
 * Splits a command as keepalived does for scripts: at white space, with both kinds of quotes anywhere in a word and the
 * shell's escapes. What is not closed runs to the end.
 */
export const shellWords = (text: string): string[] => {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === "\\" && at + 1 < text.length) {
      const escape = readEscape(text, at + 1);
      word = (word ?? "") + escape.value;
      at = escape.next;
      continue;
    }
    if (quote === "" && /\s/u.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
      word ??= "";
    } else if (character === quote) {
      quote = "";
    } else {
      word = (word ?? "") + character;
    }
    at += 1;
  }
  if (word !== undefined) words.push(word);
  return words;
};

/** The quote that a text leaves open, if any: keepalived drops such a command. A backslash hides the quote behind it. */
export const openQuoteIn = (text: string): string | undefined => {
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\") at += 1;
    else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
  }
  return quote === "" ? undefined : quote;
};

const named: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  E: "\u001b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Reads what follows a backslash: a name, up to three octal digits, x and hex digits, c and a letter, or the character itself. */
const readEscape = (text: string, at: number): { value: string; next: number } => {
  const first = text.charAt(at);
  const known = named[first];
  if (known !== undefined) return { value: known, next: at + 1 };
  const octal = /^[0-7]{1,3}/u.exec(text.slice(at, at + 3))?.[0];
  if (octal !== undefined) return { value: byteOf(Number.parseInt(octal, 8)), next: at + octal.length };
  const hex = /^x([0-9A-Fa-f]{1,8})/u.exec(text.slice(at, at + 9))?.[1];
  if (hex !== undefined) return { value: byteOf(Number.parseInt(hex, 16)), next: at + 1 + hex.length };
  if (first === "c" && at + 1 < text.length)
    return { value: byteOf(text.charCodeAt(at + 1) & 31), next: at + 2 };
  return { value: first, next: at + 1 };
};

const byteOf = (code: number): string => String.fromCharCode(code & 255);
