import type { Verdict } from "../director/state.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";

/** The verdicts of one service. */
export interface RowVerdicts {
  readonly hasDown: boolean;
  /** By `destinationKey`; undefined: not heard of. */
  readonly get: (key: string) => Verdict["verdict"] | undefined;
}

/** Keys are made at the first look-up: a table of a hundred thousand rows is compared every second, and few of them are in doubt. */
const rowVerdicts = (verdicts: readonly Verdict[]): RowVerdicts => {
  let byKey: ReadonlyMap<string, Verdict["verdict"]> | undefined;
  return {
    hasDown: verdicts.some(({ verdict }) => verdict === "down"),
    get: (key) => {
      byKey ??= new Map(verdicts.map((each) => [destinationKey(each), each.verdict]));
      return byKey.get(key);
    },
  };
};

/** Of a service that nothing was heard of. */
export const noVerdicts: RowVerdicts = rowVerdicts([]);

type ByService = ReadonlyMap<string, RowVerdicts>;

const grouped = new WeakMap<readonly Verdict[], ByService>();
/** By the first verdict of a service: all of them, as they were taken last. */
const known = new WeakMap<Verdict, { readonly rows: readonly Verdict[]; readonly verdicts: RowVerdicts }>();

/**
 * By `serviceKey`. Verdicts come service by service. A service whose verdicts are the same objects as in another list before has the same
 * `RowVerdicts` object, so that what was made of them need not be made again.
 */
export const verdictsByService = (verdicts: readonly Verdict[]): ByService => {
  const made = grouped.get(verdicts) ?? group(verdicts);
  grouped.set(verdicts, made);
  return made;
};

const group = (verdicts: readonly Verdict[]): ByService => {
  const found = new Map<string, Verdict[]>();
  let of: Verdict["service"] | undefined;
  let rows: Verdict[] = [];
  for (const each of verdicts) {
    if (of !== each.service) {
      of = each.service;
      const key = serviceKey(of);
      rows = found.get(key) ?? [];
      found.set(key, rows);
    }
    rows.push(each);
  }
  return new Map([...found].map(([key, each]) => [key, sameVerdicts(each)]));
};

const sameVerdicts = (rows: readonly Verdict[]): RowVerdicts => {
  const [first] = rows;
  if (first === undefined) return noVerdicts;
  const last = known.get(first);
  if (last?.rows.length === rows.length && last.rows.every((each, at) => each === rows[at]))
    return last.verdicts;
  const verdicts = rowVerdicts(rows);
  known.set(first, { rows, verdicts });
  return verdicts;
};
