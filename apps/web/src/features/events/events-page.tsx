"use client";
import { useFleet } from "@/client/live.tsx";
import { useSearch } from "@/client/search.ts";
import { SelectField } from "@/ui/field.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useTranslations } from "next-intl";
import { EventList } from "./event-list.tsx";
import { groups } from "./kinds.ts";

const choices = ["all", ...groups] as const;

/** What happened on the directors, and what was wrong for a time with its beginning and its end, newest first. */
export const EventsPage = () => {
  const t = useTranslations("events");
  const fleet = useFleet();
  const search = useSearch();
  const group = choices.find((each) => each === search.get("about")) ?? "all";
  const directorId = search.get("director") ?? "";
  const directors = (fleet?.directors ?? []).map(({ id, name }) => ({ value: id, text: name }));
  return (
    <main id="main">
      <div className="pane">
        <div className="bar filters">
          <h1 className="gap">{t("title")}</h1>
          <div className="end">
            <SelectField
              label={t("director")}
              isLabelHidden
              value={directorId}
              choices={[{ value: "", text: t("everyDirector") }, ...directors]}
              onChange={(value) => search.set({ director: value })}
            />
            <Segment
              label={t("about")}
              isWords
              value={group}
              choices={choices.map((value) => ({ value, text: t(`groups.${value}`) }))}
              onChange={(value) => search.set({ about: value === "all" ? "" : value })}
            />
          </div>
        </div>
        <EventList key={`${group} ${directorId}`} group={group} directorId={directorId} />
      </div>
    </main>
  );
};
