/** How often something was tried lately, by key, in this process. Keys that are quiet are forgotten. */
export interface TryCounter {
  /** Counts one try; false where there were too many. */
  take(key: string): boolean;
  forget(key: string): void;
}

const mostKeys = 10_000;

export function tryCounter({ most, withinMs }: { most: number; withinMs: number }): TryCounter {
  const tries = new Map<string, { count: number; sinceMs: number }>();
  const clean = (nowMs: number): void => {
    for (const [key, { sinceMs }] of tries) if (nowMs - sinceMs > withinMs) tries.delete(key);
    // Somebody makes keys up: the oldest go first, as they would soon anyway.
    for (const key of tries.keys()) {
      if (tries.size <= mostKeys / 2) break;
      tries.delete(key);
    }
  };
  return {
    take: (key) => {
      const nowMs = Date.now();
      if (tries.size > mostKeys) clean(nowMs);
      const found = tries.get(key);
      if (found === undefined || nowMs - found.sinceMs > withinMs) {
        tries.set(key, { count: 1, sinceMs: nowMs });
        return true;
      }
      found.count += 1;
      return found.count <= most;
    },
    forget: (key) => void tries.delete(key),
  };
}
