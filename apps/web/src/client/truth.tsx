"use client";
import { readTruth, type Truth } from "@lvs/core/fleet/truth";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { useFleet, useNow } from "./live.tsx";

const nothing: Truth = { items: [], liveDirectors: 0, directors: 0, oldestMs: undefined };

const TruthContext = createContext<Truth>(nothing);

/**
 * What is wrong, read once for the whole page. Four times a second is as fast as a person reads a sentence, and keeps a fleet of
 * hundreds, whose every word could change it, off the processor; rows and numbers follow at once.
 */
const readEveryMs = 250;

export const TruthProvider = ({ children }: { children: ReactNode }) => {
  const fleet = useFleet();
  const nowMs = useNow(readEveryMs);
  const [truth, setTruth] = useState(nothing);
  useEffect(() => {
    if (fleet !== undefined) setTruth(readTruth(fleet, nowMs));
    // `nowMs` is the pace: a fleet that changed in between is read at the next beat.
  }, [nowMs]);
  return <TruthContext value={truth}>{children}</TruthContext>;
};

export const useTruth = (): Truth => useContext(TruthContext);
