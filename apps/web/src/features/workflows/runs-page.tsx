"use client";
import type { Run } from "@lvs/core/workflow/run";
import { printSpan, printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { usePlanTitle } from "@/client/run-words.ts";
import { useTRPC } from "@/client/trpc.ts";
import { LinkButton } from "@/ui/button.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { RunStatusMark } from "./run-marks.tsx";

/** Every run, newest first: those of the last day live, older ones from the record. */
export const RunsPage = () => {
  const t = useTranslations("runs");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const live = useFleet()?.runs ?? [];
  const query = useQuery(trpc.workflows.list.queryOptions());
  const ids = new Set(live.map((run) => run.id));
  const runs = [...live, ...(query.data ?? []).filter((run) => !ids.has(run.id))].toSorted(
    (a, b) => b.number - a.number,
  );
  return (
    <main id="main">
      <div className="pane">
        <div className="bar">
          <h1 className="gap">{t("title")}</h1>
          <div className="end">
            <LinkButton href="/runs/plan">{t("plan")}</LinkButton>
          </div>
        </div>
        {query.isError ? <QueryFailed query={query} /> : null}
        {query.isPending && runs.length === 0 ? (
          <Loading text={(seconds) => common("asking", { seconds })} />
        ) : null}
        {!query.isPending && runs.length === 0 ? (
          <Empty title={t("none")}>
            <p className="q">{t("noneHint")}</p>
          </Empty>
        ) : null}
        {runs.length === 0 ? null : <RunsTable runs={runs} />}
      </div>
    </main>
  );
};

const RunsTable = ({ runs }: { runs: readonly Run[] }) => {
  const t = useTranslations("runs");
  const title = usePlanTitle();
  const nowMs = useNow(1_000);
  return (
    <div className="wide-scroll">
      <table className="t runs-list">
        <thead>
          <tr>
            <th>{t("columns.run")}</th>
            <th>{t("columns.what")}</th>
            <th>{t("columns.status")}</th>
            <th>{t("columns.step")}</th>
            <th>{t("columns.by")}</th>
            <th>{t("columns.started")}</th>
            <th className="r">{t("columns.took")}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id} tabIndex={0} data-row={run.id} data-href={`/runs/${run.id}`}>
              <td>
                <Link href={`/runs/${run.id}`}>{run.number}</Link>
              </td>
              <td>{title(run.plan)}</td>
              <td>
                <RunStatusMark status={run.status} />
              </td>
              <td>
                {t("stepOf", {
                  step: Math.min(run.current + 1, run.plan.steps.length),
                  steps: run.plan.steps.length,
                })}
              </td>
              <td>{run.startedBy}</td>
              <td>{printTime(run.startedAtMs, nowMs)}</td>
              <td className="r">{printSpan((run.endedAtMs ?? nowMs) - run.startedAtMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};
