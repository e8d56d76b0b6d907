"use client";
import { onConsoleClock } from "@lvs/core/fleet/freshness";
import { printConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { printAge, printSeconds, printSum, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { useTranslations } from "next-intl";
import type { Page } from "./choices.ts";
import { commandOf, filterOf } from "./question.ts";
import { ReadingProgress } from "./reading-progress.tsx";
import type { Asking } from "./use-reading.ts";

/** Past this a reading is looked at as old: entries live for minutes, their clients come and go in seconds. */
const oldAfterMs = 5_000;

/** The same question as a command; how far the reading is and a way to stop it, or when it was read, what it cost, and a way to ask again. */
export const ReadingBar = ({ asking, page }: { asking: Asking; page: Page }) => {
  const t = useTranslations("connections");
  const { isGoing, reading } = asking;
  const { subject } = page;
  const command = commandOf(
    filterOf(subject, page.choices),
    subject.kind === "client" ? subject.port : undefined,
  );
  const { rows } = reading;
  return (
    <div className="bar reading">
      {command === undefined ? null : <code className="q">{command}</code>}
      <div className="end">
        {isGoing ? <ReadingProgress progress={asking.progress} /> : <Age asking={asking} />}
        {/* One button in one place: who stopped by keyboard stands on the way to ask again. */}
        <Button onClick={isGoing ? asking.stop : asking.again}>{t(isGoing ? "stop" : "again")}</Button>
        {rows === undefined || rows.connections.length === 0 ? null : (
          <CopyButton
            text={() => printConnectionListing(rows.connections, {})}
            label={t("copy")}
            done={t("copied")}
            failed={t("notCopied")}
          />
        )}
      </div>
    </div>
  );
};

const Age = ({ asking: { reading } }: { asking: Asking }) => {
  const t = useTranslations("connections");
  const nowMs = useNow(500);
  const { answer, director } = reading;
  if (answer?.end === undefined || director === undefined)
    return (
      <span className="q sm" role="status">
        {reading.state.kind === "stopped" ? t("stoppedShort") : null}
      </span>
    );
  const atMs = onConsoleClock(director, answer.end.readAtMs);
  const ageMs = Math.max(0, nowMs - atMs);
  return (
    <span className="q sm">
      <span className={ageMs > oldAfterMs ? "c-stale" : undefined} role="status">
        {t("readOnce", { at: printTime(atMs, nowMs), age: printAge(ageMs) })}
      </span>
      <span className="hide-s">
        {t("cost", {
          director: director.name,
          entries: printSum(answer.entryCount),
          took: printSeconds(answer.end.tookMs),
        })}
      </span>
    </span>
  );
};
