"use client";
import { comparePair, type PairComparison } from "@lvs/core/fleet/compare";
import { directorAge, isUsable } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { knownValue } from "@lvs/core/director/fact";
import { printAge } from "@/client/format.ts";
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
import { useOutlook } from "./use-outlook.ts";

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
  const nowMs = useNow(1_000);
  const old = [first, second].filter((each) => !isUsable(directorAge(each, nowMs)));
  return (
    <main id="main">
      <div className="pane">
        <div className="head">
          <div className="crumb">
            <Link href="/">{t("fleet")}</Link> / {clusterName} / {t("crumb")}
          </div>
          <h1>{t("title", { first: first.name, second: second.name })}</h1>
          {pair === undefined ? null : <Count pair={pair} isOld={old.length > 0} />}
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
        <OldNote directors={old} />
        {pair === undefined ? (
          <Empty title={t("notComparable")}>
            <p className="q">{t("notComparableHint")}</p>
          </Empty>
        ) : (
          <Compared
            pair={pair}
            first={first}
            second={second}
            old={old}
            isOnlyDifferences={isOnlyDifferences}
          />
        )}
      </div>
    </main>
  );
};

const Count = ({ isOld, pair }: { isOld: boolean; pair: PairComparison }) => {
  const t = useTranslations("pair");
  if (isOld)
    return (
      <State glyph="stale" tone="stale">
        {t("differencesUnknown")}
      </State>
    );
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
  const names = directors.map((director) => {
    const age = directorAge(director, nowMs);
    return age.freshness === "never" ? director.name : `${director.name} ${printAge(age.ageMs)}`;
  });
  if (names.length === 0) return null;
  return (
    <Note tone="stale" glyph="stale" isAlert>
      {t("old", { names: names.join(", ") })}
    </Note>
  );
};

const Compared = (props: {
  pair: PairComparison;
  first: FleetDirector;
  second: FleetDirector;
  /** Of the two, those that are not heard now. */
  old: readonly FleetDirector[];
  isOnlyDifferences: boolean;
}) => {
  const { first, isOnlyDifferences, old, pair, second } = props;
  const t = useTranslations("pair");
  return (
    <>
      <Nib parts={useOutlook(props)} />
      <PairTable
        services={pair.services}
        first={first.name}
        second={second.name}
        isOnlyDifferences={isOnlyDifferences}
        isOld={old.length > 0}
        firstHead={<Instances director={first} isOld={old.includes(first)} />}
        secondHead={<Instances director={second} isOld={old.includes(second)} />}
      />
      <HearingTable clusterId={first.clusterId} />
      <Section title={t("must")} aside={t("mustSource")}>
        {null}
      </Section>
      <FilesTable first={first} second={second} files={pair.files} isOnlyDifferences={isOnlyDifferences} />
    </>
  );
};

const Instances = ({ director, isOld }: { director: FleetDirector; isOld: boolean }) => {
  const t = useTranslations("director");
  const instances = director.state === undefined ? [] : (knownValue(director.state.vrrp) ?? []);
  return (
    <>
      {director.name}{" "}
      {instances.map((instance) => (
        <span key={instance.name} className={isOld ? "st seat old was" : "st seat"}>
          {isOld ? `${t("was")} ` : null}
          <VrrpShape state={instance.state} />
          {instance.name}
        </span>
      ))}
    </>
  );
};
