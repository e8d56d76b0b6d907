"use client";
import { useEffect, useState, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { Glyph } from "./glyph.tsx";

/** Nothing for a second (no flash), then the words with the time waited so far. */
export const Loading = (props: { text: (seconds: string) => string }) => {
  const [waitedMs, setWaitedMs] = useState(0);
  useEffect(() => {
    const startMs = performance.now();
    const timer = setInterval(() => setWaitedMs(performance.now() - startMs), 200);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="sec q" role="status">
      {waitedMs < 1_000 ? "" : props.text((waitedMs / 1_000).toFixed(1))}
    </p>
  );
};

/** What was tried and how it failed, and one way on. */
export const Failed = (props: { text: ReactNode; detail: string; retry: string; onRetry: () => void }) => (
  <div className="sec failed" role="alert">
    <p className="c-down">
      <Glyph name="crit" />
      {props.text}
    </p>
    {props.detail === "" ? null : <p className="cmd bare">{props.detail}</p>}
    <Button onClick={props.onRetry}>{props.retry}</Button>
  </div>
);

export const Empty = (props: { title: ReactNode; children?: ReactNode }) => (
  <div className="sec empty">
    <h2>{props.title}</h2>
    {props.children}
  </div>
);
