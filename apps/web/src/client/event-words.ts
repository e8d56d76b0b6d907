"use client";
import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import { useTranslations } from "next-intl";
import { useRefusal } from "./wire-words.ts";

/** An event of the record in words: what happened, and why where that is a rule's code; all else is keepalived's or the agent's own. */
export const useEventWords = (): ((event: Pick<FleetEvent, "kind" | "detail">) => {
  readonly what: string;
  readonly detail: string;
}) => {
  const t = useTranslations("changes.kinds");
  const refusalOf = useRefusal();
  return ({ detail, kind }) => ({ what: t(kind), detail: refusalOf(detail) });
};
