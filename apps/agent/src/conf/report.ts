import { printDiagnostic, sourceLineOf } from "@lvs/core/keepalived/diagnostic";
import type { Diagnostic, Severity } from "@lvs/core/keepalived/diagnostic";
import { isUnreadable, readBytes } from "./read-config.ts";
import type { Bytes, Unreadable } from "./read-config.ts";

/** What the command prints, and how it ends. */
export interface Outcome {
  readonly output: string | Bytes;
  /** For standard error: why there is no output, or not all. */
  readonly complaint?: string;
  readonly exitCode: 0 | 1 | 2;
}

/** The form other programs read: one array, whatever the number of files. */
interface JsonFinding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
}

const toJson = ({ path, line, column, severity, code, message }: Diagnostic): JsonFinding => ({
  file: path,
  line,
  column,
  severity,
  code,
  message,
});

const unreadableAsJson = ({ path, reason }: Unreadable): JsonFinding => ({
  file: path,
  line: 0,
  column: 0,
  severity: "error",
  code: "unreadable",
  message: reason,
});

export const reportFindings = (
  findings: readonly Diagnostic[],
  report: {
    isJson: boolean;
    unreadable: readonly Unreadable[];
    fileCount: number;
    /** Files that were read already: what came through a pipe cannot be read twice. */
    known: ReadonlyMap<string, Bytes>;
  },
): Outcome => {
  const { isJson, unreadable, fileCount } = report;
  const hasErrors = findings.some(({ severity }) => severity === "error");
  const exitCode = unreadable.length > 0 ? 2 : hasErrors ? 1 : 0;
  if (isJson) {
    const all = [...unreadable.map(unreadableAsJson), ...findings.map(toJson)];
    return { output: `${JSON.stringify(all, undefined, 1)}\n`, exitCode };
  }
  const sources = new Map(
    [...report.known].map(([path, bytes]): [string, Source] => [path, { bytes, lines: new Map() }]),
  );
  const lines = findings.map((finding) => visible(printWithSource(finding, sources)));
  lines.push(summaryOf(findings, fileCount));
  return { output: `${lines.join("\n")}\n`, complaint: complaintOf(unreadable), exitCode };
};

/** Where a file cannot be read there is nothing to print. */
export const refuse = (unreadable: Unreadable): Outcome => ({
  output: "",
  complaint: complaintOf([unreadable]),
  exitCode: 2,
});

const complaintOf = (unreadable: readonly Unreadable[]): string =>
  unreadable.map(({ path, reason }) => `${visible(path)}: could not be read: ${visible(reason)}\n`).join("");

/** Control characters as their pictures, one column each: what a file holds must not steer a terminal. */
const visible = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? "\u2421" : "\uFFFD";
  });

/** A file with the lines that were shown: one of a megabyte may be asked for thousands of times. */
interface Source {
  readonly bytes: Bytes | Unreadable;
  readonly lines: Map<number, string | undefined>;
}

const lineOf = ({ path, line }: Diagnostic, sources: Map<string, Source>): string | undefined => {
  const source: Source = sources.get(path) ?? { bytes: readBytes(path), lines: new Map() };
  sources.set(path, source);
  const { bytes, lines } = source;
  if (isUnreadable(bytes)) return undefined;
  if (!lines.has(line)) lines.set(line, sourceLineOf(bytes, line));
  return lines.get(line);
};

const printWithSource = (finding: Diagnostic, sources: Map<string, Source>): string => {
  const others = (finding.related ?? []).map(
    (place) => `      ${place.path}:${place.line}: ${place.message}`,
  );
  return [printDiagnostic(finding, lineOf(finding, sources)), ...others].join("\n");
};

const summaryOf = (findings: readonly Diagnostic[], fileCount: number): string => {
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return `${count("error")} errors, ${count("warning")} warnings, ${count("info")} remarks in ${fileCount} files`;
};
