"use client";
import type { RealServerRow } from "@lvs/core/fleet/rows";
import { State } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";

/** The state of a row: shape and word, and the run that made it where there is one. */
export const StateCell = ({ row }: { row: RealServerRow }) => {
  const t = useTranslations("rows");
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
      return (
        <State glyph="down" tone="down">
          {t("removed")}
        </State>
      );
    case "inhibited":
      return (
        <State glyph="down" tone="down">
          {t("inhibited")}
        </State>
      );
    case "sorry":
      return (
        <State glyph="warn" tone="warn">
          {t("sorry")}
        </State>
      );
    case "byHand":
      return (
        <State glyph="warn" tone="warn">
          {t("byHand")}
        </State>
      );
    case "leavesAtReload":
      return (
        <State glyph="warn" tone="warn">
          {t("leavesAtReload")}
        </State>
      );
    case "notInKernel":
      return (
        <State glyph="down" tone="down">
          {state.isLoaded ? t("notInKernel") : t("joinsAtReload")}
        </State>
      );
  }
};
