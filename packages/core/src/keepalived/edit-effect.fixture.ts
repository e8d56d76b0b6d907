import { decodeBytewise } from "./encoding.ts";

/** A model without its places, which every edit moves. */
export const plain = (model: unknown): unknown =>
  JSON.parse(
    JSON.stringify(model, (key, value: unknown) =>
      key === "source" || key === "sources" ? undefined : value,
    ),
  );

const linesOf = (bytes: Uint8Array): readonly string[] => decodeBytewise(bytes).split("\n");

/** How many lines differ between what is the same at the start and at the end. */
export const changedLines = (before: Uint8Array, after: Uint8Array): { removed: number; added: number } => {
  const old = linesOf(before);
  const now = linesOf(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  return { removed: old.length - head - tail, added: now.length - head - tail };
};
