"use client";
import { RecordFilters } from "@/client/record-filters.tsx";
import { useRecordSearch } from "@/client/record-search.ts";
import { useSearch } from "@/client/search.ts";
import { SelectField } from "@/ui/field.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useTranslations } from "next-intl";
import { EventList } from "./event-list.tsx";
import { groups, kindsOf, type Group } from "./kinds.ts";

const choices = ["all", ...groups] as const;

const kindsAbout = (group: Group | "all") => (group === "all" ? groups.flatMap(kindsOf) : kindsOf(group));

/** What happened on the directors, and what was wrong for a time with its beginning and its end, newest first. */
export const EventsPage = () => {
  const t = useTranslations("events");
  const kindWords = useTranslations("changes.kinds");
  const search = useSearch();
  const record = useRecordSearch(["kind"]);
  const group = choices.find((each) => each === search.get("about")) ?? "all";
  const about = kindsAbout(group);
  const kind = about.find((each) => each === search.get("kind"));
  const kinds = kind === undefined ? (group === "all" ? undefined : about) : [kind];
  return (
    <main id="main">
      <div className="pane">
        <div className="bar">
          <h1 className="gap">{t("title")}</h1>
          <div className="end">
            <Segment
              label={t("about")}
              isWords
              value={group}
              choices={choices.map((value) => ({ value, text: t(`groups.${value}`) }))}
              onChange={(value) => search.set({ about: value === "all" ? "" : value, kind: "" })}
            />
          </div>
        </div>
        <RecordFilters search={record}>
          <SelectField
            label={t("kind")}
            value={kind ?? ""}
            choices={[
              { value: "", text: t("everyKind") },
              ...about.map((value) => ({ value, text: kindWords(value) })),
            ]}
            onChange={(value) => search.set({ kind: value })}
          />
        </RecordFilters>
        <EventList key={JSON.stringify([kinds, record.question])} kinds={kinds} question={record.question} />
      </div>
    </main>
  );
};
