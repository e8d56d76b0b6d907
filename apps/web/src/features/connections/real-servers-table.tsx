"use client";
import { knownValue } from "@lvs/core/director/fact";
import { factAge, isUsable } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { printExpiry } from "@lvs/core/ipvs/listing-connections";
import { printSum } from "@/client/format.ts";
import { useNow, useTraces } from "@/client/live.tsx";
import { useSeededTraces, type Sampled } from "@/client/seed-traces.ts";
import { sparkValues, sumTraces } from "@/client/spark-values.ts";
import { State } from "@/ui/glyph.tsx";
import { Section } from "@/ui/section.tsx";
import { Spark } from "@/ui/spark.tsx";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import type { Page } from "./choices.ts";
import { serverRows, shownStates, type ServerRow } from "./server-rows.ts";
import type { Rows } from "./view-model.ts";

interface Props {
  readonly rows: Rows;
  readonly page: Page;
  readonly director: FleetDirector;
  readonly isOld: boolean;
  /** The table was read to its end: who has no match here has none. */
  readonly isWhole: boolean;
}

/** Every match by real server and state, and for how long persistence still brings clients; a line narrows the question to itself. */
export const RealServersTable = ({ director, isOld, isWhole, page, rows }: Props) => {
  const t = useTranslations("connections.servers");
  const nowMs = useNow(1_000);
  const service = page.choices.service === "" ? undefined : page.choices.service;
  const fact = director.state?.table;
  const isKnown = fact !== undefined && isUsable(factAge(director, fact, nowMs));
  const table = fact === undefined ? undefined : knownValue(fact);
  const isComplete = isWhole && page.subject.kind === "none" && page.choices.realServer === "";
  const shown = serverRows(rows.totals, { table, service, isComplete });
  useSeededTraces(shown.flatMap((row) => sampledOf(director.id, row)));
  if (shown.length === 0) return null;
  return (
    <Section title={t("title")} aside={t("aside", { count: shown.length, director: director.name })}>
      <div className={clsx("tall", "bleed", isOld && "is-old")} aria-busy={isOld}>
        <table className="t servers" data-testid="real-servers">
          <thead>
            <tr>
              <th>{t("realServer")}</th>
              <th className="r">{t("weight")}</th>
              {shownStates.map((state) => (
                <th key={state} className="r">
                  {state}
                </th>
              ))}
              <th className="r">{t("other")}</th>
              <th className="r">{t("templates")}</th>
              <th className="r">{t("held")}</th>
              <th>{t("spark")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={row.key} row={row} page={page} director={director} isKnown={isKnown} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      </div>
      <Quiescent director={director} rows={shown} />
    </Section>
  );
};

/** The samples of one row: a trace's key is the service and the real server behind it. */
const sampledOf = (directorId: string, { key, traceKeys }: ServerRow): Sampled[] =>
  traceKeys.map((traceKey) => ({
    directorId,
    service: traceKey.slice(0, -key.length - 1),
    destination: key,
  }));

const Row = (props: {
  row: ServerRow;
  page: Page;
  director: FleetDirector;
  isKnown: boolean;
  nowMs: number;
}) => {
  const { director, isKnown, nowMs, page, row } = props;
  const t = useTranslations("connections.servers");
  const traces = useTraces();
  const { key, states } = row;
  const values = sparkValues(
    sumTraces(row.traceKeys.map((each) => traces(director.id, each, "active"))),
    nowMs,
  );
  return (
    <tr className={row.isDrained ? "is-drained" : undefined}>
      <td className="m nw">
        <button type="button" className="as-link" onClick={() => page.choose({ rs: key })}>
          {key}
        </button>
      </td>
      <td className="r nw" data-l={t("weight")}>
        <Weight row={row} isKnown={isKnown} />
      </td>
      {shownStates.map((state) => (
        <td key={state} className="r num" data-l={state}>
          {printSum(states[state])}
        </td>
      ))}
      <td className="r num" data-l={t("other")}>
        {printSum(states.other)}
      </td>
      <td className="r num" data-l={t("templates")}>
        {printSum(row.templates)}
      </td>
      <td className={clsx("r", "num", "nw", row.isDrained && "c-warn")} data-l={t("held")}>
        {row.longestTemplateS === undefined ? "" : printExpiry(row.longestTemplateS)}
      </td>
      <td className="sp">
        <Spark
          values={values}
          tone={row.isDrained ? "warn" : "plain"}
          label={t("sparkLabel", { name: key })}
        />
      </td>
    </tr>
  );
};

/** What an old table says of a weight is not what it is. */
const Weight = ({ isKnown, row }: { row: ServerRow; isKnown: boolean }) => {
  const t = useTranslations("connections.servers");
  const { isDrained, weights } = row;
  if (weights === undefined || !isKnown)
    return (
      <State glyph="unknown" tone="stale">
        {t("weightUnknown")}
      </State>
    );
  if (weights.length === 0)
    return (
      <State glyph="down" tone="down">
        {t("gone")}
      </State>
    );
  if (isDrained)
    return (
      <State glyph="drain" tone="warn">
        {t("draining")}
      </State>
    );
  return <span className="num">{weights.join(", ")}</span>;
};

/** What the templates of a drained real server are worth is one setting's word. */
const Quiescent = ({ director, rows }: { director: FleetDirector; rows: readonly ServerRow[] }) => {
  const t = useTranslations("connections.holds");
  if (!rows.some(({ isDrained, templates }) => isDrained && templates > 0)) return null;
  const settings = director.state === undefined ? undefined : knownValue(director.state.settings);
  const quiescent = settings?.sysctls["expire_quiescent_template"];
  return (
    <p className={quiescent === "0" ? "sm c-warn" : "q sm"}>
      {quiescent === undefined ? t("unknown") : quiescent === "0" ? t("goesOn") : t("passedOver")}
    </p>
  );
};
