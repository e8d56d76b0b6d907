"use client";
import { directorAge, factAge, isUsable, type Age } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { joinRows, type TableRows } from "@lvs/core/fleet/rows";
import { knownValue } from "@lvs/core/director/fact";
import type { DirectorState } from "@lvs/core/director/state";
import { ClusterActions } from "@/client/cluster-actions.tsx";
import { printAge } from "@/client/format.ts";
import { useDirector, useFleet, useNow } from "@/client/live.tsx";
import { mostAsked, useSeededTraces, type Sampled } from "@/client/seed-traces.ts";
import { useSearch } from "@/client/search.ts";
import { LinkButton } from "@/ui/button.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
import { Note } from "@/ui/note.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useMemo } from "react";
import { CopyListing } from "./copy-listing.tsx";
import { DaemonPanel } from "./daemon-panel.tsx";
import { DriftPanel } from "./drift-panel.tsx";
import { DirectorHead } from "./director-head.tsx";
import { isShownView, offeredViews, switchOf, type ShownView } from "./ipvs-columns.ts";
import { IpvsTable } from "./ipvs-table.tsx";
import { LogPanel } from "./log-panel.tsx";
import { NoTable } from "./no-table.tsx";
import { ManagePanel } from "./manage-panel.tsx";
import { SpeakersSection } from "./speakers-section.tsx";
import { StaleNote } from "./stale-note.tsx";
import { VrrpPanels } from "./vrrp-panel.tsx";

export const DirectorPage = ({ id }: { id: string }) => {
  const t = useTranslations("director");
  const common = useTranslations("common");
  const director = useDirector(id);
  const hasFleet = useFleet() !== undefined;
  if (!hasFleet) return <Loading text={(seconds) => common("asking", { seconds })} />;
  if (director === undefined)
    return (
      <Empty title={t("unknown")}>
        <p className="q">{t("unknownHint")}</p>
        <p>
          <Link href="/">{t("fleet")}</Link>
        </p>
      </Empty>
    );
  return <Director director={director} />;
};

const Director = ({ director }: { director: FleetDirector }) => {
  const t = useTranslations("director");
  const nowMs = useNow();
  const age = directorAge(director, nowMs);
  const hasPeer = useFleet()?.directors.some(
    (each) => each.clusterId === director.clusterId && each.id !== director.id,
  );
  const { state } = director;
  return (
    <main
      id="main"
      className="split-r"
      {...(hasPeer === true ? { "data-compare": `/clusters/${director.clusterId}/pair` } : {})}
    >
      <div className="pane">
        {state === undefined ? (
          <>
            <DirectorHead director={director} age={age} />
            {director.isComing === true ? (
              <Loading text={(seconds) => t("coming", { seconds })} />
            ) : (
              <StaleNote director={director} age={age} nowMs={nowMs} />
            )}
          </>
        ) : (
          <Known director={director} state={state} nowMs={nowMs} />
        )}
      </div>
      <aside className={age.freshness === "stale" ? "side pane is-old" : "side pane"}>
        {state === undefined ? null : (
          <>
            <VrrpPanels director={director} state={state} />
            <DaemonPanel director={director} state={state} />
          </>
        )}
        <ClusterActions clusterId={director.clusterId} />
        <ManagePanel director={director} />
      </aside>
    </main>
  );
};

interface KnownProps {
  readonly director: FleetDirector;
  readonly state: DirectorState;
  readonly nowMs: number;
}

