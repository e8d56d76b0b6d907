import type { Keyword } from "./keywords/keyword.ts";
import type { Entry, Inside, Item, Reading, Spot } from "./reading.ts";

/**
 * What was read, with the content of an earlier block of the same text in the place of each that repeats it. Whoever finds
 * nothing wrong with a sketch finds nothing wrong with what it was made of, and thousands of equal blocks need not be read.
 * The places inside such blocks are those of others: what is found must be looked for again in the reading itself.
 */
export const sketchOf = (reading: Reading): Reading => {
  const known = remembered.get(reading);
  if (known !== undefined) return known;
  const entries = sketchesOf(reading.entries);
  const sketch = entries === reading.entries ? reading : { ...reading, entries };
  remembered.set(reading, sketch);
  return sketch;
};

const remembered = new WeakMap<Reading, Reading>();

class Sketch implements Entry {
  readonly inside: Inside;
  private readonly entry: Entry;

  constructor(entry: Entry, inside: Inside) {
    this.entry = entry;
    this.inside = inside;
  }

  get keyword(): Keyword {
    return this.entry.keyword;
  }

  get words(): readonly string[] {
    return this.entry.words;
  }

  get spot(): Spot {
    return this.entry.spot;
  }

  get items(): readonly Item[] | undefined {
    return this.entry.items;
  }

  get listEnd(): Spot | undefined {
    return this.entry.listEnd;
  }
}

class SketchedInside implements Inside {
  readonly entries: readonly Entry[];
  private readonly inside: Inside;

  constructor(entries: readonly Entry[], inside: Inside) {
    this.entries = entries;
    this.inside = inside;
  }

  get end(): Spot | undefined {
    return this.inside.end;
  }
}

/** The very same lines where nothing in them repeats another. */
const sketchesOf = (entries: readonly Entry[]): readonly Entry[] => {
  const sketches = entries.map(sketchOfEntry);
  return sketches.every((sketch, index) => sketch === entries[index]) ? entries : sketches;
};

const sketchOfEntry = (entry: Entry): Entry => {
  const { inside } = entry;
  if (inside === undefined) return entry;
  if (inside.like !== undefined) return new Sketch(entry, inside.like);
  const entries = sketchesOf(inside.entries);
  return entries === inside.entries ? entry : new Sketch(entry, new SketchedInside(entries, inside));
};
