"use client";
import type { KnownConnections } from "@lvs/core/director/connections";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { useFleet } from "@/client/live.tsx";
import { useTRPC } from "@/client/trpc.ts";
import { useQuery } from "@tanstack/react-query";
import { filterOf, type Choices, type Subject } from "./question.ts";
import { chooseDirector, narrow, type Rows, type Told } from "./view-model.ts";

/** A director that was asked and has no connection table, or could not be asked. */
export interface Untold {
  readonly director: FleetDirector;
  readonly why: "noModule" | "failed";
  readonly reason: string;
}

/** What the page knows after asking: rows of one director, and what the others said of the same client. */
export interface Reading {
  readonly director: FleetDirector | undefined;
  readonly answer: KnownConnections | undefined;
  readonly rows: Rows | undefined;
  readonly told: readonly Told[];
  readonly untold: readonly Untold[];
  /** Only of a client's question, asked of many. */
  readonly askedInMs: number | undefined;
}

export interface Asking {
  readonly state: "idle" | "asking" | "failed" | "answered";
  readonly reading: Reading | undefined;
  /** An older answer stands there while the next one is read. */
  readonly isOld: boolean;
  readonly query: { readonly error: unknown; readonly refetch: () => Promise<unknown> };
}

/** Read when somebody asks and at no other time: every reading walks a kernel's whole table. */
const once = {
  staleTime: Infinity,
  gcTime: 0,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  retry: false,
  trpc: { abortOnUnmount: true },
} as const;

/** The page's question, asked of one director or, about a client, of all that may know it. */
export const useReading = (subject: Subject, directorId: string, choices: Choices): Asking => {
  const served = useServing(subject, directorId, choices);
  const listed = useListing(subject, directorId, choices);
  return subject.kind === "client" ? served : listed;
};

const useListing = (subject: Subject, directorId: string, choices: Choices): Asking => {
  const trpc = useTRPC();
  const director = useFleet()?.directors.find(({ id }) => id === directorId);
  const isAsked = subject.kind === "none" || subject.kind === "network";
  const query = useQuery(
    trpc.connections.read.queryOptions(
      { directorId, filter: filterOf(subject, choices) },
      { ...once, enabled: isAsked && director !== undefined, placeholderData: (before) => before },
    ),
  );
  if (!isAsked || director === undefined) return { state: "idle", reading: undefined, isOld: false, query };
  if (query.isError) return { state: "failed", reading: undefined, isOld: false, query };
  if (query.data === undefined) return { state: "asking", reading: undefined, isOld: false, query };
  const nobody = { told: [], askedInMs: undefined };
  const isOld = query.isPlaceholderData || query.isFetching;
  if (query.data.status === "absent") {
    const untold: Untold[] = [{ director, why: "noModule", reason: query.data.reason }];
    const reading = { director, answer: undefined, rows: undefined, untold, ...nobody };
    return { state: "answered", reading, isOld, query };
  }
  const reading = { director, answer: query.data, rows: query.data, untold: [], ...nobody };
  return { state: "answered", reading, isOld, query };
};

/** With a director chosen its cluster is asked, for the others' copies; without one, everybody. */
const useServing = (subject: Subject, directorId: string, choices: Choices): Asking => {
  const trpc = useTRPC();
  const all = (useFleet()?.directors ?? []).filter(({ connection }) => connection.status !== "revoked");
  const chosen = all.find(({ id }) => id === directorId);
  const asked = chosen === undefined ? all : all.filter(({ clusterId }) => clusterId === chosen.clusterId);
  const client = subject.kind === "client" ? subject.address : "";
  const query = useQuery(
    trpc.connections.serving.queryOptions(
      { client, directorIds: asked.map(({ id }) => id).toSorted() },
      { ...once, enabled: client !== "" && asked.length > 0 },
    ),
  );
  if (subject.kind !== "client" || asked.length === 0)
    return { state: "idle", reading: undefined, isOld: false, query };
  if (query.isError) return { state: "failed", reading: undefined, isOld: false, query };
  if (query.data === undefined) return { state: "asking", reading: undefined, isOld: false, query };
  const { told, untold } = sortAnswers(query.data.answers, all);
  const own = told.find(({ director }) => director.id === directorId) ?? chooseDirector(told);
  const rows = own && narrow(own.answer, filterOf(subject, choices), subject.port);
  const reading = {
    director: own?.director ?? chosen,
    answer: own?.answer,
    rows,
    told,
    untold,
    askedInMs: query.data.tookMs,
  };
  return { state: "answered", reading, isOld: query.isFetching, query };
};

type Answers = readonly {
  readonly directorId: string;
  readonly answer:
    | KnownConnections
    | { readonly status: "absent"; readonly reason: string }
    | { readonly status: "failed"; readonly reason: string };
}[];

const sortAnswers = (
  answers: Answers,
  directors: readonly FleetDirector[],
): { told: Told[]; untold: Untold[] } => {
  const told: Told[] = [];
  const untold: Untold[] = [];
  for (const { answer, directorId } of answers) {
    const director = directors.find(({ id }) => id === directorId);
    if (director === undefined) continue;
    switch (answer.status) {
      case "known":
        told.push({ director, answer });
        break;
      case "absent":
        untold.push({ director, why: "noModule", reason: answer.reason });
        break;
      case "failed":
        untold.push({ director, why: "failed", reason: answer.reason });
        break;
    }
  }
  return { told, untold };
};
