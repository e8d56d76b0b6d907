"use client";
import type { InstanceRow, Seat } from "@lvs/core/fleet/instance-rows";
import { isUsable } from "@lvs/core/fleet/freshness";
import type { Trace } from "@/client/traces.ts";
import { printAge, printRate, printSum } from "@/client/format.ts";
import { useNow, useTraces } from "@/client/live.tsx";
import { vrrpLook, VrrpShape } from "@/client/marks.tsx";
import { useSeededTraces } from "@/client/seed-traces.ts";
import { sparkValues, sumTraces } from "@/client/spark-values.ts";
import { Glyph, State } from "@/ui/glyph.tsx";
import { Spark } from "@/ui/spark.tsx";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import { Fragment, useRef } from "react";
import { rowLook, useTroubleWords } from "./trouble-words.tsx";

const drawnAtOnce = 200;
/** A flood of made-up senders is one row, not a thousand words wide: so many are named, the others are a number. */
const outsidersNamed = 2;
const troublesSaid = 3;

interface TableProps {
  readonly rows: readonly InstanceRow[];
  readonly selected: InstanceRow | undefined;
  readonly onSelect: (row: InstanceRow) => void;
}

/** One line per VRRP instance; only a row with something wrong has a second line, which says it in words. */
export const InstanceTable = (props: TableProps) => {
  const { rows } = props;
  useSeededTraces(
    rows.flatMap(({ serving }) =>
      (serving?.serviceKeys ?? []).map((service) => ({
        directorId: serving?.director.id ?? "",
        service,
        destination: undefined,
      })),
    ),
  );
  const body = useRef<HTMLTableSectionElement>(null);
  const isLong = rows.length > drawnAtOnce;
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => (rows[index]?.troubles.length === 0 ? 27 : 50),
    overscan: 20,
    scrollMargin: body.current?.offsetTop ?? 0,
    enabled: isLong,
  });
  const items = virtual.getVirtualItems();
  const shown = isLong ? items.map((item) => item.index) : rows.map((_, index) => index);
  const before = isLong ? (items[0]?.start ?? 0) - virtual.options.scrollMargin : 0;
  const after = isLong
    ? virtual.getTotalSize() - ((items.at(-1)?.end ?? 0) - virtual.options.scrollMargin)
    : 0;
  return (
    <table className="t fleet">
      <Head />
      <tbody ref={body}>
        <Spacer height={before} />
        {shown.map((index) => {
          const row = rows[index];
          return row === undefined ? null : <Lines key={row.key} row={row} {...props} />;
        })}
        <Spacer height={after} />
      </tbody>
    </table>
  );
};

const Spacer = ({ height }: { height: number }) =>
  height <= 0 ? null : (
    <tr aria-hidden="true">
      <td style={{ height }} colSpan={12} />
    </tr>
  );

const Head = () => {
  const t = useTranslations("fleet.columns");
  return (
    <thead>
      <tr>
        <th>
          <span className="vh">{t("state")}</span>
        </th>
        <th>{t("cluster")}</th>
        <th>{t("instance")}</th>
        <th>VIP</th>
        <th>MASTER</th>
        <th>BACKUP</th>
        <th>{t("vipOn")}</th>
        <th>{t("inTable")}</th>
        <th className="r">ActiveConn</th>
        <th className="r">CPS</th>
        <th>{t("minutes")}</th>
        <th className="r">{t("facts")}</th>
      </tr>
    </thead>
  );
};

