import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, it } from "vitest";
import { applyEdits } from "./apply-edits.ts";
import { composeModel } from "./compose.ts";
import { configEditSchema } from "./edit.ts";
import type { KeepalivedModel } from "./model.ts";
import { parseConfig } from "./parse.ts";
import { printConfig } from "./print.ts";
import { changedLines, plain } from "./edit-effect.fixture.ts";
import { trialsOf } from "./random-edit.fixture.ts";
import type { Pick, Trial } from "./random-edit.fixture.ts";
import type { IncludeReader } from "./preprocessor.ts";
import { preprocess } from "./preprocess.ts";
import { applyEditsToFiles } from "./apply-edits-to-files.ts";

/** Random edits on real files: the model read again is the old model with that change, and no other line differs. */

const folder = fileURLToPath(new URL("../../../../../shared/corpus/keepalived", import.meta.url));
const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["EDIT_RUNS"] ?? 800);
console.info(`keepalived/apply-edits: seed ${seed}, ${numRuns} edits`);

const files = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith(".conf"))
      .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }))
      .filter(({ bytes }) => bytes.length < 60_000)
  : [];

const modelOf = (bytes: Uint8Array): KeepalivedModel =>
  composeModel(parseConfig(bytes, { path: "" }).value).value;

const pickFrom = (numbers: readonly number[]): Pick => {
  let next = 0;
  return (count) => (numbers[next++ % numbers.length] ?? 0) % count;
};

/** An edit of what is there, if one comes up. */
const trialFor = (model: KeepalivedModel, pick: Pick): Trial | undefined => {
  const trials = trialsOf(model, pick);
  const trial = trials[pick(trials.length)];
  return trial !== undefined && configEditSchema.safeParse(trial.edit).success ? trial : undefined;
};

const inputs = fc.tuple(
  fc.nat(Math.max(files.length - 1, 0)),
  fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
);

it.skipIf(files.length === 0)(
  "a random edit of a real file changes what it names, and nothing else (skipped: no corpus here)",
  () => {
    let applied = 0;
    const property = fc.property(inputs, ([file, numbers]) => {
      const { name = "", bytes = new Uint8Array() } = files[file] ?? {};
      const before = modelOf(bytes);
      const trial = trialFor(before, pickFrom(numbers));
      if (trial === undefined) return;
      const { value, diagnostics } = applyEdits(bytes, [trial.edit], { path: name });
      if (diagnostics.some(({ severity }) => severity === "error")) {
        expect(value).toBe(bytes);
        return;
      }
      applied += 1;
      const now = modelOf(value);
      trial.expected(before, now);
      expect(plain(now), name).toEqual(plain(before));
      const { removed, added } = changedLines(bytes, value);
      expect(removed, name).toBeLessThanOrEqual(trial.removed);
      expect(added, name).toBeLessThanOrEqual(trial.added);
      expect(printConfig(parseConfig(value, { path: name }).value)).toEqual(value);
    });
    fc.assert(property, { seed, numRuns });
    console.info(`keepalived/apply-edits: ${applied} of ${numRuns} applied, the others refused`);
    expect(applied).toBeGreaterThan(numRuns * 0.5);
  },
  600_000,
);

const mainPath = "main.conf";
const partPath = "part.conf";

/**
 * Without what is defined for one director only: to another the braces of `${NAME}` are braces, and an edit that takes them
 * away changes how the rest is read.
 */
const wholeFor = files.filter(
  ({ bytes }) => !/^[ \t]*@\S+[ \t]+\$/mu.test(Buffer.from(bytes).toString("latin1")),
);

/** A file cut in two at random: some of its top-level blocks stand in a file that it includes in their place. */
const cutInTwo = (bytes: Uint8Array, pick: Pick): ReadonlyMap<string, Uint8Array> => {
  const starts = parseConfig(bytes, { path: "" }).value.sections.map(({ start }) => start);
  const from = starts[pick(Math.max(starts.length, 1))] ?? 0;
  const later = [...starts.filter((start) => start > from), bytes.length];
  const to = later[pick(later.length)] ?? bytes.length;
  const include = Buffer.from(`include ${partPath}\n`);
  const main = Buffer.concat([bytes.subarray(0, from), include, bytes.subarray(to)]);
  return new Map([
    [mainPath, new Uint8Array(main)],
    [partPath, bytes.slice(from, to)],
  ]);
};

/** Undefined where a sequence is so long that the rest of the files is not read. */
const modelOfFiles = (all: ReadonlyMap<string, Uint8Array>): KeepalivedModel | undefined => {
  const read: IncludeReader = (path) => {
    const bytes = all.get(path);
    return bytes === undefined
      ? { kind: "missing", reason: "not there" }
      : { kind: "files", files: [{ path, bytes }] };
  };
  const main = all.get(mainPath) ?? new Uint8Array();
  const { value, diagnostics } = preprocess(main, { path: mainPath, configId: "lb1", read });
  if (diagnostics.some(({ code }) => code === "expansion-too-large")) return undefined;
  return composeModel(value).value;
};

it.skipIf(files.length === 0)(
  "a random edit of a real file in two pieces changes the piece that holds what it names, and nothing else (skipped: no corpus here)",
  () => {
    const applied = { [mainPath]: 0, [partPath]: 0 };
    const property = fc.property(inputs, ([file, numbers]) => {
      const { name = "", bytes = new Uint8Array() } = wholeFor[file % wholeFor.length] ?? {};
      const pick = pickFrom(numbers);
      const all = cutInTwo(bytes, pick);
      const before = modelOfFiles(all);
      const trial = before === undefined ? undefined : trialFor(before, pick);
      if (before === undefined || trial === undefined) return;
      const { value, diagnostics } = applyEditsToFiles(all, [trial.edit], {
        path: mainPath,
        configId: "lb1",
      });
      if (diagnostics.some(({ severity }) => severity === "error")) {
        expect(value.size).toBe(0);
        return;
      }
      const [[path, changed] = ["", new Uint8Array()], ...others] = [...value];
      expect(others).toEqual([]);
      if (path === mainPath || path === partPath) applied[path] += 1;
      const now = modelOfFiles(new Map([...all, ...value]));
      if (now === undefined) return;
      trial.expected(before, now);
      expect(plain(now), name).toEqual(plain(before));
      const { removed, added } = changedLines(all.get(path) ?? new Uint8Array(), changed);
      expect(removed, name).toBeLessThanOrEqual(trial.removed);
      expect(added, name).toBeLessThanOrEqual(trial.added);
    });
    fc.assert(property, { seed, numRuns });
    console.info(`keepalived/apply-edits: of ${numRuns}, applied in ${JSON.stringify(applied)}`);
    expect(applied[mainPath] + applied[partPath]).toBeGreaterThan(numRuns * 0.4);
    expect(applied[partPath]).toBeGreaterThan(numRuns * 0.1);
  },
  600_000,
);
