import type { ConfigTree, Node, Section } from "./cst.ts";
import { decodeBytewise, decodeUtf8, encodeUtf8 } from "./encoding.ts";
import { parseConfig } from "./parse.ts";
import { secretMask } from "./secret-keywords.ts";

/** A secret's place in a file, found by its keyword in the text itself: in comments, definitions and broken blocks too. */
export interface SecretSpan {
  /** Absolute byte offsets of the value. */
  readonly start: number;
  readonly end: number;
  /** The blocks it stands in, its keyword and its number there: the same for the same secret after an edit around it. */
  readonly key: string;
  /** The vrrp_instance it stands in, if any. */
  readonly instance: string | undefined;
  /** Counts from 1. */
  readonly line: number;
}

/**
 * auth_pass anywhere, `key ID VALUE` of auth_hmac, `password` of SSL. All up to a `}` or the end of the line counts as
 * the value, since `#` cuts a password short without its owner knowing.
 */
const secretLine =
  /(?:(?<=^|[\s{"#!])"?auth_pass"?[ \t]+|^[ \t]*(?:@\S+[ \t]+)?(?:key[ \t]+\d+|password)[ \t]+)((?:"[^"]*"|\$\{\w+\}|[^"}])*)/u;

const definitionUse = /\$\{?([A-Za-z_][A-Za-z0-9_]*)/gu;

/** Every secret of a file, in the order of the text. */
export const findSecrets = (bytes: Uint8Array): SecretSpan[] => {
  const tree = parseConfig(bytes, { path: "" }).value;
  const spans: Omit<SecretSpan, "key" | "instance">[] = [];
  const names = new Set<string>();
  forEachLine(tree.text, (text, at) => {
    const match = secretLine.exec(text);
    if (match === null) return;
    const value = trimValue(match[1] ?? "");
    if (value === "") return;
    for (const use of value.matchAll(definitionUse)) names.add(use[1] ?? "");
    if (/^\$\{?\w+\}?$/u.test(value)) return;
    const start = at.start + match.index + match[0].length - (match[1] ?? "").length;
    spans.push({ start, end: start + value.length, line: at.line });
  });
  followDefinitions(tree.text, names);
  forEachLine(tree.text, (text, at) => addDefinition(spans, { text, at, names }));
  return nameSpans(
    tree,
    spans.toSorted((a, b) => a.start - b.start),
  );
};

/** The mask as it stands in a text of one character per byte. */
const maskBytes = decodeBytewise(encodeUtf8(secretMask));

interface LineAt {
  readonly start: number;
  readonly line: number;
}

const forEachLine = (text: string, visit: (line: string, at: LineAt) => void): void => {
  let start = 0;
  for (let line = 1; start < text.length; line += 1) {
    const end = text.indexOf("\n", start);
    const stop = end < 0 ? text.length : end;
    visit(text.slice(start, stop), { start, line });
    start = stop + 1;
  }
};

const trimValue = (value: string): string => value.replace(/[ \t\r\v\f\\]+$/u, "");

const definitionLine = /^[ \t]*(?:@\S+[ \t]+)?\$([A-Za-z_][A-Za-z0-9_]*)=[ \t]*/u;

/** `$A=x${B}`: what a secret definition is made of is secret too. */
const followDefinitions = (text: string, names: Set<string>): void => {
  for (let known = -1; known < names.size;) {
    known = names.size;
    forEachLine(text, (line) => {
      const match = definitionLine.exec(line);
      if (match === null || !names.has(match[1] ?? "")) return;
      for (const use of line.slice(match[0].length).matchAll(definitionUse)) names.add(use[1] ?? "");
    });
  }
};

/** `$PASS=…` where `auth_pass $PASS` stands elsewhere, or whose value is masked. */
const addDefinition = (
  spans: Omit<SecretSpan, "key" | "instance">[],
  found: { text: string; at: LineAt; names: ReadonlySet<string> },
): void => {
  const match = definitionLine.exec(found.text);
  if (match === null) return;
  const value = trimValue(found.text.slice(match[0].length));
  if (!found.names.has(match[1] ?? "") && !value.includes(maskBytes)) return;
  const start = found.at.start + match[0].length;
  const isTaken = spans.some((span) => span.start < start + value.length && start < span.end);
  if (value !== "" && !isTaken) spans.push({ start, end: start + value.length, line: found.at.line });
};

const nameSpans = (
  tree: ConfigTree,
  spans: readonly Omit<SecretSpan, "key" | "instance">[],
): SecretSpan[] => {
  const counts = new Map<string, number>();
  return spans.map((span) => {
    const blocks = blocksAround(tree, span.start);
    const lineStart = tree.text.lastIndexOf("\n", span.start - 1) + 1;
    const keyword = decodeUtf8(tree.bytes.subarray(lineStart, span.start)).trim();
    const name = [...blocks.map((words) => words.join(" ")), keyword].join(" > ");
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const instance = blocks.find(([first]) => first === "vrrp_instance")?.[1];
    return { ...span, key: `${name} ${count}`, instance };
  });
};

/** The words of the statements whose blocks an offset is in, outermost first. */
const blocksAround = (tree: ConfigTree, offset: number): readonly (readonly string[])[] => {
  const section = tree.sections.findLast((candidate) => candidate.start <= offset);
  return section === undefined ? [] : blocksIn(section.body.nodes, { section, offset });
};

const blocksIn = (
  nodes: readonly Node[],
  at: { section: Section; offset: number },
): readonly (readonly string[])[] => {
  const offset = at.offset - at.section.start;
  for (const node of nodes) {
    if (node.kind !== "statement" || node.block === undefined) continue;
    const { block, words } = node;
    if (block.open < offset && (block.close === undefined || offset < block.close)) {
      return [words, ...blocksIn(block.nodes, at)];
    }
  }
  return [];
};
