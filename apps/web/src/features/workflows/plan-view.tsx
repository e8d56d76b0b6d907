"use client";
import type { Plan } from "@lvs/core/workflow/plan";
import { printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { usePlanTitle, useStepName } from "@/client/run-words.ts";
import { Button } from "@/ui/button.tsx";
import { KeyValues } from "@/ui/key-values.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { ConditionList } from "./condition-list.tsx";
import { DiffView } from "./diff-view.tsx";
import { StartForm } from "./start-form.tsx";
import { useConditionWords, useCostWords, useStepWords } from "./words.tsx";

export const PlanView = (props: { plan: Plan; isMain: boolean; onAgain: () => void }) =>
  props.isMain ? <PlanSteps plan={props.plan} /> : <PlanSide plan={props.plan} onAgain={props.onAgain} />;

const PlanSteps = ({ plan }: { plan: Plan }) => {
  const t = useTranslations("plans");
  const title = usePlanTitle();
  const nowMs = useNow(1_000);
  const stepName = useStepName();
  const words = useStepWords();
  const cost = useCostWords();
  return (
    <>
      <div className="head sub">
        <h2>{title(plan)}</h2>
        <span className="q">{t("madeAt", { at: printTime(plan.madeAtMs, nowMs) })}</span>
      </div>
      <div className="wide-scroll">
        <table className="t plan">
          <colgroup>
            {[5, 17, 27, 26, 16, 9].map((width) => (
              <col key={width} style={{ width: `${width}%` }} />
            ))}
          </colgroup>
          <thead>
            <tr>
              <th>#</th>
              <th>{t("columns.step")}</th>
              <th>{t("columns.does")}</th>
              <th>{t("columns.proof")}</th>
              <th>{t("columns.back")}</th>
              <th className="r">{t("columns.hit")}</th>
            </tr>
          </thead>
          <tbody>
            {plan.steps.map((step, index) => {
              const said = words(step);
              const hit = cost(step);
              return (
                <tr key={step.id}>
                  <td className="qq">{index + 1}</td>
                  <td>
                    <b>{stepName(step)}</b>
                  </td>
                  <td data-l="">{said.does}</td>
                  <td data-l={t("columns.proof")}>{said.proof}</td>
                  <td data-l={t("columns.back")}>{said.back}</td>
                  <td className={hit === "0" ? "r" : "r c-warn"} data-l={t("columns.hit")}>
                    {hit}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <DiffView diffs={plan.diffs} />
    </>
  );
};

const PlanSide = ({ plan, onAgain }: { plan: Plan; onAgain: () => void }) => {
  const t = useTranslations("plans");
  const nowMs = useNow(1_000);
  const words = useConditionWords();
  const radius = useTranslations("radius");
  return (
    <>
      <Section title={t("radius")}>
        <KeyValues
          entries={plan.blastRadius.map((each) => ({
            key: each.code,
            name: radius(each.code),
            value: Object.values(each.values).join(", "),
          }))}
        />
      </Section>
      {plan.invariants.length === 0 ? null : (
        <Section title={t("invariants")}>
          <ConditionList conditions={plan.invariants} />
        </Section>
      )}
      <Section title={t("preflight")} aside={t("preflightAt", { at: printTime(plan.madeAtMs, nowMs) })}>
        <ConditionList conditions={plan.preflight} />
        <div className="actions">
          <Button onClick={onAgain}>{t("again")}</Button>
        </div>
      </Section>
      {plan.refusedOnPurpose.length === 0 ? null : (
        <Section title={t("refused")}>
          {plan.refusedOnPurpose.map((each) => (
            <p className="q" key={each.code}>
              {words(each)}
            </p>
          ))}
        </Section>
      )}
      <StartForm plan={plan} onRefused={onAgain} />
    </>
  );
};
