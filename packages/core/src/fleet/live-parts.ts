import { joinSnapshot, type SnapshotPart } from "../director/snapshot-parts.ts";
import type { LiveItem } from "./model.ts";

/** Portions of large pictures on a tab's stream that wait for their end, by director. */
export type HeldParts = ReadonlyMap<string, readonly SnapshotPart[]>;

export const noParts: HeldParts = new Map();

/**
 * What is to be done with an item: a portion is held, the end of a large picture becomes the whole picture, anything else is as it came.
 * `item` undefined: nothing to apply. A picture of which not every portion came is nothing either: half a table is never shown. Pure.
 */
export const gatherParts = (
  held: HeldParts,
  item: LiveItem,
): { readonly held: HeldParts; readonly item: LiveItem | undefined } => {
  switch (item.kind) {
    case "fleet":
      return { held: noParts, item };
    case "registered":
      return {
        held: new Map([...held].filter(([id]) => item.directors.some((each) => each.id === id))),
        item,
      };
    case "part":
      return { held: withPart(held, item), item: undefined };
    case "change":
      return item.change.kind === "snapshot" ? withSnapshot(held, item) : { held, item };
    case "connection":
    case "event":
    case "run":
    case "clock":
      return { held, item };
  }
};

const withPart = (
  held: HeldParts,
  { at, directorId, part }: Extract<LiveItem, { kind: "part" }>,
): HeldParts => {
  const before = at === 0 ? [] : (held.get(directorId) ?? []);
  return before.length === at ? new Map(held).set(directorId, [...before, part]) : held;
};

const withSnapshot = (held: HeldParts, item: Extract<LiveItem, { kind: "change" }>) => {
  const { change, directorId } = item;
  if (change.kind !== "snapshot") return { held, item };
  const parts = held.get(directorId) ?? [];
  const rest = new Map(held);
  rest.delete(directorId);
  if (change.parts === undefined) return { held: rest, item };
  if (parts.length !== change.parts) return { held: rest, item: undefined };
  const whole = { kind: "snapshot" as const, state: joinSnapshot(change.state, parts) };
  return { held: rest, item: { ...item, change: whole } };
};
