/**
 * One argv as the single string that SSH's exec request carries (RFC 4254 section 6.5): every word in single quotes, so that the
 * far shell expands nothing. The only place where a command becomes a string.
 */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map((word) => (isPlain(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

/** Words that a POSIX shell reads as themselves wherever they stand: no expansion, no assignment, no tilde. */
function isPlain(word: string): boolean {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(word);
}
