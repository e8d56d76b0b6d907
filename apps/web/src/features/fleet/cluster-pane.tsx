"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { InstanceRow, Seat } from "@lvs/core/fleet/instance-rows";
import { isUsable, onConsoleClock } from "@lvs/core/fleet/freshness";
import type { Run } from "@lvs/core/workflow/run";
import { ClusterActions } from "@/client/cluster-actions.tsx";
import { printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { AgeMark, VrrpMark } from "@/client/marks.tsx";
import { useRunSentence } from "@/client/run-words.ts";
import { LinkButton } from "@/ui/button.tsx";
import { State } from "@/ui/glyph.tsx";
import { KeyValues, type KeyValue } from "@/ui/key-values.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { LastChanges } from "./last-changes.tsx";

/** The selected cluster: who is what, its run, what you can do, what changed last. */
export const ClusterPane = ({ row }: { row: InstanceRow }) => {
  const t = useTranslations("cluster");
  const fleet = useFleet();
  const run = fleet?.runs.find((each) => each.clusterId === row.cluster.id && each.endedAtMs === undefined);
  const about = [
    row.instance,
    row.virtualRouterId === undefined ? "" : `VRID ${row.virtualRouterId}`,
    row.version === undefined ? "" : `VRRPv${row.version}`,
  ].filter((part) => part !== "");
  return (
    <>
      <div className="head">
        <h1>{row.cluster.name}</h1>
        <span className="q">{about.join(", ")}</span>
      </div>
      <section className="sec" aria-label={t("who")}>
        <KeyValues entries={useEntries(row)} />
      </section>
      {run === undefined ? null : <RunSection run={run} />}
      <ClusterActions clusterId={row.cluster.id} />
      <LastChanges clusterId={row.cluster.id} />
    </>
  );
};

const useEntries = (row: InstanceRow): KeyValue[] => {
  const t = useTranslations("cluster");
  const nowMs = useNow(1_000);
  const since = row.seats.flatMap((seat) => sinceOf(seat, row.instance) ?? []);
  const seats = row.seats.map((seat) => ({
    key: seat.director.id,
    name: <Link href={`/directors/${seat.director.id}`}>{seat.director.name}</Link>,
    value: <SeatWords seat={seat} row={row} />,
  }));
  return [
    ...seats,
    ...(since.length === 0
      ? []
      : [{ key: "since", name: t("since"), value: printTime(Math.max(...since), nowMs) }]),
    { key: "brain", name: t("splitBrain"), value: <BrainWords row={row} /> },
    {
      key: "pair",
      name: t("files"),
      value: <Link href={`/clusters/${row.cluster.id}/pair`}>{t("compareFiles")}</Link>,
    },
  ];
};

const sinceOf = (seat: Seat, instance: string): number | undefined => {
  const { state } = seat.director;
  const found = state === undefined ? [] : (knownValue(state.vrrp) ?? []);
  const atMs = found.find((each) => each.name === instance)?.lastTransition?.atMs;
  return atMs === undefined ? undefined : onConsoleClock(seat.director, atMs);
};

const SeatWords = ({ seat, row }: { seat: Seat; row: InstanceRow }) => {
  const t = useTranslations("cluster");
  if (!isUsable(seat.age)) return <AgeMark age={seat.age} />;
  if (seat.state === undefined) return <span className="c-stale">{t("stateUnknown")}</span>;
  const holds = row.holders.some((each) => each.id === seat.director.id);
  const words = (() => {
    if (holds) return t("holds", { vips: row.vips.join(", ") });
    return seat.state === "BACKUP" ? t("ready") : t("holdsNothing");
  })();
  return (
    <>
      <VrrpMark state={seat.state} /> {seat.priority}, {words}
    </>
  );
};

const BrainWords = ({ row }: { row: InstanceRow }) => {
  const t = useTranslations("cluster");
  if (row.troubles.some((item) => item.kind === "splitBrain"))
    return (
      <State glyph="crit" tone="down">
        {t("splitYes")}
      </State>
    );
  const silent = row.seats.filter((seat) => !isUsable(seat.age));
  if (silent.length > 0)
    return (
      <span className="c-stale">
        {t("splitUnknown", { names: silent.map((each) => each.director.name).join(", ") })}
      </span>
    );
  return (
    <State glyph="done" tone="ok">
      {t("splitNo", { count: row.seats.length })}
    </State>
  );
};

const RunSection = ({ run }: { run: Run }) => {
  const t = useTranslations("cluster");
  const nowMs = useNow(1_000);
  const sentence = useRunSentence();
  return (
    <Section
      title={
        <State glyph={run.status === "paused" ? "pause" : "run"}>{t("run", { number: run.number })}</State>
      }
      aside={`${run.startedBy}, ${printTime(run.startedAtMs, nowMs)}`}
    >
      <p>{sentence(run)}</p>
      <div className="actions">
        <LinkButton href={`/runs/${run.id}`}>{t("openRun")}</LinkButton>
      </div>
    </Section>
  );
};
