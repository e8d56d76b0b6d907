"use client";
import type { RealServerRow } from "@lvs/core/fleet/rows";
import { printTime } from "@/client/format.ts";
import { useTranslations } from "next-intl";
import { useDriftWords, type ScreenClock } from "./drift-words.ts";

/**
 * Why the row is as it is, on one line: what differs from the file, else the checker's word (which check, what it says, since when).
 * Cut where it does not fit; the whole of it stands in the row's detail.
 */
export const CheckCell = ({ row, clock }: { row: RealServerRow; clock: ScreenClock }) => {
  const text = useCheckWords()(row, clock);
  return (
    <span className="brief" title={text}>
      {text}
    </span>
  );
};

export const useCheckWords = (): ((row: RealServerRow, clock: ScreenClock) => string) => {
  const t = useTranslations("checks");
  const drift = useDriftWords();
  return (row, { nowMs, offsetMs }) => {
    const { checks, state, verdict } = row;
    const kind = checks.length === 0 ? t("none") : checks.map((check) => check.kind).join(", ");
    if (state.kind === "removed" || state.kind === "inhibited") return state.cause ?? t("failed", { kind });
    const foreign = row.drift.filter(({ by }) => by !== "console");
    if (foreign.length > 0) return foreign.map((item) => drift.inRow(item)).join("; ");
    if (state.kind === "extra") return t("noneExtra");
    if (state.kind === "sorry") return t("noneSorry");
    if (checks.length === 0) return kind;
    const since = verdict?.sinceMs === undefined ? undefined : printTime(verdict.sinceMs - offsetMs, nowMs);
    switch (verdict?.verdict) {
      case "up":
        return since === undefined ? t("up", { kind }) : t("upSince", { kind, since });
      case "down":
        return verdict.cause ?? t("failed", { kind });
      case "unknown":
      case undefined:
        return t("unknown", { kind });
    }
  };
};
