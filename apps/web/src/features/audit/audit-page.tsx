"use client";
import { RecordFilters } from "@/client/record-filters.tsx";
import { useRecordSearch } from "@/client/record-search.ts";
import { useSearch } from "@/client/search.ts";
import { useRefusal } from "@/client/user.tsx";
import { Note } from "@/ui/note.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useTranslations } from "next-intl";
import { AuditList, outcomes } from "./audit-list.tsx";

const choices = ["all", ...outcomes] as const;

/** Who did what, when, with which outcome. Secrets are masked before they are written. */
export const AuditPage = () => {
  const t = useTranslations("audit");
  const refusal = useRefusal("admin");
  const search = useSearch();
  const record = useRecordSearch();
  const outcome = outcomes.find((each) => each === search.get("outcome"));
  return (
    <main id="main">
      <div className="pane">
        <div className="bar">
          <h1 className="gap">{t("title")}</h1>
          <div className="end">
            <Segment
              label={t("outcome")}
              isWords
              value={outcome ?? "all"}
              choices={choices.map((value) => ({ value, text: t(`outcomes.${value}`) }))}
              onChange={(value) => search.set({ outcome: value === "all" ? "" : value })}
            />
          </div>
        </div>
        {refusal === undefined ? (
          <>
            <RecordFilters search={record} />
            <AuditList outcome={outcome} question={record.question} />
          </>
        ) : (
          <Note tone="warn" glyph="lock">
            {refusal}
          </Note>
        )}
      </div>
    </main>
  );
};
