"use client";
import type { PairRow, PairService, PairVerdict } from "@lvs/core/fleet/compare";
import type { Destination } from "@lvs/core/ipvs/model";
import { printDestinationName, printServiceFlags, printServiceName } from "@lvs/core/ipvs/listing-print";
import { State } from "@/ui/glyph.tsx";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import { Fragment, type ReactNode } from "react";

interface PairTableProps {
  readonly services: readonly PairService[];
  readonly first: string;
  readonly second: string;
  readonly isOnlyDifferences: boolean;
  /** One of the two is not heard: what it carries now is not known. */
  readonly isOld: boolean;
  readonly firstHead: ReactNode;
  readonly secondHead: ReactNode;
}

const columns = ["Forward", "Weight", "ActiveConn", "InActConn"] as const;

/** One address column, both directors' columns, a verdict on every row. */
export const PairTable = (props: PairTableProps) => {
  const t = useTranslations("pair");
  const shown = props.isOnlyDifferences
    ? props.services.flatMap((service) => {
        const rows = service.rows.filter((row) => row.verdict.kind !== "same");
        return rows.length === 0 && service.verdict.kind === "same" ? [] : [{ ...service, rows }];
      })
    : props.services;
  if (shown.length === 0)
    return <p className="sec q">{t(props.isOnlyDifferences ? "noneDiffer" : "noServices")}</p>;
  return (
    <div className="wide-scroll">
      <table className="t pair pairt" data-testid="pair-table">
        <Columns />
        <thead>
          <tr>
            <td className="grp" />
            <th className="grp gl" colSpan={4}>
              {props.firstHead}
            </th>
            <th className="grp gl" colSpan={4}>
              {props.secondHead}
            </th>
            <td className="grp gl" />
          </tr>
          <tr className="heads">
            <th className="m">Prot LocalAddress:Port Scheduler Flags</th>
            <ColumnWords />
            <ColumnWords />
            <th className="gl">{t("verdict")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((service) => (
            <ServiceRows key={service.key} service={service} {...props} />
          ))}
        </tbody>
      </table>
    </div>
  );
};

const Columns = () => (
  <colgroup>
    {[300, 72, 72, 104, 104, 72, 72, 104, 104].map((width, index) => (
      <col key={`${String(index)} ${width}`} style={{ width }} />
    ))}
    <col />
  </colgroup>
);

const ColumnWords = () =>
  columns.map((word) => (
    <th key={word} className={clsx("m", word === "Forward" && "gl fw")}>
      {word}
    </th>
  ));

const ServiceRows = ({ service, first, isOld, second }: PairTableProps & { service: PairService }) => {
  const isUnequal = service.verdict.kind !== "same";
  const flags = (side: PairService["first"]): string => (side === undefined ? "" : printServiceFlags(side));
  return (
    <Fragment>
      <tr className="vs">
        <td className="m nw">{printServiceName(service.id, {})}</td>
        <td className={clsx("m gl mid nb", isUnequal && "ne")} colSpan={4}>
          {flags(service.first)}
        </td>
        <td className={clsx("m gl mid nb", isUnequal && "ne")} colSpan={4}>
          {flags(service.second)}
        </td>
        <td className="gl nb">
          <ServiceVerdict service={service} first={first} second={second} isOld={isOld} />
        </td>
      </tr>
      {service.rows.map((row) => (
        <tr className="rs" key={row.key}>
          <td className="m nw">{`  -> ${nameOf(row, service)}`}</td>
          <Side destination={row.first} director={first} verdict={row.verdict} />
          <Side destination={row.second} director={second} verdict={row.verdict} />
          <td className="gl">
            <RowVerdict verdict={row.verdict} first={first} second={second} />
          </td>
        </tr>
      ))}
    </Fragment>
  );
};

const nameOf = (row: PairRow, service: PairService): string => {
  const destination = row.first ?? row.second;
  return destination === undefined ? row.key : printDestinationName(destination, service.id, {});
};

const Side = (props: { destination: Destination | undefined; director: string; verdict: PairVerdict }) => {
  const t = useTranslations("pair");
  const { destination, director, verdict } = props;
  const differs = (what: string): boolean =>
    verdict.kind === "differs" && verdict.differences.some((each) => each.what === what);
  if (destination === undefined)
    return (
      <td className="gl ne" colSpan={4} data-d={director}>
        {t("missing")}
      </td>
    );
  return (
    <>
      <td className={clsx("m gl fw", differs("Forward") && "ne")}>{destination.forwarding}</td>
      <td className={clsx("m", differs("weight") && "ne")} data-d={director}>
        {destination.weight}
      </td>
      <Count value={destination.activeConnections} />
      <Count value={destination.inactiveConnections} />
    </>
  );
};

const Count = ({ value }: { value: number }) => <td className={clsx("m", value === 0 && "n0")}>{value}</td>;

const ServiceVerdict = (props: { service: PairService; first: string; second: string; isOld: boolean }) => {
  const t = useTranslations("pair");
  const { first, isOld, second, service } = props;
  if (service.verdict.kind !== "same")
    return <RowVerdict verdict={service.verdict} first={first} second={second} />;
  if (isOld)
    return (
      <State glyph="stale" tone="stale">
        {t("flowUnknown")}
      </State>
    );
  switch (service.flow) {
    case "first":
      return (
        <State glyph="done" tone="ok">
          {t("complement", { busy: first, idle: second })}
        </State>
      );
    case "second":
      return (
        <State glyph="done" tone="ok">
          {t("complement", { busy: second, idle: first })}
        </State>
      );
    case "none":
      return <span className="qq">{t("idle")}</span>;
    case "both":
      return (
        <State glyph="warn" tone="warn">
          {t("bothForward")}
        </State>
      );
  }
};

const RowVerdict = (props: { verdict: PairVerdict; first: string; second: string }) => {
  const t = useTranslations("pair");
  const { first, second, verdict } = props;
  switch (verdict.kind) {
    case "same":
      return (
        <State glyph="done" tone="quiet">
          {t("same")}
        </State>
      );
    case "differs":
      return (
        <State glyph="warn" tone="warn">
          {verdict.differences.map((each) => `${each.what} ${each.first}, ${each.second}`).join("; ")}
        </State>
      );
    case "onlyFirst":
      return (
        <State glyph="warn" tone="warn">
          {t("only", { director: first })}
        </State>
      );
    case "onlySecond":
      return (
        <State glyph="warn" tone="warn">
          {t("only", { director: second })}
        </State>
      );
  }
};
