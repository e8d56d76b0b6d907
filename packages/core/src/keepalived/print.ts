import type { ConfigTree, Node, Section } from "./cst.ts";

/**
 * The text of a tree, byte for byte as it was read. Printed from the nodes and the white space between them: bytes that no
 * node owns and that are not white space would be lost, which is what makes the tree's losslessness a fact and not a copy.
 */
export const printConfig = (tree: ConfigTree): Uint8Array => {
  const output = new Uint8Array(tree.bytes.length);
  let written = 0;
  for (const section of tree.sections) written = printSection(tree, { section, output, written });
  return output.subarray(0, written);
};

interface SectionPrint {
  readonly section: Section;
  readonly output: Uint8Array;
  readonly written: number;
}

const printSection = (tree: ConfigTree, print: SectionPrint): number => {
  const { section, output } = print;
  const printer = {
    source: tree.bytes,
    base: section.start,
    cursor: section.start,
    output,
    written: print.written,
  };
  printNodes(printer, section.body.nodes);
  printGap(printer, section.start + section.body.length);
  return printer.written;
};

interface Printer {
  readonly source: Uint8Array;
  readonly base: number;
  cursor: number;
  readonly output: Uint8Array;
  written: number;
}

const printNodes = (printer: Printer, nodes: readonly Node[]): void => {
  for (const node of nodes) {
    printGap(printer, printer.base + node.start);
    printRange(printer, printer.base + node.end);
    if (node.kind !== "statement" || node.block === undefined) continue;
    const { block } = node;
    printNodes(printer, block.leading);
    printGap(printer, printer.base + block.open);
    printRange(printer, printer.base + block.open + 1);
    printNodes(printer, block.nodes);
    if (block.close === undefined) continue;
    printGap(printer, printer.base + block.close);
    printRange(printer, printer.base + block.close + 1);
  }
};

const isWhiteSpace = (byte: number | undefined): boolean =>
  byte !== undefined && (byte === 0x20 || (byte >= 9 && byte <= 13));

const printGap = (printer: Printer, end: number): void => {
  for (; printer.cursor < end; printer.cursor += 1) {
    const byte = printer.source[printer.cursor];
    if (!isWhiteSpace(byte)) continue;
    printer.output[printer.written] = byte ?? 0x20;
    printer.written += 1;
  }
};

const printRange = (printer: Printer, end: number): void => {
  printer.output.set(printer.source.subarray(printer.cursor, end), printer.written);
  printer.written += Math.max(end - printer.cursor, 0);
  printer.cursor = Math.max(end, printer.cursor);
};
