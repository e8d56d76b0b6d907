"use client";
import { undoIndex } from "@lvs/core/workflow/progress";
import type { Run } from "@lvs/core/workflow/run";
import { factsOfFleet } from "@lvs/core/fleet/facts-of-fleet";
import { findRow } from "@lvs/core/workflow/facts";
import { printSum } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { Confirm } from "@/ui/confirm.tsx";
import { Glyph } from "@/ui/glyph.tsx";
import { useMutation } from "@tanstack/react-query";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { isDriven } from "./is-driven.ts";

/** What a person may do to the run now. Plain ones act at once and can be taken back; outlined ones are counted and confirmed. */
export const RunFoot = ({ run }: { run: Run }) => {
  const t = useTranslations("foot");
  const problemText = useProblemText();
  const [isMore, setMore] = useState(false);
  const acts = useActs(run);
  if (run.endedAtMs !== undefined) return null;
  return (
    <div className="foot">
      <PauseOrResume run={run} acts={acts} />
      <UndoButton run={run} acts={acts} />
      {acts.failure === null ? null : (
        <span className="c-down sm" role="alert">
          {problemText(acts.failure)}
        </span>
      )}
      {acts.refusal === undefined ? null : <span className="q sm">{acts.refusal}</span>}
      <div className={clsx("end", !isMore && "hide-s")}>
        <GoOnButton run={run} acts={acts} />
        <AbortButton run={run} acts={acts} />
      </div>
      <button type="button" className="btn only-s" aria-expanded={isMore} onClick={() => setMore(!isMore)}>
        {isMore ? t("less") : t("more")}
      </button>
    </div>
  );
};

const useActs = (run: Run) => {
  const t = useTranslations("foot");
  const trpc = useTRPC();
  const refusal = useRefusal("operator") ?? (isDriven(run) ? undefined : t("notDriven"));
  const pause = useMutation(trpc.workflows.pause.mutationOptions());
  const resume = useMutation(trpc.workflows.resume.mutationOptions());
  const goOn = useMutation(trpc.workflows.goOn.mutationOptions());
  const undoStep = useMutation(trpc.workflows.undoStep.mutationOptions());
  const abort = useMutation(trpc.workflows.abort.mutationOptions());
  const all = [pause, resume, goOn, undoStep, abort];
  return {
    refusal,
    failure: all.find((each) => each.isError)?.error ?? null,
    isBusy: all.some((each) => each.isPending),
    pause: () => pause.mutate({ runId: run.id }),
    resume: () => resume.mutate({ runId: run.id }),
    goOn: () => goOn.mutate({ runId: run.id }),
    undo: (index: number) => undoStep.mutate({ runId: run.id, index }),
    abort: () => abort.mutate({ runId: run.id }),
  };
};

type Acts = ReturnType<typeof useActs>;
interface ActProps {
  readonly run: Run;
  readonly acts: Acts;
}

const PauseOrResume = ({ run, acts }: ActProps) => {
  const t = useTranslations("foot");
  if (run.status === "paused")
    return (
      <Button
        kind="primary"
        onClick={acts.resume}
        refusal={acts.refusal}
        isReasonElsewhere
        isBusy={acts.isBusy}
      >
        <Glyph name="run" />
        {t("resume")}
      </Button>
    );
  const refusal = run.isPauseRequested
    ? t("pauseAsked")
    : run.status === "aborting"
      ? t("undoing")
      : acts.refusal;
  return (
    <Button onClick={acts.pause} refusal={refusal} isReasonElsewhere isBusy={acts.isBusy}>
      <Glyph name="pause" />
      {t("pause")}
    </Button>
  );
};

const UndoButton = ({ run, acts }: ActProps) => {
  const t = useTranslations("foot");
  const index = undoIndex(run);
  const refusal = index < 0 ? t("nothingToUndo") : run.status === "aborting" ? t("undoing") : acts.refusal;
  return (
    <Button onClick={() => acts.undo(index)} refusal={refusal} isReasonElsewhere isBusy={acts.isBusy}>
      <Glyph name="back" />
      {t("undo", { number: Math.max(1, index + 1) })}
    </Button>
  );
};

/** Connections on the rows that the step under way is draining: those that would be cut. */
const useConnectionsCut = (run: Run): number | undefined => {
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const step = run.plan.steps[run.current];
  if (fleet === undefined || step === undefined) return undefined;
  const facts = factsOfFleet(fleet, run.clusterId, nowMs);
  let sum = 0;
  for (const proof of step.proofs) {
    if (proof.kind !== "rowDrained") continue;
    const found = findRow(facts, proof.directorId, proof.row);
    if (found.kind === "unknown") return undefined;
    if (found.kind === "found") sum += found.destination.activeConnections;
  }
  return sum;
};

const GoOnButton = ({ run, acts }: ActProps) => {
  const t = useTranslations("foot");
  const cut = useConnectionsCut(run);
  const isProving = run.steps[run.current]?.status === "proving" && run.undoingDownTo === undefined;
  const count = cut === undefined ? t("unknownCount") : printSum(cut);
  const isDrain = run.plan.steps[run.current]?.kind === "drain";
  return (
    <Confirm
      trigger={isDrain ? t("goOnCut", { count }) : t("goOn")}
      kind="danger"
      title={t("goOnTitle", { number: run.current + 1 })}
      body={<p>{isDrain ? t("goOnBodyCut", { count }) : t("goOnBody")}</p>}
      keep={t("keepWaiting")}
      act={isDrain ? t("goOnActCut", { count }) : t("goOnAct")}
      onAct={acts.goOn}
      refusal={acts.refusal ?? (isProving ? undefined : t("goOnOnlyProving"))}
    />
  );
};

const AbortButton = ({ run, acts }: ActProps) => {
  const t = useTranslations("foot");
  const done = run.steps.filter((step) => step.status === "done" || step.status === "proving").length;
  return (
    <Confirm
      trigger={t("abort")}
      kind="danger"
      title={t("abortTitle", { number: run.number })}
      body={<p>{t("abortBody", { count: done })}</p>}
      keep={t("keepRunning")}
      act={t("abortAct", { count: done })}
      onAct={acts.abort}
      refusal={acts.refusal ?? (run.status === "aborting" ? t("undoing") : undefined)}
    />
  );
};
