"use client";
import { knownValue } from "@lvs/core/director/fact";
import { useFleet } from "@/client/live.tsx";
import { Button } from "@/ui/button.tsx";
import { SelectField } from "@/ui/field.tsx";
import { useTranslations } from "next-intl";
import { useEffect, useId, useState, type SubmitEvent } from "react";
import type { Page } from "./choices.ts";
import { isRealServer, printSubject, readSubject } from "./question.ts";

/** The one question on top: an address, a network, address:port, or a real server. */
export const QuestionForm = ({ page }: { page: Page }) => {
  const t = useTranslations("connections");
  const fleet = useFleet();
  const id = useId();
  const [text, setText] = useState(page.text);
  const [isWrong, setWrong] = useState(false);
  useEffect(() => setText(page.text), [page.text]);
  const tables = (fleet?.directors ?? []).flatMap(({ state }) => (state && knownValue(state.table)) ?? []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const subject = readSubject(text);
    setWrong(subject.kind === "unreadable");
    if (subject.kind === "unreadable") return;
    if (isRealServer(tables, text)) page.choose({ client: "", rs: text.trim() });
    else page.choose({ client: printSubject(subject) });
  };
  return (
    <form className="head ask" method="get" onSubmit={submit}>
      <div className="ask-line">
        <h1>
          <label htmlFor={id}>{t("question")}</label>
        </h1>
        <input
          id={id}
          className="m"
          value={text}
          onChange={(event) => setText(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={isWrong ? true : undefined}
          aria-describedby={`${id}-hint`}
        />
        <Button kind="primary" type="submit">
          {t("find")}
        </Button>
        <span id={`${id}-hint`} className={isWrong ? "c-down" : "q"} role={isWrong ? "alert" : undefined}>
          {isWrong ? t("unreadable", { text: text.trim() }) : t("hint")}
        </span>
      </div>
      <div className="end">
        <SelectField
          label={t("director")}
          value={page.directorId}
          onChange={(director) => page.choose({ director })}
          choices={[
            { value: "", text: t("allDirectors") },
            ...(fleet?.directors ?? []).map(({ id: value, name }) => ({ value, text: name })),
          ]}
        />
      </div>
    </form>
  );
};
