import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { composeModel } from "./compose.ts";
import type { Block, Node, Statement } from "./cst.ts";
import { lintConfig } from "./lint.ts";
import { parseConfig, reparseConfig } from "./parse.ts";
import { preprocess } from "./preprocess.ts";
import { printConfig } from "./print.ts";
import { RepeatedBlock } from "./repeated-block.ts";

const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
const many = Number(process.env["FC_RUNS"] ?? 1);
console.info(`keepalived/repeated-block: seed ${seed}`);

const parse = (text: string) => parseConfig(new TextEncoder().encode(text), { path: "a.conf" }).value;

const linesBefore = (text: string, offset: number): number => text.slice(0, offset).split("\n").length - 1;

const blocksIn = (nodes: readonly Node[]): Block[] =>
  nodes.flatMap((node) =>
    node.kind === "statement" && node.block !== undefined ? [node.block, ...blocksIn(node.block.nodes)] : [],
  );

/** What is wrong with where a statement says it stands, by the text itself. */
const misplaced = (text: string, statement: Statement): string[] => {
  const { start, end, line, words, condition } = statement;
  const head = condition === undefined ? "" : `@${condition.id} `;
  const faults = text.slice(start, end) === head + words.join(" ") ? [] : [`${words.join(" ")} at ${start}`];
  return linesBefore(text, start) === line ? faults : [...faults, `${words.join(" ")} on line ${line}`];
};

const misplacedIn = (text: string, nodes: readonly Node[]): string[] =>
  nodes.flatMap((node) => {
    if (node.kind === "comment") return text.charAt(node.start) === "#" ? [] : [`comment at ${node.start}`];
    if (node.kind !== "statement") return [`a ${node.kind}`];
    const faults = misplaced(text, node);
    if (node.block === undefined) return faults;
    const { open, openLine, close = 0, closeLine, leading, nodes: inner } = node.block;
    if (text.charAt(open) !== "{" || linesBefore(text, open) !== openLine) faults.push(`{ at ${open}`);
    if (text.charAt(close) !== "}" || linesBefore(text, close) !== closeLine) faults.push(`} at ${close}`);
    return [...faults, ...misplacedIn(text, leading), ...misplacedIn(text, inner)];
  });

const leaf = fc.constantFrom(
  "weight 1",
  "weight 2",
  "@lvs1 weight 3",
  "# a note",
  "inhibit_on_failure",
  "retry 3",
);
const checker = fc
  .constantFrom("TCP_CHECK {", "TCP_CHECK\n# why\n{ # here", "HTTP_GET { ")
  .chain((head) => fc.array(leaf, { maxLength: 2 }).map((lines) => [head, ...lines, "}"].join("\n")));
const server = fc
  .tuple(
    fc.constantFrom("real_server 10.0.0.1 80 {", "real_server 10.0.0.2 80\n{"),
    fc.array(fc.oneof(leaf, checker), { maxLength: 3 }),
  )
  .map(([head, lines]) => [head, ...lines, "}"].join("\n"));

