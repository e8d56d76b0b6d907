"use client";
import type { KnownConnections } from "@lvs/core/director/connections";
import { onConsoleClock } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { printConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { printAge, printSeconds, printSum, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { useTranslations } from "next-intl";
import type { Page } from "./choices.ts";
import { commandOf, filterOf } from "./question.ts";
import type { Asking } from "./use-reading.ts";
import type { Rows } from "./view-model.ts";

/** Past this a reading is looked at as old: entries live for minutes, their clients come and go in seconds. */
const oldAfterMs = 5_000;

/** The same question as a command, when it was asked, what it cost; ask again, copy. */
export const ReadingBar = (props: {
  asking: Asking;
  page: Page;
  director: FleetDirector;
  answer: KnownConnections;
  rows: Rows;
}) => {
  const t = useTranslations("connections");
  const { answer, asking, director, page, rows } = props;
  const nowMs = useNow(500);
  const atMs = onConsoleClock(director, answer.readAtMs);
  const ageMs = Math.max(0, nowMs - atMs);
  const { subject } = page;
  const command = commandOf(
    filterOf(subject, page.choices),
    subject.kind === "client" ? subject.port : undefined,
  );
  return (
    <div className="bar reading">
      {command === undefined ? null : <code className="q">{command}</code>}
      <div className="end">
        <span className="q sm">
          <span className={ageMs > oldAfterMs ? "c-stale" : undefined} role="status">
            {asking.isOld
              ? t("askingAgain", { director: director.name })
              : t("readOnce", { at: printTime(atMs, nowMs), age: printAge(ageMs) })}
          </span>
          <span className="hide-s">
            {t("cost", {
              director: director.name,
              entries: printSum(answer.entryCount),
              took: printSeconds(answer.tookMs),
            })}
          </span>
        </span>
        <Button onClick={() => void asking.query.refetch()} isBusy={asking.isOld}>
          {t("again")}
        </Button>
        <CopyButton
          text={() => printConnectionListing(rows.connections, {})}
          label={t("copy")}
          done={t("copied")}
          failed={t("notCopied")}
        />
      </div>
    </div>
  );
};
