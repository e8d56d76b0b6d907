"use client";
import type { DriftItem } from "@lvs/core/drift/drift";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
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
  /** The same in the row it is about, which names itself. */
  readonly inRow: (item: DriftItem) => string;
  /** "by hand since 02:09:41" */
  readonly whoAndWhen: (item: DriftItem, clock: ScreenClock) => string;
  /** "since 02:09:41", "since 02:09:41 or earlier" */
  readonly since: (since: Since, clock: ScreenClock) => string;
  /** "TCP 192.0.2.1:80 -> 192.0.2.7:80"; words for the director as a whole. */
  readonly subject: (item: DriftItem) => string;
}

/** Where the row itself says what it is about. */
const namedByRow = ["realServerMissing", "realServerExtra", "realServerPutBack", "serviceExtra"] as const;

/** Drift in words; everything is said from the agent's own item. */
export const useDriftWords = (): DriftWords => {
  const t = useTranslations("drift");
  const since: DriftWords["since"] = ({ atMs, isExact }, { nowMs, offsetMs }) =>
    t(isExact ? "since" : "sinceOrEarlier", { at: printTime(atMs - offsetMs, nowMs) });
  const what: DriftWords["what"] = ({ configured, kernel, kind }) =>
    t(`what.${kind}`, { configured: configured ?? t("none"), kernel: kernel ?? t("none") });
  return {
    what,
    inRow: (item) => {
      const kind = namedByRow.find((each) => each === item.kind);
      if (kind === undefined) return what(item);
      return t(`inRow.${kind}`, { configured: item.configured ?? t("none") });
    },
    whoAndWhen: ({ by, isSinceExact, sinceMs }, clock) =>
      t(`who.${by}`, { since: since({ atMs: sinceMs, isExact: isSinceExact }, clock) }),
    since,
    subject: ({ realServer, service }) => {
      if (service === undefined) return t("director");
      return realServer === undefined
        ? serviceKey(service)
        : `${serviceKey(service)} -> ${destinationKey(realServer)}`;
    },
  };
};
