"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { DirectorState } from "@lvs/core/director/state";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { Nib } from "@/ui/nib.tsx";
import { Note } from "@/ui/note.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";

/** The director answers but has no table to show: what was tried, word for word, and what is still true. */
export const NoTable = ({ director, state }: { director: FleetDirector; state: DirectorState }) => {
  const t = useTranslations("noTable");
  const nowMs = useNow(1_000);
  if (state.table.status === "known") return null;
  const isServing = (knownValue(state.config)?.configured.services.length ?? 0) > 0;
  const isAbsent = state.table.status === "absent";
  if (isAbsent && !isServing)
    return (
      <Note tone="plain" glyph="off">
        {t("vrrpOnly")}
      </Note>
    );
  return (
    <>
      <Note tone={isAbsent ? "down" : "stale"} glyph={isAbsent ? "crit" : "unknown"} isAlert>
        <b>
          {isAbsent ? t("absent", { director: director.name }) : t("unknown", { director: director.name })}
        </b>{" "}
        {isAbsent ? t("absentMeaning") : t("unknownMeaning")}
      </Note>
      <Section title={t("tried")} aside={printTime(state.table.atMs - (director.clockOffsetMs ?? 0), nowMs)}>
        <p className="cmd">ipvsadm -Ln</p>
        <p className="log bare">{state.table.reason}</p>
      </Section>
      <Nib
        parts={[
          { title: t("now"), body: t("nowBody", { director: director.name }) },
          { title: t("if"), body: isAbsent ? t("ifLoad") : t("ifAgain") },
          { title: t("back"), body: t("backBody") },
        ]}
      />
    </>
  );
};
