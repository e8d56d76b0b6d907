import { z } from "zod";
import { virtualServiceSchema, type VirtualService } from "../ipvs/model.ts";
import { configuredServiceSchema, type ConfiguredService } from "./configured.ts";
import { verdictSchema, type DirectorState, type Verdict } from "./state.ts";

/**
 * A large picture of a director in portions: at a hundred thousand real servers it is eighty megabytes, which nobody can write or read in one
 * go without standing still. Its long lists come before it, piece by piece, and it says how many pieces there were; whoever has not heard
 * all of them has heard nothing.
 */

/** What a console names in `understands` to get large pictures in portions. */
export const partsWord = "parts";

export const snapshotPartSchema = z.discriminatedUnion("of", [
  z.object({ kind: z.literal("part"), of: z.literal("table"), values: z.array(virtualServiceSchema) }),
  z.object({ kind: z.literal("part"), of: z.literal("health"), values: z.array(verdictSchema) }),
  z.object({
    kind: z.literal("part"),
    of: z.literal("configured"),
    values: z.array(configuredServiceSchema),
  }),
  z.object({ kind: z.literal("part"), of: z.literal("loaded"), values: z.array(configuredServiceSchema) }),
]);
export type SnapshotPart = z.infer<typeof snapshotPartSchema>;

/** Rows (services, real servers, verdicts) of one portion: some milliseconds of either side. A service is whole in one. */
export const rowsPerPart = 1_000;

/** What stands in a state besides its long lists. */
interface Lists {
  readonly table: readonly VirtualService[];
  readonly health: readonly Verdict[];
  readonly configured: readonly ConfiguredService[];
  readonly loaded: readonly ConfiguredService[];
}

const listsOf = ({ config, health, table }: DirectorState): Lists => ({
  table: table.status === "known" ? table.value.services : [],
  health: health.status === "known" ? health.value : [],
  configured: config.status === "known" ? config.value.configured.services : [],
  loaded: config.status === "known" ? (config.value.loaded?.services ?? []) : [],
});

const withLists = (state: DirectorState, lists: Lists): DirectorState => {
  const { config, health, table } = state;
  return {
    ...state,
    table:
      table.status === "known" ? { ...table, value: { ...table.value, services: [...lists.table] } } : table,
    health: health.status === "known" ? { ...health, value: [...lists.health] } : health,
    config: config.status === "known" ? { ...config, value: withServices(config.value, lists) } : config,
  };
};

type KnownFile = Extract<DirectorState["config"], { status: "known" }>["value"];

const withServices = (file: KnownFile, { configured, loaded }: Lists): KnownFile => ({
  ...file,
  configured: { ...file.configured, services: [...configured] },
  ...(file.loaded === undefined ? {} : { loaded: { ...file.loaded, services: [...loaded] } }),
});

function* portions<Item>(items: readonly Item[], rowsOf: (item: Item) => number): Generator<Item[]> {
  let portion: Item[] = [];
  let rows = 0;
  for (const item of items) {
    portion.push(item);
    rows += rowsOf(item);
    if (rows < rowsPerPart) continue;
    yield portion;
    portion = [];
    rows = 0;
  }
  if (portion.length > 0) yield portion;
}

const configuredRows = ({ realServers }: ConfiguredService): number => realServers.length + 1;

/** Rows of everything in a state that is divided. `rowsOf` as in `splitSnapshot`. */
const countRows = (lists: Lists, rowsOf: (service: VirtualService) => number): number =>
  lists.table.reduce((sum, each) => sum + rowsOf(each), 0) +
  lists.health.length +
  [...lists.configured, ...lists.loaded].reduce((sum, each) => sum + configuredRows(each), 0);

/** Rows of a service that is kept as it is, for `splitSnapshot` and `isLarge`. */
export const rowsOfService = ({ destinations }: VirtualService): number => destinations.length + 1;

/** Whether `splitSnapshot` divides it. */
export const isLarge = (state: DirectorState): boolean =>
  countRows(listsOf(state), rowsOfService) > rowsPerPart;

/**
 * The portions of a state, and, when they are through, what is left of it. `rowsOf`: services and real servers in a service of the table,
 * which may be kept in a form of which counting needs no decoding. A small state is left whole.
 */
export function* splitSnapshot(
  state: DirectorState,
  rowsOf: (service: VirtualService) => number,
): Generator<SnapshotPart, DirectorState> {
  const lists = listsOf(state);
  if (countRows(lists, rowsOf) <= rowsPerPart) return state;
  for (const values of portions(lists.table, rowsOf)) yield { kind: "part", of: "table", values };
  for (const values of portions(lists.health, () => 1)) yield { kind: "part", of: "health", values };
  for (const list of ["configured", "loaded"] as const)
    for (const values of portions(lists[list], configuredRows)) yield { kind: "part", of: list, values };
  return withLists(state, { table: [], health: [], configured: [], loaded: [] });
}

/** The whole state again, out of every portion in the order in which they came and what was left. */
export const joinSnapshot = (rest: DirectorState, parts: readonly SnapshotPart[]): DirectorState =>
  parts.length === 0
    ? rest
    : withLists(rest, {
        table: parts.flatMap((part) => (part.of === "table" ? part.values : [])),
        health: parts.flatMap((part) => (part.of === "health" ? part.values : [])),
        configured: parts.flatMap((part) => (part.of === "configured" ? part.values : [])),
        loaded: parts.flatMap((part) => (part.of === "loaded" ? part.values : [])),
      });
