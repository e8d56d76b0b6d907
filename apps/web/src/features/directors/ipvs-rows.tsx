"use client";
import type { RealServerRow, ServiceRows } from "@lvs/core/fleet/rows";
import { useTraces } from "@/client/live.tsx";
import { sparkValues } from "@/client/spark-values.ts";
import { Changed } from "@/ui/changed.tsx";
import { State } from "@/ui/glyph.tsx";
import { Spark } from "@/ui/spark.tsx";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import { CheckCell } from "./check-cell.tsx";
import { useDriftWords } from "./drift-words.ts";
import Link from "next/link";
import {
  activeColumn,
  bypassesDirector,
  connectionsHref,
  hasServiceCells,
  rowCells,
  rowName,
  serviceCells,
} from "./ipvs-columns.ts";
import type { TableContext } from "./table-context.ts";
import { StateCell } from "./state-cell.tsx";
import { useChanges } from "./use-changes.ts";

/** A virtual service: ipvsadm's line, then in words how many of its real servers are in and whether its quorum is met. */
export const ServiceLine = (props: { service: ServiceRows; context: TableContext; span: number }) => {
  const { context, service, span } = props;
  const t = useTranslations("table");
  if (service.service === undefined)
    return (
      <tr className="vs out">
        <td className="l" colSpan={span}>
          {service.key} <span className="why">{t("serviceMissing")}</span>
        </td>
        <td className="x x1" colSpan={4}>
          <State glyph="down" tone="down">
            {t("serviceNotInKernel")}
          </State>
        </td>
      </tr>
    );
  const text = serviceCells(service.service, context.view);
  return (
    <tr className="vs">
      {text.cells.length === 0 ? (
        <td className="l" colSpan={span}>
          {text.name} <span className="fl">{text.flags}</span>
        </td>
      ) : (
        <>
          <td className="l">{text.name}</td>
          <Cells texts={text.cells} />
        </>
      )}
      <td className={clsx("x x1", context.staleAge !== undefined && "old")} colSpan={4}>
        <ServiceSentence service={service} context={context} />
        {t("sentenceGap")}
        <Link className="conn-link" href={connectionsHref(context.directorId, service.key)}>
          {t("connections")}
        </Link>
      </td>
    </tr>
  );
};

/** A number that leads somewhere: what it counts, one by one. */
interface CellLink {
  readonly column: number | undefined;
  readonly href: string;
  readonly label: string;
}

const Cells = ({ texts, link }: { texts: readonly string[]; link?: CellLink }) => {
  const values = new Map(texts.map((text, index) => [String(index), text]));
  const changed = useChanges(values);
  return [...values].map(([key, text]) => (
    <td key={key} className="l num">
      <Padded
        text={text}
        isNew={changed.has(key)}
        link={link !== undefined && key === String(link.column) ? link : undefined}
      />
    </td>
  ));
};

/** ipvsadm's padding stays outside of the tone that marks a changed value. */
const Padded = (props: { text: string; isNew: boolean; link: CellLink | undefined }) => {
  const { isNew, link, text } = props;
  const value = text.trim();
  const start = text.indexOf(value);
  const shown = <Changed value={value} isNew={isNew} />;
  return (
    <>
      {text.slice(0, start)}
      {link === undefined ? (
        shown
      ) : (
        <Link className="conn-link" href={link.href} aria-label={`${value}: ${link.label}`}>
          {shown}
        </Link>
      )}
      {text.slice(start + value.length)}
    </>
  );
};

const ServiceSentence = ({ service, context }: { service: ServiceRows; context: TableContext }) => {
  const t = useTranslations("table");
  const parts = [
    t("inTable", { inTable: service.inTable, total: service.total, draining: service.draining }),
  ];
  if (service.quorum !== undefined)
    parts.push(
      service.quorum.has >= service.quorum.needed
        ? t("quorumMet", { needed: service.quorum.needed })
        : t("quorumLost", { needed: service.quorum.needed, has: service.quorum.has }),
    );
  if (service.service?.onePacket === true) parts.push(t("onePacket"));
  if (hasServiceCells(context.view) && bypassesDirector(service)) parts.push(t("bypass"));
  return (
    <>
      {parts.join(t("sentenceGap"))}
      <ServiceDrift service={service} context={context} />
    </>
  );
};

/** What differs of the service itself, behind its sentence; whole in the list below the table. */
const ServiceDrift = ({ service, context }: { service: ServiceRows; context: TableContext }) => {
  const words = useDriftWords();
  const t = useTranslations("table");
  return service.drift.map((item) => (
    <span className="c-warn" key={item.kind} title={words.whoAndWhen(item, context)}>
      {t("sentenceGap")}
      {t("driftSentence", { what: words.what(item) })}
    </span>
  ));
};

export const RealServerLine = (props: {
  service: ServiceRows;
  row: RealServerRow;
  context: TableContext;
  span: number;
}) => {
  const { context, row, service, span } = props;
  const t = useTranslations("table");
  const isOut = row.destination === undefined;
  const isDraining = row.state.kind === "draining";
  const isDrifted = !isOut && row.drift.some(({ by }) => by !== "console");
  const trace = useTraces()(context.directorId, `${service.key} ${row.key}`, isDraining ? "active" : "rate");
  return (
    <tr
      className={clsx("rs", isOut && "out", isDraining && "drain", isDrifted && "drifted")}
      tabIndex={0}
      data-line={`${service.key} ${row.key}`}
      data-row={row.key}
      data-href={`/directors/${context.directorId}/graphs?service=${encodeURIComponent(service.key)}&rs=${encodeURIComponent(row.key)}`}
    >
      {row.destination === undefined ? (
        <td className="l gone0" colSpan={span}>
          {rowName(row, service.id, " ×")} <Since row={row} context={context} />
        </td>
      ) : (
        <>
          <td className="l">{rowName(row, service.id, "->")}</td>
          <Cells
            texts={rowCells(row.destination, context.view)}
            link={{
              column: activeColumn(context.view),
              href: connectionsHref(context.directorId, service.key, row.key),
              label: t("connectionsOf", { name: row.key }),
            }}
          />
        </>
      )}
      <td className="x x1">
        {context.staleAge === undefined ? (
          <StateCell row={row} clock={context} />
        ) : (
          <State glyph="stale" tone="stale">
            {context.staleAge}
          </State>
        )}
      </td>
      <td className="x sp">
        <Spark
          values={sparkValues(trace, context.nowMs)}
          tone={isOut ? "down" : isDraining ? "warn" : "plain"}
        />
      </td>
      <RateAndCheck row={row} context={context} />
    </tr>
  );
};

const Since = ({ row, context }: { row: RealServerRow; context: TableContext }) => {
  const t = useTranslations("rows");
  const words = useDriftWords();
  return (
    <span className="why">
      {row.since === undefined
        ? t("notInTable")
        : t("notInTableSince", { since: words.since(row.since, context) })}
    </span>
  );
};

const RateAndCheck = ({ row, context }: { row: RealServerRow; context: TableContext }) => {
  const t = useTranslations("table");
  if (context.staleAge !== undefined)
    return (
      <td className="x ck old" colSpan={2}>
        {t("notKnown")}
      </td>
    );
  const check = <CheckCell row={row} clock={context} />;
  if (row.destination === undefined)
    return (
      <td className="x rsn" colSpan={2}>
        {check}
      </td>
    );
  return (
    <>
      <td className="x ck r">{row.destination.rates.connectionsPerSecond}</td>
      <td className="x ck">{check}</td>
    </>
  );
};
