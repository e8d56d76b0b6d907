"use client";
import { useTranslations } from "next-intl";

/** Several things in one line with the language's own marks between them: names, and clauses that have commas of their own. */
export const useLists = (): {
  names: (names: Iterable<string>) => string;
  clauses: (clauses: Iterable<string>) => string;
} => {
  const t = useTranslations("lists");
  return {
    names: (names) => [...names].join(t("name")),
    clauses: (clauses) => [...clauses].join(t("clause")),
  };
};
