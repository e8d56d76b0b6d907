"use client";
import { Note } from "@/ui/note.tsx";
import { useTranslations } from "next-intl";
import type { Reading } from "./reading.ts";

/** What stands there is a part of a table: how large a part, why, and that the rest is not known. */
export const Incomplete = ({ reading }: { reading: Reading }) => {
  const t = useTranslations("connections.incomplete");
  const { answer, director, progress, state } = reading;
  if (answer === undefined || director === undefined)
    return state.kind === "stopped" && progress.asked > 1 ? (
      <Note tone="stale" glyph="unknown">
        {t("stoppedMany", { answered: progress.answered, asked: progress.asked })}
      </Note>
    ) : null;
  const { completeness, entryCount, expected } = answer;
  const values = {
    director: director.name,
    entries: entryCount,
    expected: Math.max(expected ?? 0, entryCount),
  };
  switch (completeness.kind) {
    case "whole":
    case "going":
      return null;
    case "stopped":
      return (
        <Note tone="stale" glyph="unknown">
          {t(expected === undefined ? "stoppedUnknown" : "stopped", values)} {t("rest")}
        </Note>
      );
    case "broken":
      return (
        <Note tone="warn" glyph="warn" isAlert>
          {t("broken", values)} {t("rest")} <span className="q">{completeness.reason}</span>
        </Note>
      );
  }
};
