import { z } from "zod";
import { offsetOfLine } from "./columns.ts";
import { decodeUtf8 } from "./encoding.ts";

/**
 * What is said about a place in a configuration. Never thrown, always returned beside the value.
 * Lines and columns count from 1. A column counts UTF-16 units of the line decoded as UTF-8, as editors do.
 */
export const severitySchema = z.enum(["error", "warning", "info"]);
export type Severity = z.infer<typeof severitySchema>;

/** Another place that belongs to the same diagnostic, such as the first of two duplicates. */
export const relatedPlaceSchema = z.object({
  path: z.string(),
  line: z.int().min(1),
  message: z.string(),
});
export type RelatedPlace = z.infer<typeof relatedPlaceSchema>;

export const diagnosticSchema = z.object({
  /** kebab-case, stable: what a reader may filter by. */
  code: z.string(),
  severity: severitySchema,
  /** One sentence without the place. Never holds a secret. */
  message: z.string(),
  /** The file, as it was named to the parser. Empty where the text has no name. */
  path: z.string(),
  /** 0 only for a diagnostic about a whole file that could not be read. */
  line: z.int().min(0),
  column: z.int().min(0),
  /** First column after the place, on the same line. Absent: up to the end of the line. */
  endColumn: z.int().optional(),
  related: z.array(relatedPlaceSchema).optional(),
});
export type Diagnostic = z.infer<typeof diagnosticSchema>;

/** What every reader of this room returns: the value as far as it could be read, and all that was wrong with it. */
export type Parsed<T> = { readonly value: T; readonly diagnostics: readonly Diagnostic[] };

const secretLine = /^((?:.*?[\s{])?(?:auth_pass|password|key\s+\d+)\s+)(.*)$/u;

/** The line as it may be shown: what stands after auth_pass, password or the number of a key is covered. */
export const coverSecrets = (sourceLine: string): string => sourceLine.replace(secretLine, "$1••••");

/** Characters that fill two columns of a terminal (CJK, Hangul, full-width forms). */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

/** Blanks as wide as the text on a terminal; tabs stay tabs. */
const blanksFor = (text: string): string => {
  let blanks = "";
  for (const character of text) {
    blanks += character === "\t" ? "\t" : wide.test(character) ? "  " : " ";
  }
  return blanks;
};

const maxShownLength = 200;
/** Of a place far to the right, so many characters before it are shown. */
const shownBefore = 60;

const withoutLineEnd = (line: string): string => {
  let end = line.length;
  while (line[end - 1] === "\n" || line[end - 1] === "\r") end -= 1;
  return line.slice(0, end);
};

/** Thousands of places may stand on one line of a megabyte. */
let shownLast = { line: "", text: "" };

const shownLineOf = (line: string): string => {
  if (shownLast.line !== line) shownLast = { line, text: coverSecrets(withoutLineEnd(line)) };
  return shownLast.text;
};

/** At most 200 characters of a line with those of a place among them, secrets covered. Offsets count in the text. */
const excerptOf = (
  sourceLine: string,
  place: { readonly from: number; readonly to: number },
): { readonly text: string; readonly from: number; readonly to: number } => {
  const line = shownLineOf(sourceLine);
  const from = Math.min(Math.max(place.from, 0), line.length);
  const start = from < maxShownLength ? 0 : from - shownBefore;
  const text = `${start > 0 ? "…" : ""}${line.slice(start, start + maxShownLength)}`;
  const shift = start > 0 ? start - 1 : 0;
  return { text, from: from - shift, to: Math.min(place.to - shift, text.length) };
};

/**
 * A diagnostic as text for a terminal: `path:line:column: severity: message [code]`, then the source line and a caret
 * under the place. The source line is shown with its secrets covered, at most 200 characters of it.
 */
export const printDiagnostic = (diagnostic: Diagnostic, sourceLine?: string): string => {
  const { path, line, column, severity, message, code } = diagnostic;
  const place = [path === "" ? "-" : path, ...(line > 0 ? [line, column] : [])].join(":");
  const head = `${place}: ${severity}: ${message} [${code}]`;
  if (sourceLine === undefined || line === 0) return head;
  const ends = { from: column - 1, to: (diagnostic.endColumn ?? Number.MAX_SAFE_INTEGER) - 1 };
  const { text, from, to } = excerptOf(sourceLine, ends);
  const gutter = String(line).padStart(5);
  const marked = blanksFor(text.slice(from, Math.max(to, from + 1))).replace(/\t/gu, " ");
  const caret = `^${"~".repeat(Math.max(marked.length - 1, 0))}`;
  return `${head}\n${gutter} | ${text}\n${" ".repeat(gutter.length)} | ${blanksFor(text.slice(0, from))}${caret}`;
};

/** One line of a file, decoded as UTF-8 (invalid bytes become U+FFFD), without its line end. Lines count from 1. */
export const sourceLineOf = (bytes: Uint8Array, line: number): string | undefined => {
  const start = offsetOfLine(bytes, Math.max(line, 1));
  if (start === undefined) return undefined;
  const end = bytes.indexOf(10, start);
  return decodeUtf8(bytes.subarray(start, end < 0 ? bytes.length : end)).replace(/\r+$/u, "");
};
