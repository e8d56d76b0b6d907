import type { Diagnostic, Parsed } from "./diagnostic.ts";
import { decodeUtf8, encodeUtf8 } from "./encoding.ts";
import { secretMask } from "./secret-keywords.ts";
import { findSecrets } from "./secret-spans.ts";
import type { SecretSpan } from "./secret-spans.ts";

/** A password as it stands in the file, for the one place that must compare it. Never to be shown, logged or sent. */
export interface Secret {
  readonly instance: string | undefined;
  readonly line: number;
  readonly text: string;
}

/** Every secret of a file with its text. A quoted value is without its quotes. */
export const secretsOf = (bytes: Uint8Array): Secret[] =>
  findSecrets(bytes).map(({ start, end, instance, line }) => {
    const text = decodeUtf8(bytes.subarray(start, end));
    return { instance, line, text: /^"[^"]*"$/u.test(text) ? text.slice(1, -1) : text };
  });

/** A file as text that may be shown: every secret is `••••`, all else as it stands. Bytes that are not UTF-8 become U+FFFD. */
export const redactConfig = (bytes: Uint8Array): string => {
  let text = "";
  let from = 0;
  for (const { start, end } of findSecrets(bytes)) {
    text += decodeUtf8(bytes.subarray(from, start)) + secretMask;
    from = end;
  }
  return text + decodeUtf8(bytes.subarray(from));
};

/**
 * The inverse, after an edit of the shown text: every `••••` becomes the secret that stood in the same block of the
 * original, bytes that could not be shown come back with their line. Where that is impossible an error says so, and the
 * value is the original, unchanged.
 */
export const restoreSecrets = (redactedText: string, original: Uint8Array): Parsed<Uint8Array> => {
  const diagnostics: Diagnostic[] = [];
  const bytes = encodeUtf8(redactedText);
  const pieces: Uint8Array[] = [];
  const secrets = new Map(
    findSecrets(original).map((span) => [span.key, original.subarray(span.start, span.end)]),
  );
  const spans = findSecrets(bytes).filter(({ start, end }) =>
    decodeUtf8(bytes.subarray(start, end)).includes(secretMask),
  );
  let from = 0;
  for (const span of spans) {
    const secret = maskOnly(bytes, span)
      ? (secrets.get(span.key) ?? renamed(spans, { span, original }))
      : undefined;
    if (secret === undefined) diagnostics.push(unknownSecret(span));
    pieces.push(bytes.subarray(from, span.start), secret ?? new Uint8Array());
    from = span.end;
  }
  pieces.push(bytes.subarray(from));
  const restored = restoreLines(join(pieces), { original, diagnostics });
  return { value: diagnostics.length > 0 ? original : restored, diagnostics };
};

const maskOnly = (bytes: Uint8Array, { start, end }: SecretSpan): boolean =>
  decodeUtf8(bytes.subarray(start, end)) === secretMask;

/** A renamed block: as many secrets as before, and only this one has no old name: then it is the one that is left. */
const renamed = (
  spans: readonly SecretSpan[],
  asked: { span: SecretSpan; original: Uint8Array },
): Uint8Array | undefined => {
  const before = findSecrets(asked.original);
  if (before.length !== spans.length) return undefined;
  const keys = new Set(spans.map(({ key }) => key));
  const left = before.filter(({ key }) => !keys.has(key));
  const [only] = left;
  return left.length === 1 && only !== undefined ? asked.original.subarray(only.start, only.end) : undefined;
};

const unknownSecret = ({ line, key }: SecretSpan): Diagnostic => ({
  code: "secret-unknown",
  severity: "error",
  message: `the file has no secret for this mask (${key.replace(/ \d+$/u, "")}): write the password itself`,
  path: "",
  line,
  column: 1,
});

const join = (pieces: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
};

const linesOf = (bytes: Uint8Array): Uint8Array[] => {
  const lines: Uint8Array[] = [];
  let from = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(10, from);
    const next = end < 0 ? bytes.length : end + 1;
    lines.push(bytes.subarray(from, next));
    from = next;
  }
  return lines;
};

const replacement = "\ufffd";

/** Puts lines back that hold bytes which are no UTF-8. A changed one cannot be: its bytes are not known. */
const restoreLines = (
  bytes: Uint8Array,
  about: { original: Uint8Array; diagnostics: Diagnostic[] },
): Uint8Array => {
  const unshowable = new Map<string, Uint8Array[]>();
  for (const line of linesOf(about.original)) {
    const text = decodeUtf8(line);
    if (text.includes(replacement)) unshowable.set(text, [...(unshowable.get(text) ?? []), line]);
  }
  if (unshowable.size === 0) return bytes;
  const lines = linesOf(bytes).map((line, index) => {
    const text = decodeUtf8(line);
    if (!text.includes(replacement)) return line;
    const known = unshowable.get(text)?.shift();
    if (known === undefined) about.diagnostics.push(unshownBytes(index + 1));
    return known ?? line;
  });
  return join(lines);
};

const unshownBytes = (line: number): Diagnostic => ({
  code: "bytes-not-shown",
  severity: "error",
  message: "this line held bytes that are not UTF-8 and was changed: retype the characters shown as \ufffd",
  path: "",
  line,
  column: 1,
});
