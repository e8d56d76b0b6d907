"use client";
import { useSearch } from "./search.ts";

/** What the events and the audit log are asked by: the page's address says it, so that it can be sent to somebody. */
export interface RecordQuestion {
  readonly directorId?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly text?: string;
}

export const longestText = 200;

interface Change {
  readonly director?: string;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly text?: string;
}

export interface RecordSearch {
  readonly question: RecordQuestion;
  readonly isAsked: boolean;
  /** What is not among the names stays; a moment that is undefined, or an empty text, is asked no more. */
  readonly ask: (change: Change) => void;
  readonly clear: () => void;
}

/** `own`: what one page asks by beside them; it is cleared with them. */
export const useRecordSearch = (own: readonly string[] = []): RecordSearch => {
  const search = useSearch();
  const question = readQuestion(search.get);
  return {
    question,
    isAsked: Object.keys(question).length > 0 || own.some((name) => (search.get(name) ?? "") !== ""),
    ask: ({ director, text, ...moments }) =>
      search.set({
        ...(director === undefined ? {} : { director }),
        ...(text === undefined ? {} : { text }),
        ...("fromMs" in moments ? { from: printMoment(moments.fromMs) } : {}),
        ...("toMs" in moments ? { to: printMoment(moments.toMs) } : {}),
      }),
    clear: () =>
      search.set(Object.fromEntries(["director", "from", "to", "text", ...own].map((name) => [name, ""]))),
  };
};

/** What is no moment, or too long, is not asked. */
export const readQuestion = (get: (name: string) => string | null): RecordQuestion => {
  const [directorId, text] = [get("director") ?? "", (get("text") ?? "").slice(0, longestText)];
  const [fromMs, toMs] = [readMoment(get("from")), readMoment(get("to"))];
  return {
    ...(directorId === "" ? {} : { directorId }),
    ...(text === "" ? {} : { text }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
};

const readMoment = (text: string | null): number | undefined => {
  const atMs = Date.parse(text ?? "");
  return Number.isNaN(atMs) || atMs < 0 ? undefined : atMs;
};

/** "2026-11-21T02:00Z": the same moment for whoever the address is sent to, wherever they are. */
const printMoment = (atMs: number | undefined): string =>
  atMs === undefined ? "" : `${new Date(atMs).toISOString().slice(0, 16)}Z`;

/** A moment as a field of a form writes it, in the time of this browser: "2026-11-21T10:00"; empty: none. */
export const printLocalMinute = (atMs: number | undefined): string => {
  if (atMs === undefined) return "";
  const offsetMs = new Date(atMs).getTimezoneOffset() * 60_000;
  return new Date(atMs - offsetMs).toISOString().slice(0, 16);
};

export const readLocalMinute = (text: string): number | undefined => readMoment(text);
