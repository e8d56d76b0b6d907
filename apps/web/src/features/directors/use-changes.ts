"use client";
import { useEffect, useRef } from "react";

/** Which keys carry another value than at the last drawing; a key seen for the first time has not changed. */
export const useChanges = (values: ReadonlyMap<string, string>): ReadonlySet<string> => {
  const last = useRef<ReadonlyMap<string, string>>(new Map());
  const changed = new Set<string>();
  for (const [key, value] of values) {
    const before = last.current.get(key);
    if (before !== undefined && before !== value) changed.add(key);
  }
  useEffect(() => {
    last.current = values;
  }, [values]);
  return changed;
};
