"use client";
import type { ConnectionFilter } from "@lvs/core/ipvs/connections";
import { endFinding, type Finding, hearFinding, nothingFound } from "@lvs/core/fleet/finding";
import { useTRPCClient } from "@/client/trpc.ts";
import { useEffect, useRef, useState } from "react";

/** A question and whom it goes to. */
export interface Asked {
  readonly scope:
    | { readonly of: "director"; readonly id: string }
    | { readonly of: "cluster"; readonly id: string }
    | { readonly of: "fleet" };
  readonly question:
    | { readonly kind: "matching"; readonly filter: ConnectionFilter }
    | { readonly kind: "serving"; readonly client: string };
}

export interface FindingNow {
  readonly finding: Finding;
  /** What was found when this, or much the same, was asked before: it may stand there as old until the new answer has something to show. */
  readonly before: Finding | undefined;
  /** Ends the reading and keeps what it found. */
  readonly stop: () => void;
  readonly again: () => void;
}

interface Run {
  /** The question and how often it was asked. */
  readonly key: string;
  readonly asked: Asked | undefined;
  readonly finding: Finding;
}

const never: Run = { key: "", asked: undefined, finding: nothingFound };

/**
 * Asked when somebody wants to know and at no other time: every reading walks a kernel's whole table. A stream that is cut is not taken up
 * again, for that would be another reading.
 */
export const useFinding = (asked: Asked | undefined): FindingNow => {
  const client = useTRPCClient();
  const [turn, setTurn] = useState(0);
  const [{ last, now }, setRuns] = useState({ last: never, now: never });
  const stop = useRef<() => void>(() => undefined);
  const words = asked === undefined ? "" : JSON.stringify(asked);
  const key = `${turn} ${words}`;
  useEffect(() => {
    if (asked === undefined) return undefined;
    const change = (next: (finding: Finding) => Finding): void =>
      setRuns((runs) =>
        runs.now.key === key
          ? { ...runs, now: { ...runs.now, finding: next(runs.now.finding) } }
          : { last: runs.now, now: { key, asked, finding: next(nothingFound) } },
      );
    let isOver = false;
    const end = (state: Parameters<typeof endFinding>[1]): void => {
      if (isOver) return;
      isOver = true;
      change((finding) => endFinding(finding, state));
      subscription.unsubscribe();
    };
    const broken = (reason: string): void => end({ kind: "broken", reason });
    const subscription = client.connections.find.subscribe(asked, {
      onData: (said) => {
        if (!isOver) change((finding) => hearFinding(finding, said));
      },
      onError: (error) => broken(error.message),
      onComplete: () => broken(""),
      onConnectionStateChange: ({ error, state }) => {
        if (state === "connecting" && error !== null) broken(error.message);
      },
    });
    stop.current = () => end({ kind: "stopped" });
    return () => {
      isOver = true;
      subscription.unsubscribe();
    };
    // `asked` is another object at every drawing; its words tell it from another question.
  }, [client, key]);
  const isHeard = now.key === key;
  const before = isHeard ? last : now;
  return {
    finding: isHeard ? now.finding : nothingFound,
    before: isLike(before.asked, asked) ? before.finding : undefined,
    stop: () => stop.current(),
    again: () => setTurn((turns) => turns + 1),
  };
};

/** The same question, or another filter of the same table. */
const isLike = (before: Asked | undefined, asked: Asked | undefined): boolean => {
  if (before === undefined || asked === undefined) return false;
  const isSameScope = JSON.stringify(before.scope) === JSON.stringify(asked.scope);
  if (asked.question.kind === "matching") return isSameScope && before.question.kind === "matching";
  return isSameScope && JSON.stringify(before.question) === JSON.stringify(asked.question);
};
