"use client";
import type { RealServerRow } from "@lvs/core/fleet/rows";
import { printTime } from "@/client/format.ts";
import { useTranslations } from "next-intl";

/** The checker's word on a row: which check, what it says, since when. `offsetMs`: director's clock minus console's. */
export const CheckCell = (props: { row: RealServerRow; offsetMs: number; nowMs: number }) => {
  const t = useTranslations("checks");
  const { checks, state, verdict } = props.row;
  const kind = checks.length === 0 ? t("none") : checks.map((check) => check.kind).join(", ");
  if (state.kind === "removed" || state.kind === "inhibited") return state.cause ?? t("failed", { kind });
  if (state.kind === "byHand") return t("noneByHand");
  if (state.kind === "sorry") return t("noneSorry");
  if (checks.length === 0) return kind;
  const since =
    verdict?.sinceMs === undefined ? undefined : printTime(verdict.sinceMs - props.offsetMs, props.nowMs);
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
