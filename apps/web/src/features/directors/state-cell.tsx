"use client";
import type { RealServerRow } from "@lvs/core/fleet/rows";
import { State } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useDriftWords, type ScreenClock } from "./drift-words.ts";

/** The state of a row: shape and word, and the run that made it where there is one. */
export const StateCell = ({ row, clock }: { row: RealServerRow; clock: ScreenClock }) => {
  const t = useTranslations("rows");
  const drifted = useDriftedWord(row, clock);
  const { state } = row;
  switch (state.kind) {
    case "inTable":
    case "unexplained":
      return <State glyph="alive">{t("inTable")}</State>;
    case "draining":
      return (
        <>
          <State glyph="drain" tone="warn">
            {t("draining")}
          </State>
          {state.runId === undefined ? null : (
            <>
              {" "}
              <Link href={`/runs/${state.runId}`}>{t("run", { number: state.runNumber ?? 0 })}</Link>
            </>
          )}
        </>
      );
    case "removed":
    case "inhibited":
      return (
        <State glyph="down" tone="down">
          {t(state.kind)}
        </State>
      );
    case "notInKernel":
      return (
        <State glyph="down" tone="down">
          {row.drift.some(({ by }) => by === "hand") ? t("takenOut") : t("notInKernel")}
        </State>
      );
    case "extra":
    case "differs":
    case "putBack":
      return (
        <State glyph="warn" tone="warn">
          {drifted}
        </State>
      );
    case "sorry":
    case "standsBack":
    case "leavesAtReload":
    case "joinsAtReload":
      return (
        <State glyph="warn" tone="warn">
          {t(state.kind)}
        </State>
      );
  }
};

/** "by hand since 02:09:41"; where it is not known by whom, only that it differs: the rest is in the row's detail. */
const useDriftedWord = ({ drift, since }: RealServerRow, clock: ScreenClock): string => {
  const t = useTranslations("rows");
  const words = useDriftWords();
  const isByHand = drift.some(({ by }) => by === "hand");
  if (!isByHand || since === undefined) return t("differs");
  return t("byHand", { since: words.since(since, clock) });
};
