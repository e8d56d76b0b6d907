"use client";
import type { Step } from "@lvs/core/workflow/plan";
import { isBegun, undoIndex } from "@lvs/core/workflow/progress";
import type { Run } from "@lvs/core/workflow/run";
import { printSpan, printStamp, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { useStepName } from "@/client/run-words.ts";
import { Nib } from "@/ui/nib.tsx";
import { Note } from "@/ui/note.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { isDriven } from "./is-driven.ts";
import { foldOutput } from "./fold-output.ts";
import { OpenEndsNote } from "./open-ends-note.tsx";
import { DrainView } from "./drain-view.tsx";
import { ProofList } from "./proof-list.tsx";
import { RunEnd } from "./run-end.tsx";
import { RunTables } from "./run-tables.tsx";
import { StepStatusMark } from "./run-marks.tsx";
import { WaitNote } from "./wait-note.tsx";
import { useConditionWords, useProofWords, useStepWords } from "./words.tsx";

interface ViewProps {
  readonly run: Run;
  readonly index: number;
  readonly isAllOutput: boolean;
  readonly onAllOutput: () => void;
}

/** One step of a run: where it stands, what follows, how one gets back, what has been proven and what was said. */
export const StepView = (props: ViewProps) => {
  const { index, run } = props;
  const step = run.plan.steps[index];
  const state = run.steps[index];
  if (step === undefined || state === undefined) return null;
  const isOpen = state.status === "doing" || state.status === "proving";
  return (
    <>
      <StepHead run={run} index={index} step={step} />
      <PauseNote run={run} />
      <OpenEndsNote run={run} />
      {step.kind === "drain" && isOpen ? <DrainView run={run} index={index} step={step} /> : null}
      {run.endedAtMs === undefined ? (
        <StepNib run={run} index={index} step={step} />
      ) : (
        <RunEnd run={run} step={step} state={state} endedAtMs={run.endedAtMs} />
      )}
      <ProofList run={run} index={index} step={step} />
      <RunTables run={run} />
      <Output {...props} />
    </>
  );
};

const StepHead = ({ run, index, step }: { run: Run; index: number; step: Step }) => {
  const t = useTranslations("steps");
  const stepName = useStepName();
  const nowMs = useNow(1_000);
  const state = run.steps[index];
  if (state === undefined) return null;
  const isOpen = state.status === "doing" || state.status === "proving";
  return (
    <div className="head">
      <h1>
        {index + 1} {stepName(step)}
      </h1>
      <span>
        <StepStatusMark status={state.status} />{" "}
        {isOpen && state.startedAtMs !== undefined && isDriven(run)
          ? printSpan(nowMs - state.startedAtMs)
          : ""}
      </span>
      <div className="end">
        {isOpen && state.startedAtMs !== undefined && run.status !== "waiting" ? (
          <span className="q">{t("limit", { at: printTime(state.startedAtMs + step.limitMs, nowMs) })}</span>
        ) : null}
      </div>
    </div>
  );
};

const PauseNote = ({ run }: { run: Run }) => {
  const t = useTranslations("runs");
  const waitsFor = run.pauseReason?.waitsFor ?? [];
  if (run.status !== "paused" && waitsFor.length > 0) return <WaitNote run={run} waitsFor={waitsFor} />;
  if (run.status === "waiting")
    return (
      <Note tone="stale" glyph="wait">
        {isDriven(run) ? t("waiting") : t("pause.notDriven")}
      </Note>
    );
  if (run.isPauseRequested && run.status === "running")
    return (
      <Note tone="warn" glyph="pause">
        {t("willPause")}
      </Note>
    );
  if (run.status !== "paused" || run.pauseReason === undefined) return null;
  return (
    <Note tone={run.pauseReason.code === "asked" ? "warn" : "down"} glyph="pause" isAlert>
      <b>{t(`pause.${run.pauseReason.code}`)}</b> <PauseWords reason={run.pauseReason} />
    </Note>
  );
};

/** What is not true, in the catalogue's words; else what the machine itself said. */
const PauseWords = ({ reason }: { reason: NonNullable<Run["pauseReason"]> }) => {
  const proof = useProofWords();
  const condition = useConditionWords();
  const { broken, detail, openProofs = [] } = reason;
  const said = [
    ...(broken === undefined ? [] : [condition(broken)]),
    ...openProofs.map((each) => proof(each)),
  ];
  if (said.length === 0) return detail;
  return (
    <ul>
      {said.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
};

const StepNib = ({ run, index, step }: { run: Run; index: number; step: Step }) => {
  const t = useTranslations("steps");
  const words = useStepWords();
  const stepName = useStepName();
  const isOpen = isBegun(run, index);
  const nextAt = isOpen ? index + 1 : index;
  const next = run.plan.steps[nextAt];
  // A run that stands before this step goes back by undoing the one before it.
  const last = index === run.current && !isOpen ? run.plan.steps[undoIndex(run)] : undefined;
  const back =
    last === undefined
      ? words(step).back
      : t("wayBackOf", { number: undoIndex(run) + 1, back: words(last).back });
  return (
    <Nib
      parts={[
        {
          title: t("now"),
          body:
            isOpen || run.steps[index]?.status === "failed"
              ? t(`now_.${step.kind}`, { subject: step.subject })
              : t("nowToCome"),
        },
        {
          title: next === undefined ? t("ifLast") : t("if", { number: nextAt + 1 }),
          body:
            next === undefined ? t("ifEnds") : t("ifNext", { name: stepName(next), does: words(next).does }),
        },
        { title: t("wayBack"), body: back },
      ]}
    />
  );
};

const Output = ({ run, index, isAllOutput, onAllOutput }: ViewProps) => {
  const t = useTranslations("runs");
  const lines = isAllOutput
    ? run.steps.flatMap((step) => step.output).toSorted((a, b) => a.atMs - b.atMs)
    : (run.steps[index]?.output ?? []);
  return (
    <Section
      title={t("output")}
      aside={
        <button type="button" className="linkish" onClick={onAllOutput}>
          {isAllOutput ? t("outputStep") : t("outputAll", { number: run.number })}
        </button>
      }
    >
      {lines.length === 0 ? (
        <p className="q">{t(run.endedAtMs === undefined ? "noOutput" : "noOutputEver")}</p>
      ) : (
        <div className="log bare" role="log" aria-label={t("output")} aria-live="off">
          {foldOutput(lines).map(({ key, line, times }) => (
            <div key={key} className={line.kind === "error" ? "hl" : undefined}>
              <i>{printStamp(line.atMs)}</i> {line.where} {line.kind === "command" ? "# " : ""}
              {line.text}
              {times === 1 ? null : <i> {t("times", { count: times })}</i>}
            </div>
          ))}
        </div>
      )}
    </Section>
  );
};
