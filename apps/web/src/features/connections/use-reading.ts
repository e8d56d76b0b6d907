"use client";
import { type Finding, type FindingProgress, progressOf } from "@lvs/core/fleet/finding";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { useFleet } from "@/client/live.tsx";
import { filterOf, type Choices, type Subject } from "./question.ts";
import { hasSomething, readFinding, stateOf, type Reading, type ReadingState } from "./reading.ts";
import { useFinding, type Asked } from "./use-finding.ts";

export interface Asking {
  readonly state: "idle" | ReadingState;
  readonly reading: Reading;
  /** An older answer stands there while the next one is read. */
  readonly isOld: boolean;
  /** It is being read. */
  readonly isGoing: boolean;
  /** How far it is; `reading` may still be the older one. */
  readonly progress: FindingProgress;
  readonly stop: () => void;
  readonly again: () => void;
}

/** The page's question, asked of one director or, about a client, of all that may know it. */
export const useReading = (subject: Subject, directorId: string, choices: Choices): Asking => {
  const all = useFleet()?.directors ?? [];
  const chosen = all.find(({ id }) => id === directorId);
  const asked = all.length === 0 ? undefined : askedOf(subject, chosen, choices);
  const { again, before, finding, stop } = useFinding(asked);
  const readingOf = (each: Finding): Reading =>
    readFinding(each, { directors: all, chosen, subject, choices });
  const now = readingOf(finding);
  const old = before === undefined || hasSomething(now) ? undefined : readingOf(before);
  const isOld = old !== undefined && hasSomething(old);
  return {
    state: asked === undefined ? "idle" : stateOf(isOld ? old : now),
    reading: isOld ? old : now,
    isOld,
    isGoing: asked !== undefined && finding.state.kind === "going",
    progress: progressOf(finding),
    stop,
    again,
  };
};

/** With a director chosen, a client's question goes to its cluster, for the others' copies; without one, to everybody. */
const askedOf = (
  subject: Subject,
  chosen: FleetDirector | undefined,
  choices: Choices,
): Asked | undefined => {
  switch (subject.kind) {
    case "unreadable":
      return undefined;
    case "client":
      return {
        scope: chosen === undefined ? { of: "fleet" } : { of: "cluster", id: chosen.clusterId },
        question: { kind: "serving", client: subject.address },
      };
    case "none":
    case "network":
      if (chosen === undefined) return undefined;
      return {
        scope: { of: "director", id: chosen.id },
        question: { kind: "matching", filter: filterOf(subject, choices) },
      };
  }
};
