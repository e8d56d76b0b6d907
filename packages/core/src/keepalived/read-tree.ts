import type { ConfigTree, Section, SectionBody } from "./cst.ts";
import type { Entry, ReadingFault, ReadOptions, Reading } from "./reading.ts";
import { readSound } from "./section-reading.ts";
import { readTokens, tokensOf } from "./token-reader.ts";

/**
 * The tree as keepalived's parser understands it. Braces alone do not tell: an unknown keyword does not open a block, a
 * list swallows all up to its brace, a forgotten brace lets the next lines be read in the wrong table. So the tree is made
 * linear again and read by keepalived's own rules (process_stream and alloc_value_block in lib/parser.c).
 */

/** What was read stays as long as what it was read from: a section whose braces are in order, or all sections of a file. */
interface Memory {
  readonly bodies: WeakMap<SectionBody, Reading>;
  readonly wholes: WeakMap<readonly Section[], Reading>;
}
const newMemory = (): Memory => ({ bodies: new WeakMap(), wholes: new WeakMap() });
const remembered = { older: newMemory(), newer: newMemory() };

/**
 * Reads the sections of a preprocessed tree. One reading per section where that is the same; otherwise one reading of the
 * whole file, in which faults of several processes stand together. `Spot.section` counts within the reading.
 */
export const readTree = (
  tree: ConfigTree,
  options: ReadOptions = { hasNewerBlocks: false },
): readonly Reading[] => {
  const readings: Reading[] = [];
  const memory = options.hasNewerBlocks ? remembered.newer : remembered.older;
  for (const { body } of tree.sections) {
    const known = memory.bodies.get(body);
    const reading = known ?? readSound(body, options) ?? readTokens(tokensOf([body]), "every", options);
    if (known === undefined) memory.bodies.set(body, reading);
    if (!reading.isSound) return [readWhole(tree.sections, options, memory)];
    readings.push(reading);
  }
  return readings;
};

const readWhole = (sections: readonly Section[], options: ReadOptions, memory: Memory): Reading => {
  const known = memory.wholes.get(sections);
  if (known !== undefined) return known;
  const reading = readByEveryProcess(sections, options);
  memory.wholes.set(sections, reading);
  return reading;
};

const readByEveryProcess = (sections: readonly Section[], options: ReadOptions): Reading => {
  const tokens = tokensOf(sections.map((section) => section.body));
  const entries: Entry[] = [];
  const faults: ReadingFault[] = [];
  const seen = new Set<string>();
  const seenEntries = new Set<string>();
  for (const process of ["parent", "checker", "vrrp", "bfd"] as const) {
    const reading = readTokens(tokens, process, options);
    for (const entry of reading.entries) {
      const key = `${entry.spot.section} ${entry.spot.start}`;
      if (seenEntries.has(key)) continue;
      seenEntries.add(key);
      entries.push(entry);
    }
    for (const fault of reading.faults) {
      const key = `${fault.code} ${fault.spot.section} ${fault.spot.start} ${fault.word}`;
      if (seen.has(key)) continue;
      seen.add(key);
      faults.push(fault);
    }
  }
  entries.sort((a, b) => a.spot.section - b.spot.section || a.spot.start - b.spot.start);
  return { entries, faults, isSound: false };
};
