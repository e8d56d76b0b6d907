import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigTree, Node } from "./cst.ts";
import { placeOf } from "./cst.ts";
import { parseConfig, reparseConfig } from "./parse.ts";
import { printConfig } from "./print.ts";
import { maxDepth } from "./node-builder.ts";

const corpus = fileURLToPath(new URL("../../../../../shared/corpus", import.meta.url));
const folders = ["keepalived", "keepalived-probes", "keepalived-templates"];
const files = existsSync(corpus)
  ? folders.flatMap((folder) =>
      readdirSync(join(corpus, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => ({
          name: `${folder}/${name}`,
          bytes: new Uint8Array(readFileSync(join(corpus, folder, name))),
        })),
    )
  : [];

const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
const many = Number(process.env["FC_RUNS"] ?? 1);
console.info(`keepalived/parse: seed ${seed}`);
const runs = (count: number) => ({ seed, numRuns: count * many });

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string) => parseConfig(bytesOf(text), { path: "a.conf" });
const codes = (text: string): string[] => parse(text).diagnostics.map(({ code }) => code);

/** The tree as nested words: a block is the array after its keyword's words. */
const outline = (nodes: readonly Node[]): unknown[] =>
  nodes.map((node) => {
    if (node.kind !== "statement") return node.kind;
    return node.block === undefined ? node.words : [...node.words, outline(node.block.nodes)];
  });
const outlineOf = (text: string): unknown[] =>
  parse(text).value.sections.flatMap(({ body }) => outline(body.nodes));

/** The tree with the nodes of repeated blocks made. */
const writtenOut = (tree: ConfigTree): unknown => ({
  ...tree,
  sections: tree.sections.map((section) => ({
    ...section,
    body: { ...section.body, nodes: nodesWrittenOut(section.body.nodes) },
  })),
});
const nodesWrittenOut = (nodes: readonly Node[]): unknown[] =>
  nodes.map((node) => {
    if (node.kind !== "statement" || node.block === undefined) return node;
    const { open, openLine, leading, close, closeLine } = node.block;
    const block = { open, openLine, leading, close, closeLine, nodes: nodesWrittenOut(node.block.nodes) };
    return { ...node, block };
  });

const isPrintedAsRead = (bytes: Uint8Array): boolean => {
  const printed = printConfig(parseConfig(bytes, { path: "" }).value);
  return Buffer.compare(printed, bytes) === 0;
};

/** What makes configurations what they are, so that random texts reach every branch. */
const pieces = fc.constantFrom(
  ..."{}\"'!#\\$@~ \t\r\n\0;=:".split(""),
  "vrrp_instance V",
  "\n}\n",
  " {\n",
  "virtual_server 10.0.0.1 80",
  "include a{b,c}",
  "$A=1\\\n",
  "${A}",
  "${_PWD}",
  "@id x",
  "~SEQ(a,1,2) b",
  "\u00e9\u4e2d",
  "word",
  "x".repeat(1030),
);
const soup = fc.array(pieces, { maxLength: 60 }).map((parts) => bytesOf(parts.join("")));

describe("losslessness", () => {
  it.skipIf(files.length === 0)(
    "prints every file of the corpus as it was read (skipped: no corpus here)",
    () => {
      expect(files.length).toBeGreaterThan(900);
      expect(files.filter(({ bytes }) => !isPrintedAsRead(bytes)).map(({ name }) => name)).toEqual([]);
    },
  );

  it("prints any bytes as they were read", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), isPrintedAsRead), runs(1500));
  });

  it("prints any mixture of braces, quotes, comments and directives as it was read", () => {
    fc.assert(fc.property(soup, isPrintedAsRead), runs(2000));
  });

  it.skipIf(files.length === 0)("prints mutated files as they were read (skipped: no corpus here)", () => {
    const mutated = fc
      .tuple(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }))
      .map(([{ bytes }, changes]) => {
        const copy = bytes.slice(0, 4000);
        for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
        return copy;
      });
    fc.assert(fc.property(mutated, isPrintedAsRead), runs(1000));
  });
});

