"use client";
import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import { useTranslations } from "next-intl";
import { printAge, printSum } from "./format.ts";
import { useRefusal } from "./wire-words.ts";

/**
 * An event of the record in words: what happened, and why where that is a rule's code; how many, where they were counted; all else is
 * keepalived's or the agent's own.
 */
export const useEventWords = (): ((event: Pick<FleetEvent, "kind" | "subject" | "detail" | "counted">) => {
  readonly what: string;
  /** To what it happened; of events that were counted, to several. */
  readonly subject: string;
  readonly detail: string;
}) => {
  const t = useTranslations("changes");
  const refusalOf = useRefusal();
  return ({ counted, detail, kind, subject }) => ({
    what: t(`kinds.${kind}`),
    subject: subject === "" && counted !== undefined ? t("several") : subject,
    detail:
      counted === undefined
        ? refusalOf(detail)
        : t("counted", { events: printSum(counted.events), time: printAge(counted.overMs) }),
  });
};
