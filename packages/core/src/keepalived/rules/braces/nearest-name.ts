/** Restricted edit distance (insert, delete, replace, swap neighbours), or `limit + 1` where it is larger. */
const editDistance = (from: string, to: string, limit: number): number => {
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const replaced = (previous[column - 1] ?? 0) + (isSame ? 0 : 1);
      const best = Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const isSwap =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(isSwap ? Math.min(best, (beforePrevious[column - 2] ?? 0) + 1) : best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? limit + 1;
};

/**
 * The one name that a misspelt word most likely means. One slip per five letters: more would guess, less would miss
 * "inteface". Undefined where two names are equally near.
 */
export const nearestName = (word: string, names: Iterable<string>): string | undefined => {
  const limit = Math.floor(word.length / 5);
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = limit + 1;
  let isTie = false;
  for (const name of names) {
    const distance = name.toLowerCase() === lower ? 0 : editDistance(lower, name, limit);
    if (distance === bestDistance && distance <= limit) isTie = true;
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
    isTie = false;
  }
  return isTie ? undefined : best;
};
