import { includes, keywords } from "./keywords.ts";
import type { BlockName, Keyword, Unit, Value } from "./keywords/keyword.ts";

/** The reference page of keywords, as Markdown: one table per block, in the order of the grammar. */
export const printKeywordReference = (): string => {
  const blocks = new Map<BlockName, Keyword[]>();
  for (const keyword of keywords) {
    const known = blocks.get(keyword.block);
    if (known === undefined) blocks.set(keyword.block, [keyword]);
    else known.push(keyword);
  }
  const parts = [...blocks].map(([block, inside]) => `## ${titleOf(block)}\n\n${tableOf(inside)}`);
  return `${[introduction, `## In every block\n\n${tableOf(includes)}`, ...parts].join("\n\n")}\n`;
};

const introduction = `# Keywords of keepalived.conf

Printed from \`packages/core/src/keepalived/keywords/\`; the same table serves the linter and the editor. Values in \`[]\` may
be left out, \`…\` may follow any number of times, \`{…}\` opens a block.`;

const titleOf = (block: BlockName): string => (block === "root" ? "Top level" : `In \`${block}\``);

const tableOf = (inside: readonly Keyword[]): string =>
  [
    "| Keyword | Values | Default | Meaning |",
    "| --- | --- | --- | --- |",
    ...inside.map((keyword) => `| ${cellsOf(keyword).map(escape).join(" | ")} |`),
  ].join("\n");

const cellsOf = (keyword: Keyword): readonly string[] => [
  `\`${keyword.name}\``,
  valuesOf(keyword),
  keyword.default ?? "",
  [keyword.help, ...notesOf(keyword)].join(". "),
];

/** A bar would end the cell. */
const escape = (cell: string): string => cell.replaceAll("|", "\\|");

const valuesOf = ({ values, rest, required, opens, list }: Keyword): string => {
  const parts = values.map((value, index) => (index < required ? wordFor(value) : `[${wordFor(value)}]`));
  if (rest !== undefined) parts.push(`${wordFor(rest)} …`);
  if (opens !== undefined) parts.push("{…}");
  if (list !== undefined) parts.push(`{${list.replaceAll("-", " ")}}`);
  return parts.join(" ");
};

const wordFor = (value: Value): string => {
  switch (value.kind) {
    case "integer":
    case "decimal":
      return `${value.label} ${value.min}–${value.max}${unitOf(value.unit)}`;
    case "choice":
      return value.choices.join("|");
    case "boolean":
      return "on|off";
    case "multicast":
      return `${value.label} (IPv${value.family} multicast)`;
    case "text":
      return value.maxLength === undefined
        ? value.label
        : `${value.label} (at most ${value.maxLength} bytes)`;
    case "address":
    case "name":
    case "interface":
    case "script":
    case "path":
    case "user":
    case "hex":
    case "special":
      return value.label;
  }
};

const unitOf = (unit: Unit | undefined): string => (unit === undefined ? "" : ` ${unit}`);

function* notesOf({ since, deprecated }: Keyword): IterableIterator<string> {
  if (since !== undefined) yield `Since ${since}`;
  if (deprecated !== undefined) yield `Deprecated: ${deprecated.use}`;
}
