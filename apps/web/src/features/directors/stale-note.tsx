"use client";
import type { Age } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { printTime } from "@/client/format.ts";
import { Note } from "@/ui/note.tsx";
import { useTranslations } from "next-intl";

/** Everything below is what was true then: with the time, and how the console fails to hear the agent. */
export const StaleNote = (props: { director: FleetDirector; age: Age; nowMs: number }) => {
  const t = useTranslations("stale");
  const { age, director, nowMs } = props;
  const { connection } = director;
  const tried = (() => {
    switch (connection.status) {
      case "connecting":
        return t("connecting", { address: `${director.address}:${director.port}` });
      case "connected":
        return t("connected");
      case "lost":
        return t("lost", {
          address: `${director.address}:${director.port}`,
          reason: connection.reason,
          since: printTime(connection.sinceMs, nowMs),
        });
      case "refused":
        return t("refused", { reason: connection.reason });
      case "revoked":
        return t("revoked");
    }
  })();
  return (
    <Note tone="stale" glyph="stale" isAlert>
      {age.freshness === "never" ? null : <b>{t("true", { at: printTime(age.atMs, nowMs) })} </b>}
      {tried} {age.freshness === "never" ? "" : t("greyed")}
    </Note>
  );
};
