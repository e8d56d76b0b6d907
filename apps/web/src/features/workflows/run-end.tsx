"use client";
import type { PlanRequest, Step } from "@lvs/core/workflow/plan";
import type { Run, RunStep } from "@lvs/core/workflow/run";
import { printSpan, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { LinkButton } from "@/ui/button.tsx";
import { Nib } from "@/ui/nib.tsx";
import { useTranslations } from "next-intl";
import { useStepWords } from "./words.tsx";

interface EndProps {
  readonly run: Run;
  readonly step: Step;
  readonly state: RunStep;
  /** Console's clock, epoch ms. */
  readonly endedAtMs: number;
}

/** A step of a run that is over: what it did, how it and the run ended, and that the way back is another plan now. */
export const RunEnd = ({ endedAtMs, run, state, step }: EndProps) => {
  const t = useTranslations("runEnd");
  const nowMs = useNow(5_000);
  const words = useStepWords();
  return (
    <Nib
      parts={[
        { title: t("did"), body: state.status === "toCome" ? t("notBegun") : words(step).does },
        {
          title: t("ended"),
          body: t(`run.${endOf(run)}`, {
            proven: run.steps.filter((each) => each.status === "done").length,
            steps: run.steps.length,
            at: printTime(endedAtMs, nowMs),
            took: printSpan(endedAtMs - run.startedAtMs),
          }),
        },
        { title: t("wayBack"), body: <WayBack run={run} /> },
      ]}
    />
  );
};

type End = "done" | "skipped" | "undone" | "failed";

/** A run that went on without a proof is done, and says so. */
const endOf = (run: Run): End => {
  if (run.status === "undone" || run.status === "failed") return run.status;
  return run.steps.some((step) => step.status === "skipped") ? "skipped" : "done";
};

/** The run's own steps back are over with it; what it did is taken back by the opposite plan. */
const WayBack = ({ run }: { run: Run }) => {
  const t = useTranslations("runEnd");
  const { clusterId, clusterName, request, subject } = run.plan;
  if (run.status === "undone") return t("undoneAlready");
  const opposite = oppositeOf(request);
  if (opposite === undefined) return t("nothing");
  const query = new URLSearchParams({ kind: opposite.kind, cluster: clusterId, rs: opposite.realServerId });
  return (
    <>
      <p>{t("opposite")}</p>
      <div className="actions">
        <LinkButton href={`/runs/plan?${query.toString()}`}>
          {t(`plan.${opposite.kind}`, { subject, cluster: clusterName })}
        </LinkButton>
      </div>
    </>
  );
};

const oppositeOf = (
  request: PlanRequest,
): { kind: "addRealServer" | "removeRealServer"; realServerId: string } | undefined => {
  switch (request.kind) {
    case "addRealServer":
      return { kind: "removeRealServer", realServerId: request.realServerId };
    case "removeRealServer":
      return { kind: "addRealServer", realServerId: request.realServerId };
    case "failOver":
      return undefined;
  }
};
