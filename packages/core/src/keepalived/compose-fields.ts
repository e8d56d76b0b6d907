import { lineOf, sliceText } from "./cst.ts";
import type { ConfigTree, Section } from "./cst.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Script, Setting, Source } from "./model-parts.ts";
import type { Entry, Item, Spot } from "./reading.ts";
import { isSecretKeyword, secretMask } from "./secret-keywords.ts";
import { shellWords } from "./shell-words.ts";
import { readBoolean, readDecimal, readInteger } from "./words.ts";

/** What every reader of a block needs besides the block. */
export interface Composition {
  readonly tree: ConfigTree;
  /** The sections that were read together: `Spot.section` counts in them. */
  readonly sections: readonly Section[];
  readonly diagnostics: Diagnostic[];
}

/** How each keyword of a block changes the object it describes. */
export type Fields<T> = ReadonlyMap<string, (draft: T, entry: Entry, composition: Composition) => void>;

export const fieldsOf = <T>(
  readers: Readonly<Record<string, (draft: T, entry: Entry, composition: Composition) => void>>,
): Fields<T> => new Map(Object.entries(readers));

/** Reads a block into a draft; keywords without a field go into its settings. */
export const readFields = <T extends { settings: Setting[] }>(
  draft: T,
  entries: readonly Entry[],
  how: { fields: Fields<T>; composition: Composition },
): T => {
  for (const entry of entries) {
    const read = how.fields.get(entry.keyword.name);
    if (read === undefined) keepSettings(draft.settings, entry, how.composition);
    else read(draft, entry, how.composition);
  }
  return draft;
};

export const entriesOf = (entry: Entry): readonly Entry[] => entry.inside?.entries ?? [];

export const sourceOf = (spot: Spot, composition: Composition): Source => {
  const { tree, sections } = composition;
  const section = sections[spot.section];
  if (section === undefined) return { path: tree.path, line: 1 };
  const origin = tree.origins?.[section.line + spot.line];
  return { path: origin?.path ?? tree.path, line: lineOf(tree, section, spot) };
};

/** Keeps an entry, and what is inside it, as written; inner keywords are named `outer/inner`. Secrets are masked. */
export const keepSettings = (
  settings: Setting[],
  entry: Entry,
  composition: Composition,
  prefix = "",
): void => {
  const keyword = prefix + entry.keyword.name;
  const values = entry.words.slice(1);
  if (isSecretKeyword(entry.keyword.block, entry.keyword.name) && values.length > 0) {
    values.splice(values.length - 1, 1, secretMask);
  }
  settings.push({ keyword, values, source: sourceOf(entry.spot, composition) });
  for (const inner of entriesOf(entry)) keepSettings(settings, inner, composition, `${keyword}/`);
  for (const item of entry.items ?? []) {
    settings.push({
      keyword: `${keyword}/`,
      values: [...item.words],
      source: sourceOf(item.spot, composition),
    });
  }
};

/** Says that a value could not be used. Which value is right is the linter's matter. */
export const notUsed = (
  entry: { words: readonly string[]; spot: Spot },
  composition: Composition,
): undefined => {
  const { path, line } = sourceOf(entry.spot, composition);
  const message = `${entry.words[0] ?? "this line"}: keepalived does not use this value`;
  composition.diagnostics.push({
    code: "value-not-used",
    severity: "warning",
    message,
    path,
    line,
    column: 1,
  });
  return undefined;
};

/** The whole number after the keyword, if it is one and in range. */
export const integerOf = (
  entry: Entry,
  range: { min: number; max: number; at?: number },
  composition: Composition,
): number | undefined => {
  const reading = readInteger(entry.words[range.at ?? 1] ?? "", range);
  return reading.fault === undefined ? reading.value : notUsed(entry, composition);
};

/** Seconds or milliseconds with decimals. */
export const decimalOf = (
  entry: Entry,
  range: { min: number; max: number },
  composition: Composition,
): number | undefined => {
  const reading = readDecimal(entry.words[1] ?? "", { ...range, places: 6 });
  const isUsed = reading.fault === undefined || reading.fault === "too-many-decimals";
  return isUsed ? reading.value : notUsed(entry, composition);
};

/** A flag: true when it stands alone. */
export const flagOf = (entry: Entry): boolean => readBoolean(entry.words[1] ?? "true") ?? true;

/** A script with user and group: the first value is a command line of its own. */
export const scriptOf = (entry: Entry, composition: Composition): Script => {
  const [, command = "", user, group] = rawWords(entry, composition);
  return {
    argv: shellWords(command),
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    source: sourceOf(entry.spot, composition),
  };
};

/** The words of a line as the shell-like splitter makes them. */
export const rawWords = (entry: Entry, composition: Composition): readonly string[] => {
  const section = composition.sections[entry.spot.section];
  if (section === undefined || !hasQuoteOrEscape(entry, composition, section)) return entry.words;
  const { bytes } = composition.tree;
  const raw = sliceText(bytes, section.start + entry.spot.start, section.start + entry.spot.end);
  return shellWords(raw);
};

const hasQuoteOrEscape = (entry: Entry, composition: Composition, section: Section): boolean => {
  const { bytes } = composition.tree;
  for (let at = section.start + entry.spot.start; at < section.start + entry.spot.end; at += 1) {
    if (bytes[at] === 0x22 || bytes[at] === 0x27 || bytes[at] === 0x5c) return true;
  }
  return false;
};

/** The value after a word of options: `dev eth0`. */
export const optionOf = (item: Pick<Item, "words">, name: string): string | undefined => {
  const at = item.words.indexOf(name, 1);
  return at < 0 ? undefined : item.words[at + 1];
};
