import { z } from "zod";
import { verdictSchema, type Verdict } from "./state.ts";

/** Verdicts that are others than before, each with its place (from 0) in the list, whose rows and order are the same. */
export const changedVerdictsSchema = z.array(z.object({ at: z.int().nonnegative(), verdict: verdictSchema }));
export type ChangedVerdicts = z.infer<typeof changedVerdictsSchema>;

const isSameRow = (a: Verdict, b: Verdict): boolean =>
  a.address === b.address &&
  a.port === b.port &&
  (a.service === b.service || JSON.stringify(a.service) === JSON.stringify(b.service));

const isSame = (a: Verdict, b: Verdict): boolean =>
  a.verdict === b.verdict && a.sinceMs === b.sinceMs && a.seenAtMs === b.seenAtMs && a.cause === b.cause;

/** What turns one list into the other; undefined where they are not about the same rows in the same order. */
export const diffVerdicts = (
  before: readonly Verdict[],
  after: readonly Verdict[],
): ChangedVerdicts | undefined => {
  if (before.length !== after.length) return undefined;
  const changed: ChangedVerdicts = [];
  for (const [at, verdict] of after.entries()) {
    const was = before[at];
    if (was === verdict) continue;
    if (was === undefined || !isSameRow(was, verdict)) return undefined;
    if (!isSame(was, verdict)) changed.push({ at, verdict });
  }
  return changed;
};

/** The list after it; a place that the list does not have is passed over. */
export const applyVerdicts = (before: readonly Verdict[], changed: ChangedVerdicts): Verdict[] => {
  const after = before.slice();
  for (const { at, verdict } of changed) if (at < after.length) after[at] = verdict;
  return after;
};
