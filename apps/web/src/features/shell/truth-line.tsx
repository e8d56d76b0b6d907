"use client";
import type { TruthItem } from "@lvs/core/fleet/truth";
import type { Run } from "@lvs/core/workflow/run";
import { printAge, printSpan, printTime } from "@/client/format.ts";
import { useFleet, useLive, useNow } from "@/client/live.tsx";
import { useTruth } from "@/client/truth.tsx";
import { Glyph, State, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useEffect, type ReactNode } from "react";
import { useRunSentence } from "@/client/run-words.ts";
import { wireLook } from "@/client/wire-notes.tsx";
import { useSecondMaster, useWireSentence } from "@/client/wire-words.ts";

/** What is wrong, what runs, how old the oldest fact is; one quiet line when nothing is. Split brain takes its place. */
export const TruthLine = () => {
  const t = useTranslations("truth");
  const truth = useTruth();
  const stream = useLive((live) => live.stream);
  const problem = useLive((live) => live.problem);
  const hasFleet = useLive((live) => live.fleet !== undefined);
  const alarms = truth.items.filter((item) => item.kind === "splitBrain");
  if (stream === "lost")
    return (
      <div className="truth is-stale" role="status">
        <State glyph="stale" tone="stale">
          <b>{t("streamLost")}</b>
        </State>
        <span>{problem}</span>
        <LastHeard />
      </div>
    );
  if (!hasFleet)
    return (
      <div className="truth" role="status">
        <span className="q">{t("connecting")}</span>
      </div>
    );
  if (alarms.length > 0) return <AlarmBands items={alarms} />;
  return (
    <div className="truth" role="status">
      {truth.items.length === 0 ? (
        <State glyph="done" tone="ok">
          {truth.directors === 0 ? t("noDirectors") : t("nothingWrong")}
        </State>
      ) : (
        <TruthItems items={truth.items} />
      )}
      <span className="end">
        {truth.directors === 0
          ? ""
          : t("live", {
              live: truth.liveDirectors,
              all: truth.directors,
              age: truth.oldestMs === undefined ? t("unknown") : printAge(truth.oldestMs),
            })}
      </span>
    </div>
  );
};

const LastHeard = () => {
  const t = useTranslations("truth");
  const heardAtMs = useLive((live) => live.heardAtMs);
  const offsetMs = useLive((live) => live.offsetMs);
  const nowMs = useNow();
  if (heardAtMs === undefined) return null;
  return <span className="end">{t("lastHeard", { age: printAge(nowMs - offsetMs - heardAtMs) })}</span>;
};

/** One entry per kind: names where there is one, a count where there are more. */
const TruthItems = ({ items }: { items: readonly TruthItem[] }) => {
  const kinds = [...new Set(items.map((item) => item.kind))];
  return kinds.map((kind) => <TruthEntry key={kind} items={items.filter((item) => item.kind === kind)} />);
};

const looks: Readonly<Record<TruthItem["kind"], { glyph: GlyphName; tone: Tone }>> = {
  splitBrain: { glyph: "crit", tone: "down" },
  noHolder: { glyph: "crit", tone: "down" },
  ...wireLook,
  orphaned: { glyph: "crit", tone: "down" },
  fault: { glyph: "fault", tone: "down" },
  noTable: { glyph: "crit", tone: "down" },
  daemonDown: { glyph: "down", tone: "down" },
  removed: { glyph: "down", tone: "down" },
  stale: { glyph: "stale", tone: "stale" },
  coming: { glyph: "unknown", tone: "quiet" },
  pairDiffers: { glyph: "warn", tone: "warn" },
  drift: { glyph: "warn", tone: "warn" },
  unconfirmed: { glyph: "warn", tone: "warn" },
  certificateEnds: { glyph: "warn", tone: "warn" },
  run: { glyph: "run", tone: "plain" },
};

const runLook = (status: Run["status"]): { glyph: GlyphName; tone: Tone } => {
  if (status === "paused") return { glyph: "pause", tone: "warn" };
  return status === "waiting" ? { glyph: "wait", tone: "stale" } : looks.run;
};

const TruthEntry = ({ items }: { items: readonly TruthItem[] }) => {
  const sentence = useTruthSentence();
  const t = useTranslations("truth");
  const first = items[0];
  if (first === undefined) return null;
  const look = first.kind === "run" ? runLook(first.run.status) : looks[first.kind];
  const words = items.length === 1 ? sentence(first) : t(`many.${first.kind}`, { count: items.length });
  return (
    <State glyph={look.glyph} tone={look.tone}>
      <TruthLink item={first}>{words}</TruthLink>
    </State>
  );
};

const TruthLink = ({ item, children }: { item: TruthItem; children: ReactNode }) => (
  <Link href={hrefOf(item)} className="bare">
    {children}
  </Link>
);

