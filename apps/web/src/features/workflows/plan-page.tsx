"use client";
import {
  planRequestSchema,
  workflowKindSchema,
  type PlanRequest,
  type WorkflowKind,
} from "@lvs/core/workflow/plan";
import type { Fleet } from "@lvs/core/fleet/model";
import { useFleet } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useSearch } from "@/client/search.ts";
import { useTRPC } from "@/client/trpc.ts";
import { Loading } from "@/ui/list-state.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { PlanForm, type Choice } from "./plan-form.tsx";
import { PlanView } from "./plan-view.tsx";

const kinds = workflowKindSchema.options;

/** Choose, then read everything that a run would do before it does any of it. */
export const PlanPage = () => {
  const common = useTranslations("common");
  const fleet = useFleet();
  if (fleet === undefined)
    return (
      <main id="main">
        <Loading text={(seconds) => common("asking", { seconds })} />
      </main>
    );
  return <Planner fleet={fleet} />;
};

const Planner = ({ fleet }: { fleet: Fleet }) => {
  const t = useTranslations("plans");
  const search = useSearch();
  const kind = kinds.find((each) => each === search.get("kind")) ?? "removeRealServer";
  const clusterId = search.get("cluster") ?? fleet.clusters[0]?.id ?? "";
  const [choice, setChoice] = useState<Choice>({
    realServerId: search.get("rs") ?? "",
    method: "stopStart",
    drainMost: "0",
    rows: undefined,
  });
  const request = requestOf(kind, clusterId, choice);
  return (
    <main id="main" className="split-r">
      <div className="pane">
        <div className="head">
          <div className="crumb">
            <Link href="/runs">{t("runs")}</Link> / {t("crumb")}
          </div>
          <h1>{t(`kind.${kind}`)}</h1>
          <span className="q">{t("nothingYet")}</span>
        </div>
        <div className="bar">
          <Segment
            label={t("kindLabel")}
            isWords
            value={kind}
            choices={kinds.map((value) => ({ value, text: t(`kind.${value}`) }))}
            onChange={(value) => search.set({ kind: value })}
          />
        </div>
        <PlanForm
          fleet={fleet}
          kind={kind}
          clusterId={clusterId}
          choice={choice}
          onCluster={(id) => {
            search.set({ cluster: id });
            setChoice({ ...choice, realServerId: "", rows: undefined });
          }}
          onChange={setChoice}
        />
        {request === undefined ? <p className="sec q">{t("chooseFirst")}</p> : null}
        {request === undefined ? null : <Asked request={request} isMain />}
      </div>
      <aside className="side pane">
        {request === undefined ? null : <Asked request={request} isMain={false} />}
      </aside>
    </main>
  );
};

/** Undefined as long as the form does not say enough. */
const requestOf = (kind: WorkflowKind, clusterId: string, choice: Choice): PlanRequest | undefined => {
  const { drainMost, method, realServerId } = choice;
  const rows = (choice.rows ?? [])
    .filter((row) => row.isChosen)
    .map(({ address, port, service, weight }) => ({
      service,
      address,
      port: Number(port),
      weight: Number(weight),
    }));
  const asked = (() => {
    switch (kind) {
      case "removeRealServer":
        return { kind, clusterId, realServerId, method, drainMost: Number(drainMost) };
      case "addRealServer":
        return { kind, clusterId, realServerId, method, rows };
      case "failOver":
        return { kind, clusterId };
    }
  })();
  if (clusterId === "" || (kind !== "failOver" && realServerId === "")) return undefined;
  const parsed = planRequestSchema.safeParse(asked);
  return parsed.success ? parsed.data : undefined;
};

/** The plan, drawn twice from one question: steps and diff in the pane, what it means and the start at its side. */
const Asked = ({ request, isMain }: { request: PlanRequest; isMain: boolean }) => {
  const common = useTranslations("common");
  const trpc = useTRPC();
  const query = useQuery(
    trpc.workflows.plan.queryOptions(request, { retry: 0, staleTime: 60_000, refetchOnWindowFocus: false }),
  );
  if (query.isError) return isMain ? <QueryFailed query={query} /> : null;
  if (query.data === undefined)
    return isMain ? <Loading text={(seconds) => common("asking", { seconds })} /> : null;
  return <PlanView plan={query.data} isMain={isMain} onAgain={() => void query.refetch()} />;
};
