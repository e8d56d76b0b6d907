// oxlint-disable-next-line no-control-regex -- NUL ends a line, so it must be looked for
const canBeCut = /[!#\0]/u;

/**
 * The text of a line up to its comment or NUL: `!` and `#` count outside double quotes unless a backslash stands before
 * them. A backslash that ends the comment stays, so that a definition goes on behind a line that is commented out.
 */
export const cutComment = (line: string): string => {
  if (!canBeCut.test(line)) return line;
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    switch (line.charAt(at)) {
      case '"':
        isQuoted = !isQuoted;
        break;
      case "\0":
        return line.slice(0, at);
      case "\\":
        if (!isQuoted && /[!#]/u.test(line.charAt(at + 1))) at += 1;
        break;
      case "!":
      case "#":
        if (!isQuoted) return line.slice(0, at) + (/\\\r*$/u.test(line.slice(at + 1)) ? "\\" : "");
        break;
    }
  }
  return line;
};
