"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import { useLive } from "./live.tsx";

/** So long after an event that others come with it, and that it stands in the record. */
const settleMs = 300;

/**
 * Asks again when events came: a flood of them is not one of questions. `isOn` false: they are only counted, until somebody asks. Returns
 * how many came since, and the way to ask.
 */
export const useFollowEvents = (
  { isFetching, refetch }: { readonly isFetching: boolean; readonly refetch: () => Promise<unknown> },
  isOn = true,
): { readonly newCount: number; readonly readAgain: () => void } => {
  const eventCount = useLive((live) => live.eventCount);
  const [readAt, setReadAt] = useState(eventCount);
  const latest = useRef(eventCount);
  useEffect(() => {
    latest.current = eventCount;
  }, [eventCount]);
  const readAgain = useCallback(() => {
    setReadAt(latest.current);
    void refetch();
  }, [refetch]);
  const isDue = isOn && !isFetching && eventCount > readAt;
  useEffect(() => {
    if (!isDue) return undefined;
    const timer = setTimeout(readAgain, settleMs);
    return () => clearTimeout(timer);
  }, [isDue, readAgain]);
  return { newCount: eventCount - readAt, readAgain };
};
