"use client";
import { nextIndex } from "@lvs/core/workflow/progress";
import type { Run, RunStep } from "@lvs/core/workflow/run";
import { printSpan, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { usePlanTitle, useStepName } from "@/client/run-words.ts";
import { Glyph } from "@/ui/glyph.tsx";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { isDriven } from "./is-driven.ts";
import { RunStatusMark, stepLook } from "./run-marks.tsx";
import { useStepWords } from "./words.tsx";

interface StepsProps {
  readonly run: Run;
  readonly shown: number;
  readonly onShow: (index: number) => void;
}

/** Every step with what it does and how one gets back from it; on a narrow screen the current, the one before and the next. */
export const RunSteps = (props: StepsProps) => {
  const { run } = props;
  const t = useTranslations("runs");
  const title = usePlanTitle();
  const nowMs = useNow(1_000);
  const [isUnfolded, setUnfolded] = useState(false);
  const hidden = run.plan.steps.filter((_, index) => Math.abs(index - run.current) > 1).length;
  return (
    <div className="pane">
      <div className="head">
        <div className="crumb">
          <Link href="/runs">{t("title")}</Link> / {run.number}
        </div>
        <h1>{title(run.plan)}</h1>
        <span className="q">
          {t("startedBy", { by: run.startedBy, at: printTime(run.startedAtMs, nowMs) })}
        </span>
        <RunStatusMark status={run.status} />
      </div>
      <ol className={clsx("steps", isUnfolded && "unfolded")}>
        {run.plan.steps.map((step, index) => (
          <StepItem key={step.id} index={index} {...props} />
        ))}
      </ol>
      <div className="sec q sm">
        {hidden === 0 ? null : (
          <button type="button" className="linkish only-s" onClick={() => setUnfolded(!isUnfolded)}>
            {isUnfolded ? t("fold") : t("unfold", { count: hidden })}
          </button>
        )}{" "}
        {run.endedAtMs === undefined ? t("survives") : t("endedAt", { at: printTime(run.endedAtMs, nowMs) })}
      </div>
    </div>
  );
};

const StepItem = ({ index, onShow, run, shown }: StepsProps & { index: number }) => {
  const t = useTranslations("steps");
  const stepName = useStepName();
  const words = useStepWords();
  const step = run.plan.steps[index];
  const state = run.steps[index];
  if (step === undefined || state === undefined) return null;
  const look = stepLook(state.status);
  const said = words(step);
  const isNear = Math.abs(index - run.current) <= 1;
  return (
    <li
      className={clsx(index === shown && "cur", !isNear && "later")}
      aria-current={index === run.current && run.endedAtMs === undefined ? "step" : undefined}
    >
      <Glyph name={look.glyph} tone={look.tone} />
      <button type="button" className="stepname" onClick={() => onShow(index)}>
        {index + 1} {stepName(step)}
      </button>
      <span className="t0">
        <StepTime
          state={state}
          isNext={index === nextIndex(run)}
          isOver={run.endedAtMs !== undefined}
          isTimed={isDriven(run)}
        />
      </span>
      <small>{said.does}</small>
      <small>
        <Glyph name="back" />
        <span className="vh">{t("backWord")} </span>
        {said.back}
      </small>
    </li>
  );
};

interface TimeProps {
  readonly state: RunStep;
  readonly isNext: boolean;
  readonly isOver: boolean;
  /** It is known that the step still goes on. */
  readonly isTimed: boolean;
}

const StepTime = ({ isNext, isOver, isTimed, state }: TimeProps) => {
  const t = useTranslations("steps");
  const nowMs = useNow(1_000);
  const word = t(`status.${state.status}`);
  switch (state.status) {
    case "toCome":
      if (isOver) return t("notBegun");
      return isNext ? t("next") : word;
    case "doing":
    case "proving":
    case "undoing":
      return state.startedAtMs === undefined || !isTimed
        ? word
        : `${printSpan(nowMs - state.startedAtMs)} ${word}`;
    case "done":
      return state.endedAtMs === undefined ? (
        word
      ) : (
        <DoneAt word={word} at={printTime(state.endedAtMs, nowMs)} />
      );
    case "failed":
    case "undone":
    case "skipped":
      return state.endedAtMs === undefined ? word : `${word} ${printTime(state.endedAtMs, nowMs)}`;
  }
};

const DoneAt = ({ word, at }: { word: string; at: string }) => (
  <>
    <span className="vh">{word} </span>
    {at}
  </>
);