const hrefOf = (item: TruthItem): string => {
  switch (item.kind) {
    case "splitBrain":
    case "noHolder":
      return `/?cluster=${item.holding.clusterId}`;
    case "run":
      return `/runs/${item.run.id}`;
    case "pairDiffers":
      return `/clusters/${item.clusterId}/pair`;
    case "secondMaster":
    case "notBelieved":
    case "otherInterval":
      return `/clusters/${item.director.clusterId}/pair`;
    case "orphaned":
    case "fault":
    case "noTable":
    case "daemonDown":
    case "removed":
    case "stale":
    case "coming":
    case "stranger":
    case "refusedPackets":
    case "deaf":
    case "drift":
    case "unconfirmed":
    case "certificateEnds":
      return `/directors/${item.director.id}`;
  }
};

const useTruthSentence = (): ((item: TruthItem) => string) => {
  const t = useTranslations("truth.one");
  const nowMs = useNow();
  const fleet = useFleet();
  const runSentence = useRunSentence();
  const wireSentence = useWireSentence();
  return (item) => {
    switch (item.kind) {
      case "secondMaster":
      case "stranger":
      case "notBelieved":
      case "otherInterval":
      case "refusedPackets":
      case "deaf":
        return wireSentence(item);
      case "splitBrain":
        return t("splitBrain", { vip: item.holding.vip, names: namesOf(item) });
      case "noHolder":
        return t("noHolder", { vip: item.holding.vip, instance: item.holding.instance });
      case "orphaned":
        return t("orphaned", { vip: item.vip, director: item.director.name });
      case "fault":
        return t("fault", { instance: item.instance, director: item.director.name });
      case "noTable":
        return t("noTable", { director: item.director.name });
      case "daemonDown":
        return t("daemonDown", { director: item.director.name });
      case "coming":
        return t("coming", { director: item.director.name });
      case "removed":
        return t("removed", { realServer: item.realServer });
      case "stale":
        return item.ageMs === undefined
          ? t("neverHeard", { director: item.director.name })
          : t("stale", { director: item.director.name, age: printAge(item.ageMs) });
      case "pairDiffers":
        return t("pairDiffers", {
          cluster: fleet?.clusters.find((each) => each.id === item.clusterId)?.name ?? "",
          count: item.differences,
        });
      case "drift":
        return t("drift", { director: item.director.name, count: item.count });
      case "unconfirmed":
        return t("unconfirmed", { director: item.director.name, left: printSpan(item.revertsAtMs - nowMs) });
      case "certificateEnds":
        return t(item.atMs > nowMs ? "certificateEnds" : "certificateEnded", {
          director: item.director.name,
          at: printTime(item.atMs, nowMs),
        });
      case "run":
        return runSentence(item.run);
    }
  };
};

const namesOf = (item: Extract<TruthItem, { kind: "splitBrain" }>): string =>
  item.holding.holders.map((holder) => holder.director.name).join(", ");

/** Why both are MASTER, where the wire says it, and what to do. */
const useAlarmReason = (): ((alarm: Extract<TruthItem, { kind: "splitBrain" }>) => string) => {
  const words = useSecondMaster();
  const truth = useTruth();
  return ({ holding }) => {
    const second = truth.items.find(
      (item) =>
        item.kind === "secondMaster" &&
        item.director.clusterId === holding.clusterId &&
        item.instance === holding.instance,
    );
    if (second?.kind !== "secondMaster") return "";
    const { cause, todo } = words(second);
    return `${cause} ${todo}`.trim();
  };
};

/** One solid band per address held twice; the title of the tab says it too. */
const AlarmBands = ({ items }: { items: readonly Extract<TruthItem, { kind: "splitBrain" }>[] }) => {
  const t = useTranslations("truth");
  const nowMs = useNow();
  const fleet = useFleet();
  const whyOf = useAlarmReason();
  const title = t("alarmTitle", { vip: items[0]?.holding.vip ?? "" });
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
  return (
    <div role="alert">
      {items.map((item) => (
        <div className="alarm" key={item.holding.vip}>
          <Glyph name="crit" />
          <div>
            <b>{t("one.splitBrain", { vip: item.holding.vip, names: namesOf(item) })}</b>
            <p>
              {t("alarmMeaning", {
                cluster: fleet?.clusters.find((each) => each.id === item.holding.clusterId)?.name ?? "",
                instance: item.holding.instance,
              })}{" "}
              {whyOf(item)}
            </p>
          </div>
          <Link className="btn" href={`/clusters/${item.holding.clusterId}/pair`}>
            {t("alarmCompare")}
          </Link>
          {item.holding.changedAtMs === undefined ? null : (
            <span className="clock">
              {printSpan(nowMs - item.holding.changedAtMs)}
              <small>{t("alarmSince")}</small>
            </span>
          )}
        </div>
      ))}
    </div>
  );
};
