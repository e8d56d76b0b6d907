import {
  answerOf,
  type Finding,
  type FindingProgress,
  type FoundRows,
  progressOf,
} from "@lvs/core/fleet/finding";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { filterOf, type Choices, type Subject } from "./question.ts";
import { chooseDirector, narrow, type Rows, type Told } from "./view-model.ts";

/** From what was found so far to what the page may say of it; pure. */

/** A director that was asked and has no connection table, or could not be asked. */
export interface Untold {
  readonly director: FleetDirector;
  readonly why: "noModule" | "failed";
  readonly reason: string;
  /** The console's code, where it failed. */
  readonly problem: string;
}

/** What the page knows by now: rows of one director, and what the others said of the same client. */
export interface Reading {
  readonly director: FleetDirector | undefined;
  readonly answer: FoundRows | undefined;
  readonly rows: Rows | undefined;
  readonly told: readonly Told[];
  readonly untold: readonly Untold[];
  readonly progress: FindingProgress;
  readonly state: Finding["state"];
  /** Every director that was asked has told all of its table, or that it cannot: what is not here is nowhere else either. */
  readonly isWhole: boolean;
}

/** Worth putting in the place of an older answer. */
export const hasSomething = ({ answer, state }: Reading): boolean =>
  state.kind !== "going" || (answer !== undefined && answer.connections.length > 0);

export type ReadingState = "asking" | "failed" | "answered";

export const stateOf = (reading: Reading): ReadingState => {
  const { state, told, untold } = reading;
  if (told.length > 0) return "answered";
  if (state.kind === "broken") return "failed";
  return untold.length > 0 || state.kind !== "going" ? "answered" : "asking";
};

interface Around {
  readonly directors: readonly FleetDirector[];
  readonly chosen: FleetDirector | undefined;
  readonly subject: Subject;
  readonly choices: Choices;
}

/** What was found, as far as this page asks for it. */
export const readFinding = (finding: Finding, around: Around): Reading => {
  const { chosen, choices, directors, subject } = around;
  const told: Told[] = [];
  const untold: Untold[] = [];
  let isWhole = finding.state.kind === "done";
  for (const [id, part] of finding.parts) {
    const director = directors.find((each) => each.id === id);
    if (director === undefined) continue;
    const answer = answerOf(part, finding.state);
    if (answer.kind === "told") {
      told.push({ director, answer: answer.rows });
      if (answer.rows.completeness.kind !== "whole") isWhole = false;
    } else if (answer.kind === "absent")
      untold.push({ director, why: "noModule", reason: answer.reason, problem: "" });
    else if (answer.kind === "failed") untold.push({ director, why: "failed", ...answer });
  }
  const own = told.find(({ director }) => director.id === chosen?.id) ?? chooseDirector(told);
  const port = subject.kind === "client" ? subject.port : undefined;
  return {
    director: own?.director ?? chosen,
    answer: own?.answer,
    rows:
      own && (subject.kind === "client" ? narrow(own.answer, filterOf(subject, choices), port) : own.answer),
    told,
    untold,
    progress: progressOf(finding),
    state: finding.state,
    isWhole,
  };
};
