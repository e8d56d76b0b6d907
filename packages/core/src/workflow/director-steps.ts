import type { Proof, Step } from "./plan.ts";
import {
  findInstance,
  holdersAfterStart,
  holdersAfterStop,
  instanceVips,
  stopGapMs,
  takeOverMs,
  type Holders,
  type PicturedDirector,
} from "./cluster-picture.ts";

/**
 * The director part of every workflow (book 6.5.1 steps 5 to 7): each director in turn is stopped, its peer proven MASTER, and
 * started again. `rowProofs` says what must be in or out of a director's table once it has read its new file.
 */
export interface DirectorPart {
  readonly directors: readonly PicturedDirector[];
  readonly holders: Holders;
  readonly rowProofs: (directorId: string) => Proof[];
}

export function failOverSteps(part: DirectorPart): Step[] {
  const steps: Step[] = [];
  let holders = part.holders;
  for (const director of part.directors) {
    const without = holdersAfterStop(holders, part.directors, director);
    steps.push(stopStep(part, director, { before: holders, after: without }));
    holders = holdersAfterStart(without, part.directors, director);
    steps.push(startStep(part, director, holders));
  }
  return steps;
}

function stopStep(
  { directors }: DirectorPart,
  director: PicturedDirector,
  holders: { before: Holders; after: Holders },
): Step {
  const { id, name } = director.facts;
  const others = directors.filter((each) => each.facts.id !== id);
  const leaves = [...holders.before].filter(([, holder]) => holder === id).map(([instance]) => instance);
  return {
    id: `stop:${id}`,
    kind: "stopDaemon",
    subject: name,
    guards: others.flatMap((other): Proof[] => [
      { kind: "daemonRuns", directorId: other.facts.id, isExpected: true },
      { kind: "tableReady", directorId: other.facts.id },
    ]),
    actions: [{ kind: "daemon", directorId: id, verb: "stop" }],
    proofs: [
      { kind: "daemonRuns", directorId: id, isExpected: false },
      ...holderProofs(directors, holders.after),
    ],
    undo: [{ kind: "daemon", directorId: id, verb: "start" }],
    undoProofs: [{ kind: "daemonRuns", directorId: id, isExpected: true }],
    holdMs: 2_000,
    limitMs: 30_000 + takeOverMs(director),
    expected: {
      clientsCut: 0,
      vipGapMs: Math.max(0, ...leaves.map((instance) => stopGapMs(directors, director, instance))),
    },
  };
}

function startStep(
  { directors, rowProofs }: DirectorPart,
  director: PicturedDirector,
  holders: Holders,
): Step {
  const { id, name } = director.facts;
  const states = [...holders].flatMap(([instance, holder]): Proof[] =>
    findInstance(director, instance) === undefined
      ? []
      : [{ kind: "instanceState", directorId: id, instance, state: holder === id ? "MASTER" : "BACKUP" }],
  );
  return {
    id: `start:${id}`,
    kind: "startDaemon",
    subject: name,
    guards: [],
    actions: [{ kind: "daemon", directorId: id, verb: "start" }],
    proofs: [
      { kind: "daemonRuns", directorId: id, isExpected: true },
      { kind: "configLoaded", directorId: id },
      { kind: "tableReady", directorId: id },
      ...rowProofs(id),
      ...states,
      ...holderProofs(directors, holders),
    ],
    undo: [],
    undoProofs: [],
    holdMs: 2_000,
    limitMs: 60_000 + takeOverMs(director),
    expected: { clientsCut: 0, vipGapMs: 0 },
  };
}

/** Every address of every instance on exactly the director that should hold it. */
export function holderProofs(directors: readonly PicturedDirector[], holders: Holders): Proof[] {
  return [...holders].flatMap(([instance, directorId]) =>
    instanceVips(directors, instance).map((vip): Proof => ({ kind: "oneHolder", vip, directorId })),
  );
}

/** Everything is read once more before the run ends. */
export function closeStep(subject: string, proofs: Proof[]): Step {
  return {
    id: "close",
    kind: "close",
    subject,
    guards: [],
    actions: [],
    proofs,
    undo: [],
    undoProofs: [],
    holdMs: 2_000,
    limitMs: 60_000,
    expected: { clientsCut: 0, vipGapMs: 0 },
  };
}
