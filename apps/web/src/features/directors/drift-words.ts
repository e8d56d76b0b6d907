"use client";
import type { DriftItem } from "@lvs/core/drift/drift";
import { subjectOf } from "@lvs/core/drift/drift";
import type { Since } from "@lvs/core/fleet/row-state";
import { printTime } from "@/client/format.ts";
import { useTranslations } from "next-intl";

/** What brings a director's stamp on the screen: its clock minus the console's, and the time now. */
export interface ScreenClock {
  readonly offsetMs: number;
  readonly nowMs: number;
}

export interface DriftWords {
  /** "weight: file 100, kernel 3" */
  readonly what: (item: DriftItem) => string;
  /** "by hand since 02:09:41" */
  readonly whoAndWhen: (item: DriftItem, clock: ScreenClock) => string;
  /** "since 02:09:41", "since 02:09:41 or earlier" */
  readonly since: (since: Since, clock: ScreenClock) => string;
  /** "TCP 192.0.2.1:80 192.0.2.7:80"; words for the director as a whole. */
  readonly subject: (item: DriftItem) => string;
}

/** Drift in words; everything is said from the agent's own item. */
export const useDriftWords = (): DriftWords => {
  const t = useTranslations("drift");
  const since: DriftWords["since"] = ({ atMs, isExact }, { nowMs, offsetMs }) =>
    t(isExact ? "since" : "sinceOrEarlier", { at: printTime(atMs - offsetMs, nowMs) });
  return {
    what: ({ configured, kernel, kind }) =>
      t(`what.${kind}`, { configured: configured ?? t("none"), kernel: kernel ?? t("none") }),
    whoAndWhen: ({ by, isSinceExact, sinceMs }, clock) =>
      t(`who.${by}`, { since: since({ atMs: sinceMs, isExact: isSinceExact }, clock) }),
    since,
    subject: (item) => subjectOf(item) || t("director"),
  };
};