describe("structure", () => {
  it.each([
    ["a b\n", [["a", "b"]]],
    ["a{\nb\n}", [["a", [["b"]]]]],
    ["a\n\n# c\n{ b }", [["a", [["b"]]]]],
    ["a { b c } d }}", [["a", [["b", "c"]]], ["d"], "stray-brace", "stray-brace"]],
    ['a "b {#!} c" d', [["a", "b {#!} c", "d"]]],
    ['ab"cd"ef', [["ab", "cd", "ef"]]],
    ["a 'b {' c }", [["a", "'b", [["'", "c"]]]]],
    ["pass#1 x", [["pass"], "comment"]],
    ["a \\#b\\!c", [["a", "#b!c"]]],
    ['a "x \\" # y" z', [["a", "x \\", "#", "y"]]],
    ['a\\" # b"', [["a\\"], "comment"]],
    ['"a \\" "# b"', [["a \\"], "comment"]],
    ['a "b\\\\" # c"', [["a", "b\\\\"], "comment"]],
    ['"a \\" { # b"', [["a \\", [["#", "b"]]]]],
    ['$A="x \\" # y"\na', ["definition", ["a"]]],
    ["a \\", [["a\\"]]],
    ["a # c \\\r\n", [["a\\"], "comment"]],
    [
      "a \\ \nb\v\\",
      [
        ["a", "\\"],
        ["b", "\\"],
      ],
    ],
    ['"a" \\\n{ \\', [["a", "\\", [["\\"]]]]],
    ["# c \\", ["comment", ["\\"]]],
    ["a\rb", [["a", "b"]]],
    ["a\u00a0b", [["a\u00a0b"]]],
    ["include x/{a,b}/*.conf # c", [["include", "x/{a,b}/*.conf"], "comment"]],
    ["includex {", [["includex", []]]],
    ["$A=1\\\n 2\nb ${A}x ${B}", ["definition", ["b", "${A}x", "$", [["B"]]]]],
    ["$A=1\\\n# c {\\\n 2 }\nb", ["definition", ["b"]]],
    ["~SEQ(a,1,2) b {", ["sequence"]],
    ["a\0b\nc", [["a"], "comment", ["c"]]],
  ])("reads %j as keepalived does", (text, expected) => {
    expect(outlineOf(text)).toEqual(expected);
  });

  it("cuts a line at 1023 bytes and reads the rest as a new line", () => {
    const { value, diagnostics } = parse(`#${"c".repeat(1022)}priority 1\nx`);
    expect(outline(value.sections[0]?.body.nodes ?? [])).toEqual(["comment", ["priority", "1"], ["x"]]);
    expect(diagnostics).toMatchObject([
      { code: "line-too-long", severity: "warning", line: 1, column: 1023 },
    ]);
  });

  it("keeps the condition of a line beside its words", () => {
    const [node] = parse("@^a b c").value.sections[0]?.body.nodes ?? [];
    expect(node).toMatchObject({
      words: ["b", "c"],
      condition: { id: "a", isNegated: true },
      start: 0,
      end: 7,
    });
  });

  it.each([
    ["a {\nb", ["missing-closing-brace"]],
    ["a }", ["stray-closing-brace"]],
    ["{", ["brace-without-keyword", "missing-closing-brace"]],
    ['a "b', ["unterminated-quote"]],
    ['a "x \\" # y"', ["unterminated-quote"]],
    ['a\\" # b"', ["unterminated-quote"]],
    ["a\0", ["nul-byte"]],
    ['a "b\0c" d', ["unterminated-quote", "nul-byte"]],
    ["a { } b { c }", []],
  ])("finds the faults of %j", (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it("says where a fault is in columns an editor counts", () => {
    const { diagnostics } = parse('a {\n\u4e2d\u6587 "x\n}');
    expect(diagnostics).toMatchObject([{ path: "a.conf", line: 2, column: 4, endColumn: 6 }]);
  });

  it("nests no deeper than its limit, whatever is asked", () => {
    const { value, diagnostics } = parse("a {\n".repeat(100_000));
    expect(printConfig(value).length).toBe(400_000);
    expect(diagnostics.filter(({ code }) => code === "too-deep").length).toBeGreaterThan(maxDepth);
    expect(diagnostics.length).toBeLessThan(1_100);
  });

  it("reads a megabyte on one line in bounded time", () => {
    const started = performance.now();
    const { value } = parse(`a ${"b { ".repeat(250_000)}`);
    expect(printConfig(value).length).toBe(1_000_002);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe("reading again after a change", () => {
  const sameAsNew = (tree: ConfigTree, change: { start: number; end: number; bytes: Uint8Array }): void => {
    const again = reparseConfig(tree, change);
    const text = Buffer.concat([
      tree.bytes.subarray(0, change.start),
      change.bytes,
      tree.bytes.subarray(change.end),
    ]);
    const whole = parseConfig(new Uint8Array(text), { path: tree.path });
    expect(again.diagnostics).toEqual(whole.diagnostics);
    expect(writtenOut(again.value)).toEqual(writtenOut(whole.value));
  };

  it("gives the same tree as reading the whole text", () => {
    const change = fc.tuple(soup, fc.nat(), fc.nat(20), fc.array(pieces, { maxLength: 2 }));
    const property = fc.property(change, ([bytes, at, length, parts]) => {
      const start = at % (bytes.length + 1);
      const end = Math.min(start + length, bytes.length);
      sameAsNew(parseConfig(bytes, { path: "" }).value, { start, end, bytes: bytesOf(parts.join("")) });
    });
    fc.assert(property, runs(700));
  });

  it("does not keep a section whose start was overwritten by a text of the same length", () => {
    const tree = parse("a {\n}\nb {\n}\nc {\n}\n").value;
    sameAsNew(tree, { start: 0, end: 10, bytes: bytesOf("x {\n}\ny z\n") });
  });

  it("keeps the sections the change does not touch, moved by as many lines", () => {
    const tree = parse("a {\n}\nb {\n}\nc {\n}\n").value;
    const again = reparseConfig(tree, { start: 8, end: 8, bytes: bytesOf("x\n y") }).value;
    expect(again.sections.map(({ body }, index) => body === tree.sections[index]?.body)).toEqual([
      true,
      false,
      true,
    ]);
    expect(again.sections[2]).toMatchObject({ line: 5, start: 16 });
    const [section] = again.sections.slice(2);
    expect(section && placeOf(again, section, { offset: 0, line: 0 })).toEqual({
      path: "a.conf",
      line: 6,
      column: 1,
    });
  });
});
