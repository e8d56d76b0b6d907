"use client";
import type { Run } from "@lvs/core/workflow/run";
import { useFleet } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useSearch } from "@/client/search.ts";
import { useTRPC } from "@/client/trpc.ts";
import { Loading } from "@/ui/list-state.tsx";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { isDriven } from "./is-driven.ts";
import { RunFoot } from "./run-foot.tsx";
import { RunSteps } from "./run-steps.tsx";
import { StepView } from "./step-view.tsx";

/** A run of the last day comes live; an older one from the record, once. */
export const RunPage = ({ id }: { id: string }) => {
  const common = useTranslations("common");
  const trpc = useTRPC();
  const fleet = useFleet();
  const live = fleet?.runs.find((run) => run.id === id);
  const query = useQuery(
    trpc.workflows.read.queryOptions({ runId: id }, { enabled: fleet !== undefined && live === undefined }),
  );
  const run = live ?? query.data;
  if (run !== undefined) return <RunView run={run} />;
  return (
    <main id="main">
      {query.isError ? (
        <QueryFailed query={query} />
      ) : (
        <Loading text={(seconds) => common("asking", { seconds })} />
      )}
    </main>
  );
};

const RunView = ({ run }: { run: Run }) => {
  const search = useSearch();
  const asked = Number(search.get("step") ?? Number.NaN);
  const last = run.plan.steps.length - 1;
  const current = Math.min(run.current, last);
  const shown = Number.isInteger(asked) && asked >= 0 && asked <= last ? asked : current;
  const isAll = search.get("output") === "all";
  return (
    <main id="main" className="run-split">
      <RunSteps
        run={run}
        shown={shown}
        onShow={(index) => search.set({ step: index === current ? "" : String(index) })}
      />
      <div className="pane column">
        <StepView
          run={run}
          index={shown}
          isAllOutput={isAll}
          onAllOutput={() => search.set({ output: isAll ? "" : "all" })}
        />
        <div className="grow" />
        <RunFoot key={isDriven(run) ? "driven" : "notDriven"} run={run} />
      </div>
    </main>
  );
};
