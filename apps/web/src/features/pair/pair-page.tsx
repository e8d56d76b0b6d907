"use client";
import { comparePair, type PairComparison, type PairService } from "@lvs/core/fleet/compare";
import { directorAge, isUsable } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { knownValue } from "@lvs/core/director/fact";
import { printAge, printSum } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { VrrpShape } from "@/client/marks.tsx";
import { useSearch } from "@/client/search.ts";
import { State } from "@/ui/glyph.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
import { Nib } from "@/ui/nib.tsx";
import { Note } from "@/ui/note.tsx";
import { Section } from "@/ui/section.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useMemo } from "react";
import { FilesTable } from "./files-table.tsx";
import { HearingTable } from "./hearing-table.tsx";
import { PairTable } from "./pair-table.tsx";

/** Both directors of a cluster side by side, as the book's table 6-7 sets them. */
export const PairPage = ({ clusterId }: { clusterId: string }) => {
  const t = useTranslations("pair");
  const common = useTranslations("common");
  const fleet = useFleet();
  if (fleet === undefined) return <Loading text={(seconds) => common("asking", { seconds })} />;
  const cluster = fleet.clusters.find((each) => each.id === clusterId);
  const [first, second] = fleet.directors.filter((each) => each.clusterId === clusterId);
  if (cluster === undefined) return <Empty title={t("noCluster")} />;
  if (first === undefined || second === undefined)
    return (
      <main id="main">
        <Empty title={t("noPair", { cluster: cluster.name })}>
          <p className="q">{t("noPairHint")}</p>
        </Empty>
      </main>
    );
  return <Pair clusterName={cluster.name} first={first} second={second} />;
};

interface PairProps {
  readonly clusterName: string;
  readonly first: FleetDirector;
  readonly second: FleetDirector;
}

const Pair = ({ clusterName, first, second }: PairProps) => {
  const t = useTranslations("pair");
  const search = useSearch();
  const pair = useMemo(
    () =>
      first.state === undefined || second.state === undefined
        ? undefined
        : comparePair(first.state, second.state),
    [first.state, second.state],
  );
  const isOnlyDifferences = search.get("show") === "differences";
  return (
    <main id="main">
      <div className="pane">
        <div className="head">
          <div className="crumb">
            <Link href="/">{t("fleet")}</Link> / {clusterName} / {t("crumb")}
          </div>
          <h1>{t("title", { first: first.name, second: second.name })}</h1>
          {pair === undefined ? null : <Count pair={pair} />}
          <Apart first={first} second={second} />
          <div className="end">
            <Segment
              label={t("show")}
              isWords
              value={isOnlyDifferences ? "differences" : "all"}
              choices={[
                { value: "all", text: t("all") },
                { value: "differences", text: t("differences") },
              ]}
              onChange={(value) => search.set({ show: value === "all" ? "" : value })}
            />
          </div>
        </div>
        <OldNote directors={[first, second]} />
        {pair === undefined ? (
          <Empty title={t("notComparable")}>
            <p className="q">{t("notComparableHint")}</p>
          </Empty>
        ) : (
          <Compared pair={pair} first={first} second={second} isOnlyDifferences={isOnlyDifferences} />
        )}
      </div>
    </main>
  );
};

const Count = ({ pair }: { pair: PairComparison }) => {
  const t = useTranslations("pair");
  return pair.differences === 0 ? (
    <State glyph="done" tone="ok">
      {t("noDifference")}
    </State>
  ) : (
    <State glyph="warn" tone="warn">
      {t("differenceCount", { count: pair.differences })}
    </State>
  );
};

const Apart = ({ first, second }: { first: FleetDirector; second: FleetDirector }) => {
  const t = useTranslations("pair");
  if (first.heardAtMs === undefined || second.heardAtMs === undefined) return null;
  return (
    <span className="q">{t("apart", { span: printAge(Math.abs(first.heardAtMs - second.heardAtMs)) })}</span>
  );
};

const OldNote = ({ directors }: { directors: readonly FleetDirector[] }) => {
  const t = useTranslations("pair");
  const nowMs = useNow(1_000);
  const old = directors.flatMap((director) => {
    const age = directorAge(director, nowMs);
    if (isUsable(age)) return [];
    return [age.freshness === "never" ? director.name : `${director.name} ${printAge(age.ageMs)}`];
  });
  if (old.length === 0) return null;
  return (
    <Note tone="stale" glyph="stale" isAlert>
      {t("old", { names: old.join(", ") })}
    </Note>
  );
};

const Compared = (props: {
  pair: PairComparison;
  first: FleetDirector;
  second: FleetDirector;
  isOnlyDifferences: boolean;
}) => {
  const { first, isOnlyDifferences, pair, second } = props;
  const t = useTranslations("pair");
  return (
    <>
      <Nib parts={useNib(props)} />
      <PairTable
        services={pair.services}
        first={first.name}
        second={second.name}
        isOnlyDifferences={isOnlyDifferences}
        firstHead={<Instances director={first} />}
        secondHead={<Instances director={second} />}
      />
      <HearingTable clusterId={first.clusterId} />
      <Section title={t("must")} aside={t("mustSource")}>
        {null}
      </Section>
      <FilesTable first={first} second={second} files={pair.files} isOnlyDifferences={isOnlyDifferences} />
    </>
  );
};

const Instances = ({ director }: { director: FleetDirector }) => {
  const instances = director.state === undefined ? [] : (knownValue(director.state.vrrp) ?? []);
  return (
    <>
      {director.name}{" "}
      {instances.map((instance) => (
        <span key={instance.name} className="st seat">
          <VrrpShape state={instance.state} />
          {instance.name}
        </span>
      ))}
    </>
  );
};

const flows = (services: readonly PairService[], side: "first" | "second"): number =>
  services.reduce(
    (sum, service) =>
      sum + (service[side]?.destinations ?? []).reduce((total, each) => total + each.activeConnections, 0),
    0,
  );

const useNib = (props: { pair: PairComparison; first: FleetDirector; second: FleetDirector }) => {
  const t = useTranslations("pair");
  const { first, pair, second } = props;
  const isComplement = pair.services.every((service) => service.flow !== "both");
  const moving = printSum(flows(pair.services, "first"));
  const unequal = pair.services
    .flatMap((service) => service.rows)
    .filter((row) => row.verdict.kind !== "same").length;
  return [
    { title: t("now"), body: isComplement ? t("nowComplement") : t("nowBoth") },
    {
      title: t("if", { director: first.name }),
      body:
        unequal === 0
          ? t("ifSame", { peer: second.name, flows: moving })
          : t("ifDiffers", { peer: second.name, flows: moving, count: unequal }),
    },
    { title: t("back"), body: pair.differences === 0 ? t("backNothing") : t("backMend") },
  ];
};
