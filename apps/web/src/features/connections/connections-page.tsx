"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { serviceKey } from "@lvs/core/ipvs/table";
import { useFleet } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
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
import { Outlook } from "./outlook.tsx";
import { QuestionForm } from "./question-form.tsx";
import { ReadingBar } from "./reading-bar.tsx";
import { RealServersTable } from "./real-servers-table.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { Totals } from "./totals.tsx";
import { useReading, type Asking, type Reading } from "./use-reading.ts";
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
  const director = reading?.director ?? chosen;
  if (!hasFleet) return <Loading text={(seconds) => common("asking", { seconds })} />;
  return (
    <main id="main" className={director === undefined ? undefined : "split-r"}>
      <div className="pane">
        <QuestionForm page={page} />
        <Body page={page} asking={asking} director={director} />
      </div>
      {director === undefined ? null : (
        <aside className="side pane">
          {reading?.rows === undefined ? null : (
            <Totals rows={reading.rows} page={page} isOld={asking.isOld} />
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
  switch (asking.state) {
    case "idle":
      return <ChooseDirector page={page} />;
    case "asking":
      return (
        <Loading
          text={(seconds) =>
            director === undefined
              ? t("askingAll", { seconds })
              : t("asking", { director: director.name, seconds })
          }
        />
      );
    case "failed":
      return <QueryFailed query={asking.query} />;
    case "answered":
      return asking.reading === undefined ? null : (
        <Answered page={page} asking={asking} reading={asking.reading} />
      );
  }
};

const Answered = (props: { page: Page; asking: Asking; reading: Reading }) => {
  const t = useTranslations("connections");
  const { asking, page, reading } = props;
  const { answer, director, rows } = reading;
  const isClient = page.subject.kind === "client";
  if (answer === undefined || rows === undefined || director === undefined)
    return isClient ? <Answer page={page} reading={reading} /> : <NoModule reading={reading} />;
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
      {page.subject.kind === "none" || asking.isOld ? null : <Answer page={page} reading={reading} />}
      <ReadingBar asking={asking} page={page} director={director} answer={answer} rows={rows} />
      <FilterBar page={page} director={director} rows={rows} />
      <Cuts reading={reading} />
      {shown.length === 0 ? (
        <Empty title={t("none")}>
          <p className="q">
            {answer.entryCount === 0 ? t("noneAtAll", { director: director.name }) : t("noneMatch")}
          </p>
        </Empty>
      ) : (
        <EntryTable rows={shown} page={page} director={director} isOld={asking.isOld} />
      )}
      {isClient ? <Outlook page={page} reading={reading} /> : null}
      <TryIt key={services.join(" ")} director={director} services={services} />
      <RealServersTable rows={rows} page={page} director={director} isOld={asking.isOld} />
      <BusiestClients director={director} page={page} />
    </>
  );
};

/** What the rows leave out: those past the cap, and lines that could not be understood. */
const Cuts = ({ reading }: { reading: Reading }) => {
  const t = useTranslations("connections");
  const { answer, rows } = reading;
  if (answer === undefined || rows === undefined) return null;
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
      {answer.unreadable.count > 0 ? (
        <Note tone="stale" glyph="unknown">
          {t("unreadableLines", { count: answer.unreadable.count, first: answer.unreadable.first ?? "" })}
        </Note>
      ) : null}
    </>
  );
};

/** The director answered that it has no connection table. */
const NoModule = ({ reading }: { reading: Reading }) => {
  const t = useTranslations("connections");
  return reading.untold.map(({ director, reason }) => (
    <Note key={director.id} tone="down" glyph="crit" isAlert>
      {t("noModule", { director: director.name, reason })}
    </Note>
  ));
};