const Known = ({ director, state, nowMs }: KnownProps) => {
  const t = useTranslations("director");
  const view = useView();
  const runs = useFleet()?.runs;
  const rows = useMemo(
    () => joinRows({ directorId: director.id, state, runs: runs ?? [] }),
    [director.id, state, runs],
  );
  useSeededTraces(firstRows(director.id, rows));
  const tableAge = factAge(director, state.table, nowMs);
  const isStale = tableAge.freshness === "stale";
  return (
    <>
      <DirectorHead director={director} age={tableAge}>
        <LinkButton href={`/connections?director=${director.id}`}>{t("connections")}</LinkButton>
        <LinkButton href={`/directors/${director.id}/graphs`}>{t("graphs")}</LinkButton>
        <CopyListing state={state} view={view} />
      </DirectorHead>
      {isStale ? <StaleNote director={director} age={tableAge} nowMs={nowMs} /> : null}
      <RunNote director={director} />
      {rows === undefined ? (
        <NoTable director={director} state={state} />
      ) : (
        <Table
          director={director}
          rows={rows}
          view={view}
          banner={bannerOf(state)}
          staleAge={isStale ? tableAge : undefined}
          nowMs={nowMs}
        />
      )}
      {isStale ? null : <DriftPanel director={director} state={state} />}
      <SpeakersSection director={director} state={state} />
      <LogPanel
        director={director}
        lines={state.log}
        origin={knownValue(state.daemon)?.log}
        isOld={!isUsable(directorAge(director, nowMs))}
      />
    </>
  );
};

/** As many as are asked for, of a hundred thousand. */
const firstRows = (directorId: string, rows: TableRows | undefined): Sampled[] => {
  const found: Sampled[] = [];
  for (const service of rows?.services ?? [])
    for (const { key } of service.rows) {
      if (found.length === mostAsked) return found;
      found.push({ directorId, service: service.key, destination: key });
    }
  return found;
};

const bannerOf = (state: DirectorState): string => {
  if (state.table.status !== "known") return "";
  return `IP Virtual Server version ${state.table.value.version} (size=${state.table.value.size})`;
};

const useView = (): ShownView => {
  const view = useSearch().get("view");
  return isShownView(view) ? view : "plain";
};

const Table = (props: {
  director: FleetDirector;
  rows: TableRows;
  view: ShownView;
  banner: string;
  staleAge: Age | undefined;
  nowMs: number;
}) => {
  const { banner, director, nowMs, rows, staleAge, view } = props;
  const t = useTranslations("table");
  const age = useTranslations("age");
  const search = useSearch();
  const choices = useMemo(
    () => offeredViews(rows, view).map((value) => ({ value, text: switchOf(value) })),
    [rows, view],
  );
  const words =
    staleAge === undefined || staleAge.freshness === "never"
      ? undefined
      : age("old", { age: printAge(staleAge.ageMs) });
  return (
    <>
      <div className="bar">
        <code className="q hide-s">ipvsadm</code>
        <Segment
          label={t("listing")}
          value={view}
          choices={choices}
          onChange={(value) => search.set({ view: value === "plain" ? "" : value })}
        />
        <div className="end q sm hide-s">
          {t("summary", { rows: rows.rowCount, missing: rows.missingCount })}{" "}
          {rows.driftCount === undefined ? t("notCompared") : t("compared", { count: rows.driftCount })}
        </div>
      </div>
      <div className="listing">
        <p className="m q hide-s banner">{banner}</p>
        {rows.services.length === 0 ? (
          <Empty title={t("empty")}>
            <p className="q">{t("emptyHint")}</p>
          </Empty>
        ) : (
          <IpvsTable
            rows={rows}
            context={{
              directorId: director.id,
              view,
              offsetMs: director.clockOffsetMs ?? 0,
              nowMs,
              staleAge: words,
            }}
          />
        )}
      </div>
    </>
  );
};

const RunNote = ({ director }: { director: FleetDirector }) => {
  const t = useTranslations("director");
  const fleet = useFleet();
  const run = fleet?.runs.find(
    (each) => each.clusterId === director.clusterId && each.endedAtMs === undefined,
  );
  if (run === undefined) return null;
  const cluster = fleet?.clusters.find((each) => each.id === director.clusterId)?.name ?? "";
  return (
    <Note
      tone="warn"
      glyph="lock"
      end={<Link href={`/runs/${run.id}`}>{t("openRun", { number: run.number })}</Link>}
    >
      {t("runHolds", { number: run.number, subject: run.plan.subject, cluster })}
    </Note>
  );
};
