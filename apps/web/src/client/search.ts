"use client";
import { useSearchParams } from "next/navigation";

/** Filters, order and tabs live in the address; changing them asks the server for nothing (Next follows the history itself). */
export const useSearch = (): {
  readonly get: (name: string) => string | null;
  /** An empty value takes the name out. */
  readonly set: (change: Readonly<Record<string, string>>) => void;
} => {
  const search = useSearchParams();
  return {
    get: (name) => search.get(name),
    set: (change) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(change))
        if (value === "") next.delete(name);
        else next.set(name, value);
      const text = next.toString();
      window.history.replaceState(null, "", text === "" ? window.location.pathname : `?${text}`);
    },
  };
};
