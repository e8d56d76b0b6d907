// oxlint-disable-next-line no-control-regex -- NUL ends a line, so it must be looked for
const canBeCut = /[!#\0]/u;

const isBlankAt = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09;
};

const carriageReturn = 0x0d;

/** How many blanks a line begins with. */
export const leadLength = (text: string): number => {
  let at = 0;
  while (isBlankAt(text, at)) at += 1;
  return at;
};

/** White space of bytes: what String.trim takes away besides may be part of a UTF-8 sequence. */
export const trimBlanks = (text: string): string => {
  const start = leadLength(text);
  let end = text.length;
  while (end > start && (isBlankAt(text, end - 1) || text.charCodeAt(end - 1) === carriageReturn)) end -= 1;
  return text.slice(start, end);
};

const withoutLineEnd = (line: string): string => {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) === carriageReturn) end -= 1;
  return line.slice(0, end);
};

/**
 * A line without its comment and the blanks at its ends. A backslash that ends the line sticks to what is left, also where
 * it ended the comment: so a definition goes on behind a line that is commented out.
 */
export const contentOf = (line: string): string => {
  const whole = withoutLineEnd(line);
  const cut = cutComment(whole);
  if (!whole.endsWith("\\") || whole.includes("\0")) return trimBlanks(cut);
  return `${trimBlanks(cut.endsWith("\\") ? cut.slice(0, -1) : cut)}\\`;
};

/**
 * Up to the comment or NUL: `!` and `#` count outside double quotes unless a backslash stands before them. That backslash
 * goes, so what is looked at again after a replacement is cut there after all, as keepalived does.
 */
const cutComment = (line: string): string => {
  if (!canBeCut.test(line)) return line;
  let isQuoted = false;
  let text = "";
  let from = 0;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    const isMark = character === "!" || character === "#";
    if (character === '"') isQuoted = !isQuoted;
    if (character === "\0" || (isMark && !isQuoted)) return text + line.slice(from, at);
    if (character !== "\\") continue;
    if (!isQuoted && /[!#]/u.test(line.charAt(at + 1))) {
      text += line.slice(from, at);
      from = at + 1;
    }
    at += 1;
  }
  return text + line.slice(from);
};

/** Whether a quote of a line is open where its comment, or the line, ends. A backslash hides the quote behind it. */
export const leavesQuoteOpen = (line: string): boolean => {
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '"') isQuoted = !isQuoted;
    else if (character === "\\") at += 1;
    else if (character === "\0" || (!isQuoted && /[!#]/u.test(character))) return false;
  }
  return isQuoted;
};

const directive = /(?:@|~(?:SEQ|LST)|\$[A-Za-z_]\w*=|include[rmwba]?[ \t\v\f]+[^ \t\v\f\r!#])/uy;

const isDirectiveAt = (text: string, at: number): boolean => {
  directive.lastIndex = at + leadLength(text.slice(at));
  return directive.test(text);
};

/**
 * Where a condition, definition, sequence or include follows a brace on a line: keepalived cuts a line behind each brace and
 * looks at the rest as at a new one. The offset is that behind the brace. Source: read_line() of lib/parser.c.
 */
export const directiveAfterBrace = (line: string): number | undefined => {
  if (!/[{}][ \t]*[@~$i]/u.test(line)) return undefined;
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '"') isQuoted = !isQuoted;
    else if (character === "\0" || (!isQuoted && (character === "!" || character === "#"))) return undefined;
    else if (character === "\\") at += 1;
    else if (!isQuoted && (character === "{" || character === "}") && isDirectiveAt(line, at + 1))
      return at + 1;
  }
  return undefined;
};

/** Whether a text may have such a line; never wrong where it says no. */
export const mayHaveDirectiveAfterBrace = (text: string): boolean =>
  ["@", "~", "include"].some((mark) => {
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
      let before = at - 1;
      while (isBlankAt(text, before)) before -= 1;
      const brace = text.charAt(before);
      if (brace === "{" || brace === "}") return true;
    }
    return false;
  });
