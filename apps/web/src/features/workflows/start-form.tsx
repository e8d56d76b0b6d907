"use client";
import { refusesStart, type Plan } from "@lvs/core/workflow/plan";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState, type SubmitEvent } from "react";

/** The last thing before a run: type its object's name. The server reads every fact again and refuses where the plan has changed. */
export const StartForm = ({ plan, onRefused }: { plan: Plan; onRefused: () => void }) => {
  const t = useTranslations("plans");
  const trpc = useTRPC();
  const router = useRouter();
  const problemText = useProblemText();
  const roleRefusal = useRefusal("operator");
  const [typed, setTyped] = useState("");
  const start = useMutation(
    trpc.workflows.start.mutationOptions({
      onSuccess: ({ runId }) => router.push(`/runs/${runId}`),
      // What refused it stands in the plan of now, in sentences.
      onError: onRefused,
    }),
  );
  const open = plan.preflight.filter(refusesStart).length;
  const refusal = (() => {
    if (roleRefusal !== undefined) return roleRefusal;
    if (open > 0) return t("preflightOpen", { count: open });
    return typed.trim() === plan.subject ? undefined : t("typeFirst", { subject: plan.subject });
  })();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (refusal === undefined)
      start.mutate({ request: plan.request, typedSubject: typed, shown: shownOf(plan) });
  };
  return (
    <form className="sec wide-field" method="post" onSubmit={submit}>
      <Field
        label={t("typeToStart", { subject: plan.subject })}
        value={typed}
        onChange={setTyped}
        isMono
        placeholder={plan.subject}
        autoComplete="off"
      />
      <div className="actions">
        <Button kind="primary" type="submit" refusal={refusal} isBusy={start.isPending}>
          {t("start")}
        </Button>
      </div>
      {start.isError ? (
        <p className="c-down sm" role="alert">
          {problemText(start.error)}
        </p>
      ) : null}
      <p className="q sm">{t("startMeaning")}</p>
    </form>
  );
};

/** What stood on the screen, so that the server can tell whether it still is what would run. */
const shownOf = (plan: Plan): { steps: string[]; diffs: string[] } => ({
  steps: plan.steps.map((step) => step.id),
  diffs: plan.diffs.map((diff) =>
    diff.lines
      .filter((line) => line.kind !== "same")
      .map((line) => `${line.kind} ${line.text}`)
      .join("\n"),
  ),
});
