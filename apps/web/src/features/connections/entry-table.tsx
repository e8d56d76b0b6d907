"use client";
import type { ConnectionPhase } from "@lvs/core/ipvs/connection-phase";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { State, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import type { Page } from "./choices.ts";
import { pageOf } from "./question.ts";
import { columnWidths, type EntryRow, type Remark } from "./view-model.ts";

/** Up to this many rows are simply drawn: the browser's own search and copy then find everything. */
const drawnAtOnce = 200;
const rowHeight = 24;

/** `ipvsadm -Lnc` at the left, character for character; what an entry means at the right of the hairline. */
export const EntryTable = (props: {
  rows: readonly EntryRow[];
  page: Page;
  director: FleetDirector;
  isOld: boolean;
}) => {
  const t = useTranslations("connections");
  const { rows } = props;
  const box = useRef<HTMLDivElement>(null);
  const isLong = rows.length > drawnAtOnce;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 20,
    enabled: isLong,
  });
  const items = virtual.getVirtualItems();
  const shown = isLong ? items.map(({ index }) => index) : rows.map((_, index) => index);
  const before = isLong ? (items[0]?.start ?? 0) : 0;
  const after = isLong ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  return (
    <div
      ref={box}
      className={clsx("entries", isLong && "is-long", props.isOld && "is-old")}
      aria-busy={props.isOld}
      role="region"
      aria-label={t("entries")}
      tabIndex={isLong ? 0 : undefined}
    >
      <table className="ipvs conns" data-testid="entry-table" aria-rowcount={rows.length + 2}>
        <colgroup>
          {columnWidths(rows).map((width, column) => (
            <col
              key={String(column)}
              style={{ width: `calc(${width}ch + ${column === 0 ? 16 : column === 5 ? 8 : 0}px)` }}
            />
          ))}
          <col style={{ width: "128px" }} />
          <col />
        </colgroup>
        <Head />
        <tbody>
          <Spacer height={before} />
          {shown.map((index) => {
            const row = rows[index];
            return row === undefined ? null : (
              <Row
                key={row.key}
                row={row}
                index={index}
                measure={isLong ? virtual.measureElement : undefined}
                page={props.page}
                director={props.director}
              />
            );
          })}
          <Spacer height={after} />
        </tbody>
      </table>
    </div>
  );
};

const Spacer = ({ height }: { height: number }) =>
  height <= 0 ? null : (
    <tr aria-hidden="true" className="spacer">
      <td style={{ height }} colSpan={8} />
    </tr>
  );

const words = ["pro", "expire", "state", "source", "virtual", "destination"] as const;

const Head = () => {
  const t = useTranslations("connections");
  return (
    <thead>
      <tr className="h1">
        <th className="l" colSpan={6}>
          IPVS connection entries
        </th>
        <th className="x x1" colSpan={2}>
          {t("meaning")}
        </th>
      </tr>
      <tr className="h2">
        {words.map((word) => (
          <th key={word} className="l">
            {word}
          </th>
        ))}
        <th className="x x1">{t("entry")}</th>
        <th className="x">{t("note")}</th>
      </tr>
    </thead>
  );
};

const Row = (props: {
  row: EntryRow;
  index: number;
  measure: ((element: Element | null) => void) | undefined;
  page: Page;
  director: FleetDirector;
}) => {
  const { director, index, page, row } = props;
  const [protocol, expire, state, source, virtual, destination] = row.cells;
  const { client, kind } = row.connection;
  const isSubject = page.subject.kind === "client" && page.subject.address === client.address;
  return (
    <tr
      ref={props.measure}
      className="rs"
      tabIndex={0}
      data-index={index}
      data-row={row.key}
      data-href={kind === "template" ? undefined : pageOf(director.id, { client: client.address })}
    >
      <td className="l p">{protocol}</td>
      <td className="l e num">{expire}</td>
      <td className="l s">{state}</td>
      <td className="l f">{isSubject ? <Marked text={source ?? ""} /> : source}</td>
      <td className="l v">{virtual}</td>
      <td className="l d">{destination}</td>
      <td className="x x1">
        <PhaseMark phase={row.phase} />
      </td>
      <td className="x q nt">
        <RemarkWords remark={row.remark} />
      </td>
    </tr>
  );
};

/** The address that was asked for, without its port. */
const Marked = ({ text }: { text: string }) => {
  const end = text.lastIndexOf(":");
  return (
    <>
      <mark>{text.slice(0, end)}</mark>
      {text.slice(end)}
    </>
  );
};

const looks: Readonly<Record<ConnectionPhase, { glyph: GlyphName; tone: Tone }>> = {
  opening: { glyph: "wait", tone: "plain" },
  open: { glyph: "alive", tone: "plain" },
  closing: { glyph: "off", tone: "quiet" },
  template: { glyph: "lock", tone: "plain" },
  unknown: { glyph: "unknown", tone: "stale" },
};

const PhaseMark = ({ phase }: { phase: ConnectionPhase }) => {
  const t = useTranslations("connections");
  const { glyph, tone } = looks[phase];
  return (
    <State glyph={glyph} tone={tone}>
      {t(`phases.${phase}`)}
    </State>
  );
};

const RemarkWords = ({ remark }: { remark: Remark }) => {
  const t = useTranslations("connections.remarks");
  switch (remark.kind) {
    case "none":
      return null;
    case "throughTemplate":
      return t("throughTemplate");
    case "sticks":
      return remark.timeoutS === undefined
        ? t("sticksUnknown", { server: remark.server })
        : t("sticks", { server: remark.server, timeout: remark.timeoutS });
    case "holdsDrained":
      return (
        <span className={remark.isIgnored === true ? undefined : "c-warn"}>
          {t(
            remark.isIgnored === undefined
              ? "holdsDrainedUnknown"
              : remark.isIgnored
                ? "holdsDrainedIgnored"
                : "holdsDrained",
            { server: remark.server },
          )}
        </span>
      );
    case "onDrained":
      return <span className="c-warn">{t("onDrained")}</span>;
    case "gone":
      return (
        <span className="c-down">
          {t(remark.ends === undefined ? "gone" : remark.ends ? "goneEnds" : "goneSilent")}
        </span>
      );
  }
};
