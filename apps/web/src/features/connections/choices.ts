"use client";
import { useSearch } from "@/client/search.ts";
import { readSubject, type Choices, type Subject } from "./question.ts";

export interface Page {
  readonly text: string;
  readonly subject: Subject;
  readonly directorId: string;
  readonly choices: Choices;
  readonly hasChoices: boolean;
  /** Takes out what is given as "". */
  readonly choose: (
    change: Partial<Record<"client" | "director" | "service" | "rs" | "state" | "kind", string>>,
  ) => void;
}

/** What is asked stands in the page's address and nowhere else: it can be sent to somebody. */
export const usePage = (): Page => {
  const search = useSearch();
  const get = (name: string): string => search.get(name) ?? "";
  const choices = { service: get("service"), realServer: get("rs"), state: get("state"), kind: get("kind") };
  return {
    text: get("client"),
    subject: readSubject(get("client")),
    directorId: get("director"),
    choices,
    hasChoices: Object.values(choices).some((value) => value !== ""),
    choose: search.set,
  };
};
