import { constants } from "node:os";

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** "ENOENT" of 2; "errno 517" of a number without a name. */
export const errnoName = (errno: number): string => names.get(errno) ?? `errno ${errno}`;
