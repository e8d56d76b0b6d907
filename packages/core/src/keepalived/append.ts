/** Adds values to the end of a list. `push(...values)` passes them as arguments: a hundred thousand overflow the stack. */
export const append = <T>(list: T[], values: readonly T[]): void => {
  for (const value of values) list.push(value);
};
