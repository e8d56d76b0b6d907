import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { lintParsed } from "./lint-parsed.ts";
import { preprocess } from "./preprocess.ts";
import type { IncludeAnswer } from "./preprocessor.ts";

/** What `keepalived -t` 2.2.7 said of hundreds of real files, and of files that probe one behaviour each. */
const corpus = fileURLToPath(new URL("../../../../../shared/corpus/", import.meta.url));
const isThere = existsSync(corpus);

interface Row {
  readonly folder: string;
  readonly name: string;
  readonly verdict: string;
  /** Those about the content; others are about interfaces, scripts and users of the machine. */
  readonly messages: readonly string[];
}

const tableOf = (folder: string, file: string): readonly string[][] =>
  readFileSync(`${corpus}${folder}/${file}`, "latin1")
    .split("\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));

const messagesIn = (cell = ""): readonly string[] => cell.split(" | ").filter((message) => message !== "");

const rows: readonly Row[] = isThere
  ? [
      ...tableOf("keepalived", "verdicts.tsv").map(([name = "", , , , verdict = "", , content]) => ({
        folder: "keepalived",
        name,
        verdict,
        messages: messagesIn(content),
      })),
      ...tableOf("keepalived-probes", "probes.tsv").map(([name = "", code, content]) => ({
        folder: "keepalived-probes",
        name,
        verdict: code === "0" ? "ok" : "warn",
        messages: messagesIn(content),
      })),
    ]
  : [];

/**
 * The names of a repository's files were joined with `__`: an include finds its neighbours by that. Not so one of a folder or
 * with hardly a name: it would find files that were not there.
 */
const readerFor =
  ({ folder, name }: Row) =>
  (pattern: string): IncludeAnswer => {
    if (pattern.includes("/") || !/^[\w.-]{5}/u.test(pattern)) return { kind: "missing", reason: "not kept" };
    const prefix = name.includes("__") ? name.slice(0, name.lastIndexOf("__") + 2) : "";
    const escaped = `${prefix}${basename(pattern)}`.replace(/[.+^$()|[\]\\{}]/gu, "\\$&");
    const wanted = new RegExp(`^${escaped.replace(/\*/gu, ".*").replace(/\?/gu, ".")}(?:\\.conf)?$`, "u");
    const files = readdirSync(`${corpus}${folder}`)
      .filter((file) => wanted.test(file))
      .toSorted()
      .map((path) => ({ path, bytes: readFileSync(`${corpus}${folder}/${path}`) }));
    return files.length > 0 ? { kind: "files", files } : { kind: "missing", reason: "no such file" };
  };

interface Linted {
  readonly row: Row;
  readonly bytes: Uint8Array;
  readonly findings: readonly Diagnostic[];
}

const lintRow = (row: Row): Linted => {
  const bytes = readFileSync(`${corpus}${row.folder}/${row.name}`);
  const tree = preprocess(bytes, { path: row.name, configId: "a-director", read: readerFor(row) });
  return { row, bytes, findings: lintParsed(tree) };
};

const linted = rows.map(lintRow);

const lineOf = (message: string): number | undefined => {
  const line = /^\((?:.*?: )?Line (\d+)\)/u.exec(message)?.[1];
  return line === undefined ? undefined : Number(line);
};

/** A message without a line names what it is about: `(VI_1)`, `[192.0.2.1]:tcp:80`, `group G`. */
const isAbout = (message: string, finding: Diagnostic): boolean => {
  const names = message.match(/\[[^\]]+\]:\w+:\d+|(?<=\()[^)]+(?=\))|[\w.-]+/gu) ?? [];
  return (
    names.some((name) => name.length > 3 && finding.message.includes(name)) ||
    names
      .slice(0, 1)
      .some((name) => finding.message.startsWith(`${name} `) || finding.message.startsWith(`${name}:`))
  );
};

/** Why a message has no finding: it is about the machine, or was cut in the table, or says a thing twice. */
const reasonFor = (message: string, { row, bytes }: Linted): string | undefined => {
  if (/set uid\/gid|Unable to set default user/u.test(message))
    return "the user does not exist on that machine";
  if (/already exists and is not a (?:private macvlan|l2 ipvlan)/u.test(message))
    return "an interface of that machine";
  if (/free\(\)|Segmentation|recursion ends/u.test(message)) return "keepalived crashed";
  if (/^\([^)]*$|^\(Line \d+\)$/u.test(message)) return "cut off in the table";
  const lastLine = new TextDecoder("latin1").decode(bytes).split("\n").length;
  if (lineOf(message) === lastLine - 1 && bytes.at(-1) !== 10)
    return "the last line has no line end: counted one too low by one of the processes";
  return row.verdict === "TIMEOUT" ? "keepalived hung" : undefined;
};

describe.skipIf(!isThere)(`keepalived's own verdicts${isThere ? "" : " (skipped: no corpus folder)"}`, () => {
  it("every message of keepalived about the content has a finding on its line: at least 98 %", () => {
    let total = 0;
    const missed: string[] = [];
    for (const file of linted) {
      const { row, findings } = file;
      if (row.verdict === "ok" || row.verdict === "env-only") continue;
      const lines = new Set(findings.map(({ line }) => line));
      for (const message of row.messages) {
        total += 1;
        const line = lineOf(message);
        const isFound =
          line === undefined ? findings.some((finding) => isAbout(message, finding)) : lines.has(line);
        if (!isFound)
          missed.push(`${row.name}: ${message.slice(0, 120)} <- ${reasonFor(message, file) ?? "not found"}`);
      }
    }
    const share = (total - missed.length) / total;
    console.log(
      `${total - missed.length} of ${total} messages matched (${(share * 100).toFixed(2)} %); the rest:\n${missed.join("\n")}`,
    );
    expect(share).toBeGreaterThanOrEqual(0.98);
  });

  it("no finding of severity error where keepalived has no complaint, or only of interfaces, scripts and users", () => {
    const alarms: string[] = [];
    for (const { row, findings } of linted) {
      if (row.verdict !== "ok" && row.verdict !== "env-only") continue;
      for (const { severity, line, code, message } of findings)
        if (severity === "error") alarms.push(`${row.name}:${line} ${code} ${message}`);
    }
    expect(alarms).toEqual([]);
  });
});
