"use client";
import type { InstanceRow } from "@lvs/core/fleet/instance-rows";
import type { TruthItem } from "@lvs/core/fleet/truth";
import { printAge, printSpan, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { useRunSentence } from "@/client/run-words.ts";
import { useWireWords } from "@/client/wire-words.ts";
import { toneOf, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

type Look = {
  readonly glyph: GlyphName;
  readonly tone: Tone;
  readonly word: "down" | "stale" | "coming" | "warn" | "run";
};

/** The row's own shape: of its loudest trouble. */
export const rowLook = (row: InstanceRow): Look | undefined => {
  const [item] = row.troubles;
  return item === undefined ? undefined : lookOf(item);
};

const lookOf = (item: TruthItem): Look => {
  switch (item.kind) {
    case "splitBrain":
    case "noHolder":
    case "orphaned":
    case "noTable":
    case "secondMaster":
    case "stranger":
      return { glyph: "crit", tone: "down", word: "down" };
    case "fault":
      return { glyph: "fault", tone: "down", word: "down" };
    case "daemonDown":
    case "removed":
    case "notBelieved":
      return { glyph: "down", tone: "down", word: "down" };
    case "deaf":
      return { glyph: "unknown", tone: "stale", word: "stale" };
    case "stale":
      return { glyph: "stale", tone: "stale", word: "stale" };
    case "coming":
      return { glyph: "unknown", tone: "quiet", word: "coming" };
    case "pairDiffers":
    case "otherInterval":
    case "refusedPackets":
    case "drift":
    case "unconfirmed":
    case "certificateEnds":
      return { glyph: "warn", tone: "warn", word: "warn" };
    case "run":
      return { glyph: "run", tone: "plain", word: "run" };
  }
};

/** A trouble as a whole sentence in its colour, for the row's second line. */
export const useTroubleWords = (): {
  say: (item: TruthItem) => ReactNode;
  keyOf: (item: TruthItem) => string;
} => {
  const sentence = useSentence();
  return {
    say: (item) => <span className={toneOf(lookOf(item).tone)}>{sentence(item)}</span>,
    keyOf: (item) => `${item.kind} ${keyWords(item)}`,
  };
};

const keyWords = (item: TruthItem): string => {
  switch (item.kind) {
    case "splitBrain":
    case "noHolder":
      return item.holding.vip;
    case "orphaned":
      return `${item.vip} ${item.director.id}`;
    case "fault":
      return `${item.instance} ${item.director.id}`;
    case "secondMaster":
      return `${item.instance} ${item.sources.map(({ address }) => address).join(" ")}`;
    case "stranger":
    case "notBelieved":
    case "otherInterval":
      return `${item.instance} ${item.director.id} ${item.source.address}`;
    case "refusedPackets":
      return `${item.director.id} ${item.source.address} ${item.reason}`;
    case "deaf":
      return `${item.director.id} ${item.link} ${item.reason}`;
    case "removed":
      return `${item.service} ${item.realServer}`;
    case "pairDiffers":
      return item.clusterId;
    case "run":
      return item.run.id;
    case "noTable":
    case "daemonDown":
    case "stale":
    case "coming":
    case "drift":
    case "unconfirmed":
    case "certificateEnds":
      return item.director.id;
  }
};

const useSentence = (): ((item: TruthItem) => string) => {
  const t = useTranslations("trouble");
  const nowMs = useNow(1_000);
  const runSentence = useRunSentence();
  const wireWords = useWireWords();
  return (item) => {
    switch (item.kind) {
      case "secondMaster":
      case "stranger":
      case "notBelieved":
      case "otherInterval":
      case "refusedPackets":
      case "deaf": {
        const { todo, what, why } = wireWords(item);
        return `${what} ${why} ${todo}`;
      }
      case "splitBrain":
        return t("splitBrain", {
          vip: item.holding.vip,
          names: item.holding.holders.map((each) => each.director.name).join(", "),
        });
      case "noHolder":
        return t("noHolder", { vip: item.holding.vip });
      case "orphaned":
        return t("orphaned", { vip: item.vip, director: item.director.name });
      case "fault":
        return t("fault", { director: item.director.name });
      case "noTable":
        return t("noTable", { director: item.director.name, reason: item.reason });
      case "daemonDown":
        return t("daemonDown", { director: item.director.name });
      case "coming":
        return t("coming", { director: item.director.name });
      case "removed":
        return t("removed", {
          realServer: item.realServer,
          since: item.sinceMs === undefined ? "" : printTime(item.sinceMs, nowMs),
          cause: item.cause ?? "",
        });
      case "stale":
        return item.ageMs === undefined
          ? t("neverHeard", { director: item.director.name })
          : t("stale", { director: item.director.name, age: printAge(item.ageMs) });
      case "pairDiffers":
        return t("pairDiffers", { count: item.differences });
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
