import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { lineOf } from "./cst.ts";
import { preprocess } from "./preprocess.ts";
import { readTree } from "./read-tree.ts";

/**
 * What reaches keepalived's parser, in which order and from which line, for random mixtures of what its preprocessor knows.
 * Without `\\#`: the children of 2.2.7 read a copy in which it begins a comment, so keepalived's own processes differ.
 */

const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["FC_RUNS"] ?? 1) * 200;
console.info(`keepalived/preprocess oracle: seed ${seed}`);
const isInstalled = spawnSync("keepalived", ["--version"]).error === undefined;

const folder = mkdtempSync(join(tmpdir(), "lvs-preprocess-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const name = fc.constantFrom("A", "B", "C_1");
/** Never of one line too: keepalived keeps the flag and prints freed memory. */
const bodyName = fc.constantFrom("M", "N_2");
const word = fc.constantFrom("ZZ", "YY1", "W-W", "x,y", 'q"r', "it's", "\u00e9");
const reference = fc.oneof(name, bodyName).chain((n) => fc.constantFrom(`$${n}`, `\${${n}}`));
const piece = fc.oneof(
  word,
  reference,
  fc.tuple(word, reference).map((parts) => parts.join("")),
  fc.constantFrom("# c", "!d", '"a b"', '"a \\" # b"', 'x\\" # c', '"a\\\\" # b"'),
);
/** The first word is never a reference alone, so that every line leaves a word that can be recognised. */
const text = fc
  .tuple(word, fc.array(piece, { maxLength: 3 }), fc.constantFrom("", " ", "\t"))
  .map(([first, rest, end]) => [first, ...rest].join(" ") + end);
const number = fc.oneof(fc.integer({ min: -3, max: 4 }).map(String), fc.constantFrom("0x3", "$A", "2x"));
const sequence = fc
  .tuple(name, fc.array(number, { minLength: 1, maxLength: 3 }), text)
  .map(([n, values, rest]) => `~SEQ(${[n, ...values].join(", ")}) ${rest}`);
const list = fc
  .tuple(
    name,
    fc.array(
      word.filter((w) => !/[",]/u.test(w)),
      { minLength: 1, maxLength: 3 },
    ),
    text,
  )
  .map(([n, values, rest]) => `~LST(${[n, ...values].join(",")}) ${rest}`);
/** Values hold no references: a definition that refers to itself makes keepalived hang. */
const definition = fc.oneof(
  fc
    .tuple(name, fc.constantFrom("1", " 2 ", "v w", "", '"q r"', "5 # c"))
    .map(([n, value]) => `$${n}=${value}`),
  fc
    .tuple(bodyName, fc.array(fc.constantFrom("m1", "m2 x", "", "# c"), { minLength: 1, maxLength: 3 }))
    .map(([n, lines]) => `$${n}= \\\n${lines.map((line) => ` ${line} \\\n`).join("")}last`),
);
/** A sequence that is a definition: its references are replaced turn by turn. Without one it is no sequence. */
const sequenceInDefinition = fc
  .oneof(sequence, list)
  .map((value) => `$L=${value.replace(/[#!].*/u, "")} \${C_1}`);
const useOfIt = fc.constantFrom("$L", "${L}", "$L ZZ ${A}", "~SEQ(B, 2) $L", "YY ${L} ${A}");
const plain = fc.oneof(
  text,
  text,
  sequenceInDefinition,
  useOfIt,
  definition,
  sequence,
  list,
  reference,
  fc.constantFrom("", "# only \\", "\r"),
);
const line = fc.oneof(
  { weight: 4, arbitrary: plain },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("} ", "}", "ZZ { ", "ZZ } @me "), plain)
      .map((parts) => parts.join("")),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("@me ", "@you ", "@^me ", "@^you "), plain)
      .map((parts) => parts.join("")),
  },
);
const config = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => `${lines.join("\n")}\n`);

/** What the first process says: it alone reads the file itself, the others a copy. */
const askKeepalived = (path: string): string[] => {
  const { stderr, stdout } = spawnSync("keepalived", ["-t", "-i", "me", "-f", path], {
    timeout: 20_000,
    encoding: "latin1",
  });
  const unknown = /^\(Line (\d+)\) Unknown keyword '([^]*)'$/u;
  return `${stderr}${stdout}`.split("\n").flatMap((said) => {
    const match = unknown.exec(said);
    if (match === null || match[2] === "}") return [];
    return [/^~(?:SEQ|LST)/u.test(match[2] ?? "") ? `${match[1]} ~` : `${match[1]} ${match[2]}`];
  });
};

/** A sequence that comes too late to be one is a keyword for keepalived, and "LINE ~" here: it does not come into our text. */
const readOurselves = (bytes: Uint8Array): string[] => {
  const { diagnostics, value: tree } = preprocess(bytes, { path: "a.conf", configId: "me" });
  const late = diagnostics.flatMap(({ line, message }) =>
    message === "keepalived reads this sequence as a keyword" ? [`${line} ~`] : [],
  );
  const words = readTree(tree).flatMap(({ faults }, index) =>
    faults.flatMap(({ code, word: unknown, spot }) => {
      const section = tree.sections[spot.section + index];
      if (code !== "unknown-keyword" || section === undefined) return [];
      return [`${lineOf(tree, section, spot)} ${Buffer.from(unknown, "utf8").toString("latin1")}`];
    }),
  );
  return [...words, ...late].toSorted(byLine);
};

const byLine = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10);

describe.skipIf(!isInstalled)("keepalived on this machine (skipped: not installed)", () => {
  it("reads the same words from the same lines", () => {
    const path = join(folder, "a.conf");
    const property = fc.property(config, (content) => {
      const bytes = new TextEncoder().encode(content);
      writeFileSync(path, bytes);
      expect(readOurselves(bytes), content).toEqual(askKeepalived(path));
    });
    fc.assert(property, { seed, numRuns });
  });
});
