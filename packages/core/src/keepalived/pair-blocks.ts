import { missing, placed } from "./pair-comparison.ts";
import type { Comparison } from "./pair-comparison.ts";
import type { Entry } from "./reading.ts";
import type { TopEntry } from "./rules/rule.ts";

interface Half {
  readonly top: TopEntry;
  readonly entry: Entry;
}

interface Halves {
  readonly key: string;
  readonly first: Half;
  readonly second: Half;
}

/** May differ between directors: what each tells others, not what it does. */
const ofItsOwn = /^(?:notify.*|quorum_(?:up|down)|smtp_alert|snmp_name|log_all_failures|warmup)$/u;
const otherNames: ReadonlyMap<string, string> = new Map([
  ["lvs_sched", "lb_algo"],
  ["lvs_method", "lb_kind"],
  ["nb_get_retry", "retry"],
]);

const nameOf = (entry: Entry): string => otherNames.get(entry.keyword.name) ?? entry.keyword.name;

/** Blocks inside are told apart by their words, or else by their place among their like. */
const blockKeys = (entry: Entry): ReadonlyMap<string, Entry> => {
  const counts = new Map<string, number>();
  const blocks = new Map<string, Entry>();
  for (const inner of entry.inside?.entries ?? []) {
    if (inner.keyword.opens === undefined) continue;
    const words = inner.keyword.name === "real_server" ? endpointOf(inner) : inner.keyword.name;
    const count = (counts.get(words) ?? 0) + 1;
    counts.set(words, count);
    blocks.set(count === 1 ? words : `${words}#${count}`, inner);
  }
  return blocks;
};

const endpointOf = ({ words }: Entry): string =>
  words[2] === undefined ? (words[1] ?? "") : `${words[1] ?? ""}:${words[2]}`;

/** Settings by name, the last of each; keywords without value count as on. */
const settingsOf = (entry: Entry): ReadonlyMap<string, Entry> => {
  const settings = new Map<string, Entry>();
  for (const inner of entry.inside?.entries ?? []) {
    if (inner.keyword.opens === undefined && !ofItsOwn.test(inner.keyword.name))
      settings.set(nameOf(inner), inner);
  }
  return settings;
};

const valueOf = ({ keyword, words }: Entry): string => {
  const text = words.slice(1).join(" ");
  if (keyword.name === "protocol") return text.toUpperCase();
  return text === "" ? "on" : text;
};

/** Compares two blocks keyword by keyword, then the blocks inside them. What is absent counts as its default. */
export function* compareBlocks({ key, first, second }: Halves): IterableIterator<Comparison> {
  const [ours, theirs] = [settingsOf(first.entry), settingsOf(second.entry)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, other] = [ours.get(name), theirs.get(name)];
    const byDefault = (one ?? other)?.keyword.default ?? "absent";
    const [left, right] = [
      one === undefined ? byDefault : valueOf(one),
      other === undefined ? byDefault : valueOf(other),
    ];
    if (left === right) continue;
    yield {
      kind: "must-match",
      code: "mismatch",
      key: `${key}.${name}`,
      message: `${name} of ${key} is ${left} here, ${right} there`,
      first: placed(first.top, one ?? first.entry, left),
      second: placed(second.top, other ?? second.entry, right),
    };
  }
  yield* compareInner({ key, first, second });
}

function* compareInner({ key, first, second }: Halves): IterableIterator<Comparison> {
  const [ours, theirs] = [blockKeys(first.entry), blockKeys(second.entry)];
  for (const [name, block] of ours) {
    const other = theirs.get(name);
    const inner = `${key}.${name}`;
    if (other === undefined)
      yield missing(inner, {
        first: placed(first.top, block, name),
        second: placed(second.top, second.entry, "absent"),
      });
    else
      yield* compareBlocks({
        key: inner,
        first: { top: first.top, entry: block },
        second: { top: second.top, entry: other },
      });
  }
  for (const [name, block] of theirs) {
    if (!ours.has(name))
      yield missing(`${key}.${name}`, {
        first: placed(first.top, first.entry, "absent"),
        second: placed(second.top, block, name),
      });
  }
}
