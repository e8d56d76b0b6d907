"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { FoundRows } from "@lvs/core/fleet/finding";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { serviceKey } from "@lvs/core/ipvs/table";
import { useFleet } from "@/client/live.tsx";
import { Empty, Failed, Loading } from "@/ui/list-state.tsx";
import { Note } from "@/ui/note.tsx";
import { useTranslations } from "next-intl";
import { Answer } from "./answer.tsx";
import { BusiestClients } from "./busiest-clients.tsx";
import { ChooseDirector } from "./choose-director.tsx";
import { usePage, type Page } from "./choices.ts";
import { DrainHolds } from "./drain-holds.tsx";
import { EntryTable } from "./entry-table.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { FlushPanel } from "./flush-panel.tsx";
import { Incomplete } from "./incomplete.tsx";
import { Outlook } from "./outlook.tsx";
import { QuestionForm } from "./question-form.tsx";
import { ReadingBar } from "./reading-bar.tsx";
import { RealServersTable } from "./real-servers-table.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { Totals } from "./totals.tsx";
import type { Reading } from "./reading.ts";
import { useReading, type Asking } from "./use-reading.ts";
import { TryIt } from "./try-it.tsx";
import { entryRows, liveFirst, readServed } from "./view-model.ts";

/** Which real server serves this client, and what stands in a director's connection table. */
export const ConnectionsPage = () => {
  const common = useTranslations("common");
  const hasFleet = useFleet() !== undefined;
  const page = usePage();
  const asking = useReading(page.subject, page.directorId, page.choices);
  const { reading } = asking;
  const chosen = useFleet()?.directors.find(({ id }) => id === page.directorId);
  const director = reading.director ?? chosen;
  if (!hasFleet) return <Loading text={(seconds) => common("asking", { seconds })} />;
  return (
    <main id="main" className={director === undefined ? undefined : "split-r"}>
      <div className="pane">
        <QuestionForm page={page} />
        <Body page={page} asking={asking} director={director} />
      </div>
      {director === undefined ? null : (
        <aside className="side pane">
          {reading.rows === undefined ? null : (
            <Totals
              rows={reading.rows}
              page={page}
              isOld={asking.isOld}
              isWhole={reading.answer?.completeness.kind === "whole"}
            />
          )}
          <DrainHolds director={director} />
          <FlushPanel director={director} page={page} />
          <SettingsPanel key={director.id} director={director} />
        </aside>
      )}
    </main>
  );
};

interface BodyProps {
  readonly page: Page;
  readonly asking: Asking;
  readonly director: FleetDirector | undefined;
}

const Body = ({ asking, director, page }: BodyProps) => {
  const t = useTranslations("connections");
  if (page.subject.kind === "unreadable")
    return (
      <Note tone="warn" glyph="warn">
        {t("unreadable", { text: page.subject.text })}
      </Note>
    );
  if (asking.state === "idle") return <ChooseDirector page={page} />;
  const { reading } = asking;
  const hasAnswer = page.subject.kind === "client" && !asking.isOld && asking.state === "answered";
  return (
    <>
      {hasAnswer ? <Answer page={page} reading={reading} /> : null}
      <ReadingBar key="bar" asking={asking} page={page} />
      <Incomplete reading={reading} />
      {asking.state === "failed" ? <ConsoleLost asking={asking} /> : null}
      {page.subject.kind === "client" ? null : <Untold asking={asking} />}
      {director === undefined ? null : <Rows page={page} asking={asking} director={director} />}
    </>
  );
};

const Rows = (props: { page: Page; asking: Asking; director: FleetDirector }) => {
  const { asking, director, page } = props;
  const { isOld, reading } = asking;
  const { answer, rows } = reading;
  if (answer === undefined || rows === undefined) return null;
  const isClient = page.subject.kind === "client";
  const isWhole = answer.completeness.kind === "whole";
  const table = director.state === undefined ? undefined : knownValue(director.state.table);
  const settings = director.state === undefined ? undefined : knownValue(director.state.settings);
  // Whom the client talks to; without one, the service that was chosen.
  const services = isClient
    ? readServed(rows.connections, table).flatMap(({ service }) =>
        service === undefined ? [] : [serviceKey(service.id)],
      )
    : [page.choices.service];
  const shown = entryRows(isClient ? liveFirst(rows.connections) : rows.connections, { table, settings });
  return (
    <>
      <FilterBar page={page} director={director} rows={rows} />
      <Cuts reading={reading} />
      {shown.length === 0 ? (
        <NoRow answer={answer} director={director} />
      ) : (
        <EntryTable rows={shown} page={page} director={director} isOld={isOld} />
      )}
      {isClient ? <Outlook page={page} reading={reading} /> : null}
      <TryIt key={services.join(" ")} director={director} services={services} />
      <RealServersTable rows={rows} page={page} director={director} isOld={isOld} isWhole={isWhole} />
      <BusiestClients director={director} page={page} />
    </>
  );
};

/** That no entry matches is said of a table that was read to its end, and of no other. */
const NoRow = ({ answer, director }: { answer: FoundRows; director: FleetDirector }) => {
  const t = useTranslations("connections");
  switch (answer.completeness.kind) {
    case "going":
      return null;
    case "whole":
      return (
        <Empty title={t("none")}>
          <p className="q">
            {answer.entryCount === 0 ? t("noneAtAll", { director: director.name }) : t("noneMatch")}
          </p>
        </Empty>
      );
    case "stopped":
    case "broken":
      return (
        <Empty title={t("noneAmongRead")}>
          <p className="q">{t("noneAmongReadBody")}</p>
        </Empty>
      );
  }
};

/** What the rows leave out: those past the cap, and lines that could not be understood. */
const Cuts = ({ reading }: { reading: Reading }) => {
  const t = useTranslations("connections");
  const { answer, rows } = reading;
  if (answer === undefined || rows === undefined) return null;
  const unreadable = answer.end?.unreadable;
  return (
    <>
      {rows.isCapped ? (
        <Note tone="warn" glyph="warn">
          {t(rows.totals === answer.totals ? "capped" : "cappedBefore", {
            shown: answer.connections.length,
            total: answer.totals.connections + answer.totals.templates,
          })}
        </Note>
      ) : null}
      {unreadable === undefined || unreadable.count === 0 ? null : (
        <Note tone="stale" glyph="unknown">
          {t("unreadableLines", { count: unreadable.count, first: unreadable.first ?? "" })}
        </Note>
      )}
    </>
  );
};

/** The one director that was asked has no connection table, or could not be asked. */
const Untold = ({ asking }: { asking: Asking }) => {
  const t = useTranslations("connections");
  const problems = useTranslations("problems");
  const common = useTranslations("common");
  return asking.reading.untold.map(({ director, problem, reason, why }) =>
    why === "noModule" ? (
      <Note key={director.id} tone="down" glyph="crit" isAlert>
        {t("noModule", { director: director.name, reason })}
      </Note>
    ) : (
      <Failed
        key={director.id}
        text={problems(problems.has(problem) ? problem : "other")}
        detail={reason}
        retry={common("retry")}
        onRetry={asking.again}
      />
    ),
  );
};

/** The console itself could not be asked. */
const ConsoleLost = ({ asking }: { asking: Asking }) => {
  const common = useTranslations("common");
  const problems = useTranslations("problems");
  const { state } = asking.reading;
  return (
    <Failed
      text={problems("other")}
      detail={state.kind === "broken" ? state.reason : ""}
      retry={common("retry")}
      onRetry={asking.again}
    />
  );
};
