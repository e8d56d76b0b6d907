import type { ConfigTree, Node, Statement } from "../cst.ts";
import { decodeUtf8 } from "../encoding.ts";
import { isBlank } from "../lexer.ts";
import { isSameAddress } from "./locate.ts";
import type { LocatedBlock, Patch } from "./patch.ts";
import { applyPatches, lineStartOf, nextLineOf, wordRanges } from "./patch.ts";
import type { ResolveWord } from "./resolve-words.ts";
import { indentOf, styleOf } from "./style.ts";

export interface BlockCopy {
  /** Whole lines with their line ends, comments left out. */
  readonly text: string;
  /** Values other than those asked for that named the old address or port and name the new one now. */
  readonly adapted: readonly string[];
}

export interface Renaming {
  readonly address: string;
  readonly port: number;
  readonly servicePort: number;
  readonly weight: number;
  readonly resolve: ResolveWord;
}

/** A real_server block written again for another server: same keywords, order and blanks, its own address, port and weight. */
export const copyRealServer = (tree: ConfigTree, model: LocatedBlock, to: Renaming): BlockCopy => {
  const from = startOf(tree, model);
  const end = model.section.start + (model.block.close ?? model.block.open) + 1;
  const patches: Patch[] = [];
  const adapted: string[] = [];
  patchHeader(tree, model, { to, patches });
  dropComments(tree, { nodes: model.block.nodes, base: model.section.start, patches });
  patchValues(tree, { block: model, nodes: model.block.nodes, to, patches, adapted });
  const shifted = patches.map((patch) => ({ ...patch, start: patch.start - from, end: patch.end - from }));
  const text = decodeUtf8(applyPatches(tree.bytes.subarray(from, end), shifted));
  const indent = indentOf(tree, model) === undefined ? styleOf(tree, model).unit : "";
  return { text: indent + text + styleOf(tree, model).lineEnd, adapted };
};

const startOf = (tree: ConfigTree, model: LocatedBlock): number => {
  const start = model.section.start + model.statement.start;
  return indentOf(tree, model) === undefined ? start : lineStartOf(tree, start);
};

const portWord = (model: LocatedBlock, to: Renaming): number =>
  Number(model.statement.words[2] ?? to.servicePort);

const patchHeader = (
  tree: ConfigTree,
  model: LocatedBlock,
  out: { to: Renaming; patches: Patch[] },
): void => {
  const [, address, port] = wordRanges(tree, model);
  const { to, patches } = out;
  if (address !== undefined) patches.push({ ...address, text: to.address });
  if (port !== undefined) patches.push({ ...port, text: String(to.port) });
  else if (address !== undefined && to.port !== to.servicePort) {
    patches.push({ start: address.end, end: address.end, text: ` ${to.port}` });
  }
};

const dropComments = (
  tree: ConfigTree,
  block: { nodes: readonly Node[]; base: number; patches: Patch[] },
): void => {
  for (const node of block.nodes) {
    if (node.kind === "comment") {
      const end = block.base + node.end;
      let start = block.base + node.start;
      const lineStart = lineStartOf(tree, start);
      while (start > lineStart && isBlank(tree.bytes[start - 1])) start -= 1;
      const isWholeLine = start === lineStart && nextLineOf(tree, end) - end <= 2;
      block.patches.push({ start, end: isWholeLine ? nextLineOf(tree, end) : end, text: "" });
    } else if (node.kind === "statement" && node.block !== undefined) {
      dropComments(tree, { ...block, nodes: [...node.block.leading, ...node.block.nodes] });
    }
  }
};

interface ValuePatches {
  readonly block: LocatedBlock;
  readonly nodes: readonly Node[];
  readonly to: Renaming;
  readonly patches: Patch[];
  readonly adapted: string[];
}

const patchValues = (tree: ConfigTree, values: ValuePatches): void => {
  for (const node of values.nodes) {
    if (node.kind !== "statement") continue;
    patchStatement(tree, node, values);
    if (node.block !== undefined) patchValues(tree, { ...values, nodes: node.block.nodes });
  }
};

const patchStatement = (tree: ConfigTree, statement: Statement, values: ValuePatches): void => {
  const { block, to } = values;
  const [keyword = ""] = statement.words;
  const ranges = wordRanges(tree, { section: block.section, statement });
  for (const [index, word] of statement.words.entries()) {
    const range = ranges[index];
    if (index === 0 || range === undefined) continue;
    const meant = to.resolve(word);
    const isWeight = keyword === "weight" && index === 1 && values.nodes === block.block.nodes;
    const text = isWeight ? String(to.weight) : adapt(meant, { keyword, block, to });
    if (text === meant) continue;
    const isQuoted = tree.bytes[range.start] === 0x22;
    values.patches.push({ ...range, text: isQuoted ? `"${text}"` : text });
    if (!isWeight) values.adapted.push(`${keyword} ${text}`);
  }
};

/** A value of the model block as it must be for the new server. */
const adapt = (word: string, of: { keyword: string; block: LocatedBlock; to: Renaming }): string => {
  const { keyword, block, to } = of;
  const oldAddress = block.statement.words[1] ?? "";
  const oldPort = portWord(block, to);
  if (keyword === "connect_port") return word === String(oldPort) ? String(to.port) : word;
  if (isSameAddress(word, oldAddress)) return to.address;
  const pattern = oldAddress.replace(/[.]/gu, "\\.");
  return word.replace(
    new RegExp(`(?<![0-9A-Fa-f.:])${pattern}(?![0-9A-Fa-f.:]*[0-9A-Fa-f])`, "gu"),
    () => to.address,
  );
};

/** Whether a real_server block says its weight. */
export const hasWeight = (model: LocatedBlock): boolean =>
  model.block.nodes.some((node) => node.kind === "statement" && node.words[0] === "weight");