const Lines = ({ row, selected, onSelect }: TableProps & { row: InstanceRow }) => {
  const t = useTranslations("fleet");
  const words = useTroubleWords();
  const look = rowLook(row);
  const isSelected = row.key === selected?.key;
  const isStale = isServingStale(row);
  const masters = row.seats.filter((seat) => seat.state === "MASTER");
  const others = row.seats.filter((seat) => seat.state !== "MASTER");
  const { troubles } = row;
  const hasWhy = troubles.length > 0;
  return (
    <Fragment>
      <tr
        className={clsx(isSelected && "sel", hasWhy && "has-why", isStale && "is-old")}
        tabIndex={0}
        data-row={row.key}
        data-href={
          row.seats[0] === undefined ? undefined : `/directors/${(masters[0] ?? row.seats[0]).director.id}`
        }
        aria-current={isSelected ? "true" : undefined}
        onClick={() => onSelect(row)}
        onFocus={() => onSelect(row)}
      >
        <td>
          {look === undefined ? null : (
            <State glyph={look.glyph} tone={look.tone}>
              <span className="vh">{t(`wrong.${look.word}`)}</span>
            </State>
          )}
        </td>
        <td>
          <b>{row.cluster.name}</b>
        </td>
        <td>{row.instance}</td>
        <td className="m">
          {row.vips[0] ?? ""}
          {row.vips.length > 1 ? <span className="qq"> +{row.vips.length - 1}</span> : null}
        </td>
        <td>
          <Seats seats={masters} />
          <Outsiders row={row} />
        </td>
        <td>
          <Seats seats={others} />
        </td>
        <td>{row.holders.map((each) => each.name).join(", ")}</td>
        <Serving row={row} />
        <Facts row={row} />
      </tr>
      {hasWhy ? (
        <tr className={clsx("why", isSelected && "sel")} onClick={() => onSelect(row)}>
          <td />
          <td colSpan={11}>
            {troubles.slice(0, troublesSaid).map((item) => (
              <Fragment key={words.keyOf(item)}>{words.say(item)} </Fragment>
            ))}
            {troubles.length > troublesSaid ? (
              <span className="c-down">{t("more", { count: troubles.length - troublesSaid })}</span>
            ) : null}
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
};

/** Who speaks for the instance and is no director: named while they are few. */
const Outsiders = ({ row: { outsiders } }: { row: InstanceRow }) => {
  const t = useTranslations("fleet");
  if (outsiders.length > outsidersNamed)
    return (
      <State glyph="crit" tone="down">
        {t("strangers", { count: outsiders.length })}
      </State>
    );
  return outsiders.map(({ address, priority }) => (
    <span key={address} className="st seat c-down">
      <Glyph name="crit" tone="down" />
      <span className="m">{address}</span> {priority}
    </span>
  ));
};

/** Healthy states are a shape, since the column's head says the word; anything else is said in full. */
const Seats = ({ seats }: { seats: readonly Seat[] }) =>
  seats.map((seat) => (
    <span key={seat.director.id} className="st seat">
      {seat.state === undefined ? <Glyph name="unknown" tone="stale" /> : <VrrpShape state={seat.state} />}
      <span className={seat.state === "FAULT" ? "c-down" : undefined}>{seat.director.name}</span>
      <span className="qq">
        {" "}
        {seat.priority ?? ""}
        {seat.age.freshness === "stale" ? " ?" : ""}
      </span>
      {seat.state === undefined || seat.state === "MASTER" || seat.state === "BACKUP" ? null : (
        <span className={vrrpLook(seat.state).tone === "down" ? "c-down" : "qq"}> {seat.state}</span>
      )}
    </span>
  ));

const Serving = ({ row }: { row: InstanceRow }) => {
  const t = useTranslations("fleet");
  const nowMs = useNow(5_000);
  const traces = useTraces();
  const { serving } = row;
  if (serving === undefined)
    return (
      <>
        <td className="qq">{row.hasTable || row.vips.length > 0 ? t("noLvs") : ""}</td>
        <td />
        <td />
        <td />
      </>
    );
  const isShort = serving.inTable < serving.total || serving.draining > 0;
  const isStale = isServingStale(row);
  return (
    <>
      <td>
        <span className={isShort ? "c-warn" : undefined}>
          {t("inTable", { inTable: serving.inTable, total: serving.total })}
        </span>
      </td>
      <td className="r num">{printSum(serving.activeConnections)}</td>
      <td className="r num">{isStale ? "" : printRate(serving.connectionsPerSecond)}</td>
      <td>
        <Spark values={sparkValues(tracesOf(row, traces), nowMs)} />
      </td>
    </>
  );
};

/** Whether the director whose numbers stand in the row is silent; another one's silence does not make them old. */
const isServingStale = (row: InstanceRow): boolean => {
  const seat = row.seats.find((each) => each.director.id === row.serving?.director.id) ?? row.seats[0];
  return seat === undefined || !isUsable(seat.age);
};

/** The services of the instance on its forwarding director. */
const tracesOf = ({ serving }: InstanceRow, traces: ReturnType<typeof useTraces>): Trace =>
  serving === undefined
    ? []
    : sumTraces(serving.serviceKeys.map((key) => traces(serving.director.id, key, "rate")));

const Facts = ({ row }: { row: InstanceRow }) => {
  const t = useTranslations("fleet");
  const { age } = row;
  if (row.troubles.some(({ kind }) => kind === "coming")) return <td className="r q">{t("coming")}</td>;
  if (age.freshness === "never") return <td className="r c-stale">{t("never")}</td>;
  return <td className={clsx("r", age.freshness !== "fresh" && "c-stale")}>{printAge(age.ageMs)}</td>;
};
