"use client";
import type { Run } from "@lvs/core/workflow/run";
import type { Plan, Step } from "@lvs/core/workflow/plan";
import { useTranslations } from "next-intl";

/** What a plan does, in one phrase: "remove 192.0.2.7 from cdn". */
export const usePlanTitle = (): ((plan: Pick<Plan, "kind" | "subject" | "clusterName">) => string) => {
  const t = useTranslations("plans.title");
  return (plan) => t(plan.kind, { subject: plan.subject, cluster: plan.clusterName });
};

/** A step's name: "Drain 192.0.2.7". */
export const useStepName = (): ((step: Pick<Step, "kind" | "subject">) => string) => {
  const t = useTranslations("steps.name");
  return (step) => t(step.kind, { subject: step.subject });
};

/** "Run 412: remove 192.0.2.7 from cdn, step 1 of 8, drain 192.0.2.7". */
export const useRunSentence = (): ((run: Run) => string) => {
  const t = useTranslations("runs");
  const planTitle = usePlanTitle();
  return (run) =>
    t("sentence", {
      number: run.number,
      title: planTitle(run.plan),
      status: t(`status.${run.status}`),
      step: Math.min(run.current + 1, run.plan.steps.length),
      steps: run.plan.steps.length,
    });
};
