"use client";
import type { FindingProgress } from "@lvs/core/fleet/finding";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

/** A reading that is over sooner needs no progress: it would only flash. */
const quietMs = 500;

/** How far a reading is. Its numbers change several times a second: a screen reader is told on request, by the bar, not at each change. */
export const ReadingProgress = ({ progress }: { progress: FindingProgress }) => {
  const t = useTranslations("connections");
  const [isQuiet, setQuiet] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(false), quietMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <span className="q sm progress" data-testid="reading-progress">
      {isQuiet ? null : (
        <>
          <progress aria-label={t("progressBar")} value={progress.share} max={1} />
          <ProgressWords progress={progress} />
        </>
      )}
    </span>
  );
};

export const ProgressWords = ({ progress }: { progress: FindingProgress }) => {
  const t = useTranslations("connections");
  const { answered, asked, entryCount, expected, matches } = progress;
  const values = { answered, asked, entries: entryCount, expected: expected ?? 0, matches };
  return (
    <span>
      {asked > 1 ? t("progressMany", values) : null}
      {entryCount === 0
        ? asked > 1
          ? null
          : t("progressWaiting")
        : t(expected === undefined ? "progressUnknown" : "progress", values)}
    </span>
  );
};
