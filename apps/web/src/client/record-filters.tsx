"use client";
import { Button } from "@/ui/button.tsx";
import { Field, SelectField } from "@/ui/field.tsx";
import { useTranslations } from "next-intl";
import { useEffect, useState, type ReactNode } from "react";
import { useFleet } from "./live.tsx";
import { longestText, printLocalMinute, readLocalMinute, type RecordSearch } from "./record-search.ts";

/** Director, time and text of the two lists of the record; `children`: what only one of them has, between director and time. */
export const RecordFilters = ({ children, search }: { search: RecordSearch; children?: ReactNode }) => {
  const t = useTranslations("record");
  const fleet = useFleet();
  const { ask, clear, isAsked, question } = search;
  const directors = (fleet?.directors ?? []).map(({ id, name }) => ({ value: id, text: name }));
  const { directorId = "" } = question;
  // A director that is registered no more is still what is asked for.
  const isKnown = directorId === "" || directors.some(({ value }) => value === directorId);
  return (
    <div className="bar filters record">
      <SelectField
        label={t("director")}
        value={directorId}
        choices={[
          { value: "", text: t("everyDirector") },
          ...directors,
          ...(isKnown ? [] : [{ value: directorId, text: directorId }]),
        ]}
        onChange={(director) => ask({ director })}
      />
      {children}
      <Field
        label={t("from")}
        type="datetime-local"
        value={printLocalMinute(question.fromMs)}
        onChange={(text) => ask({ fromMs: readLocalMinute(text) })}
      />
      <Field
        label={t("to")}
        type="datetime-local"
        value={printLocalMinute(question.toMs)}
        onChange={(text) => ask({ toMs: readLocalMinute(text) })}
      />
      <TextFilter label={t("text")} text={question.text ?? ""} onChange={(text) => ask({ text })} />
      {isAsked ? <Button onClick={clear}>{t("clear")}</Button> : null}
    </div>
  );
};

/** So long nobody has typed: then it is asked. */
const restMs = 400;

const TextFilter = (props: { label: string; text: string; onChange: (text: string) => void }) => {
  const { label, onChange, text } = props;
  const [typed, setTyped] = useState(text);
  const [seen, setSeen] = useState(text);
  if (seen !== text) {
    setSeen(text);
    if (text !== typed.trim()) setTyped(text);
  }
  useEffect(() => {
    const asked = typed.trim().slice(0, longestText);
    if (asked === text) return undefined;
    const timer = setTimeout(() => onChange(asked), restMs);
    return () => clearTimeout(timer);
  }, [typed, text, onChange]);
  return <Field label={label} type="search" value={typed} onChange={setTyped} isMono />;
};