describe("blocks that repeat others", () => {
  it("stand, with all that is in them, where their text does", () => {
    let repeated = 0;
    const texts = fc
      .array(server, { maxLength: 12 })
      .map((servers) => `virtual_server 10.0.0.9 80 {\n${servers.join("\n")}\n}\n`);
    const property = fc.property(fc.array(texts, { maxLength: 3 }), (parts) => {
      const tree = parse(parts.join(""));
      for (const { start, body } of tree.sections) {
        expect(misplacedIn(tree.text.slice(start), body.nodes)).toEqual([]);
        repeated += blocksIn(body.nodes).filter((block) => block instanceof RepeatedBlock).length;
      }
      expect(printConfig(tree)).toEqual(tree.bytes);
    });
    fc.assert(property, { seed, numRuns: 300 * many });
    expect(repeated).toBeGreaterThan(100);
  });

  it("are read anew where a definition between them changes what they say", () => {
    const block = "a {\n  b ${A}\n}\n";
    const [first, , second] = parse(`${block}$A=1\n${block}`).sections.flatMap(({ body }) => body.nodes);
    expect(first).toMatchObject({ block: { nodes: [{ words: ["b", "$"] }] } });
    expect(second).toMatchObject({ block: { nodes: [{ words: ["b", "${A}"] }] } });
  });

  it("are read anew where they would be nested too deeply", () => {
    const block = "c {\n  d {\n  }\n}\n";
    const { diagnostics } = parseConfig(
      new TextEncoder().encode(`${block}${"a {\n".repeat(63)}${block}${"}\n".repeat(63)}`),
      {
        path: "a.conf",
      },
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(["too-deep", "too-deep"]);
  });
});

const serviceOf = (...lines: readonly string[]): string => {
  const servers = [1, 2, 3].map(
    (host) => `  real_server 10.0.0.${host} 80 {\n${lines.map((line) => `    ${line}\n`).join("")}  }\n`,
  );
  return `virtual_server 10.0.0.9 80 {\n  protocol TCP\n${servers.join("")}}\n`;
};
const read = (text: string) =>
  preprocess(new TextEncoder().encode(text), { path: "a.conf", configId: "lvs1" }).value;
const foundIn = (text: string, code: string): number[] =>
  lintConfig(read(text))
    .filter((finding) => finding.code === code)
    .map(({ line }) => line);

describe("what is wrong with a block that stands three times", () => {
  it.each([
    ["of a line", ["weight x"], "invalid-number", [4, 7, 10]],
    ["of lines together", ["uthreshold 1", "uthreshold 2"], "set-twice", [5, 9, 13]],
    ["of the whole file", ["FILE_CHECK {", "track_file load", "}"], "checker-target", [5, 6, 10, 11, 15, 16]],
    [
      "of the text in its place",
      ["MISC_CHECK {", 'misc_path "/bin/a it\'s"', "}"],
      "open-quote",
      [5, 6, 10, 11, 15, 16],
    ],
  ])("is found three times, each in its place: %s", (_, lines, code, expected) => {
    expect(foundIn(serviceOf(...lines), code)).toEqual(expected);
  });
});

describe("what is wrong with the text of a block", () => {
  it("is found where it stands elsewhere, and where the first of its kind was mended since", () => {
    const service = serviceOf("MISC_CHECK {", 'misc_path "/bin/a it\'s"', "}");
    const lines = [5, 6, 10, 11, 15, 16];
    const text = `${service}# ${"far ".repeat(30)}\n${service}`;
    expect(foundIn(text, "open-quote")).toEqual([...lines, ...lines.map((line) => line + 19)]);
    const bytes = new TextEncoder().encode(serviceOf("weight 1"));
    const { value } = reparseConfig(parse(text), { start: 0, end: service.length, bytes });
    const found = lintConfig(value).filter(({ code }) => code === "open-quote");
    expect(found.map(({ line }) => line)).toEqual(lines.map((line) => line + 13));
  });
});

describe("the model of a block that stands three times", () => {
  it("is the same three times, but for the places", () => {
    const lines = [
      "notify_up /bin/up",
      "lvs_method NAT",
      "HTTP_GET {",
      "url {",
      "path /",
      "}",
      "connect_timeout 3",
      "}",
      "MISC_CHECK {",
      "misc_path /bin/true",
      "}",
    ];
    const [service] = composeModel(read(serviceOf(...lines))).value.virtualServers;
    const alone = composeModel(read(serviceOf(...lines, "# 'alone'"))).value.virtualServers[0];
    const withoutEnd = (line: number) => line - Math.floor((line - 3) / 14);
    expect(service?.realServers.length).toBe(3);
    expect(service?.realServers).toEqual(
      JSON.parse(JSON.stringify(alone?.realServers), (key, value: unknown) =>
        key === "line" && typeof value === "number" ? withoutEnd(value) : value,
      ),
    );
  });

  it("has the port and the weight that are the server's own, or the service's", () => {
    const text = `virtual_server 10.0.0.9 80 {
  weight 7
  real_server 10.0.0.1 {
    lvs_method NAT
  }
  real_server 10.0.0.2 80 {
    lvs_method NAT
  }
  real_server 10.0.0.3 {
    lvs_method NAT
  }
}
virtual_server 10.0.0.8 80 {
  real_server 10.0.0.4 81 {
    lvs_method NAT
  }
}
`;
    const servers = composeModel(read(text)).value.virtualServers.flatMap(({ realServers }) => realServers);
    expect(servers.map(({ address, port, weight, source }) => [address, port, weight, source.line])).toEqual([
      ["10.0.0.1", undefined, 7, 3],
      ["10.0.0.2", 80, 7, 6],
      ["10.0.0.3", undefined, 7, 9],
      ["10.0.0.4", 81, 1, 14],
    ]);
  });
});
