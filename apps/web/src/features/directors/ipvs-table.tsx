"use client";
import type { RealServerRow, ServiceRows, TableRows } from "@lvs/core/fleet/rows";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useTranslations } from "next-intl";
import { useMemo, useRef, useState } from "react";
import { columnWidths, headLines, switchOf, type ShownView } from "./ipvs-columns.ts";
import { RealServerLine, ServiceLine } from "./ipvs-rows.tsx";
import { RowDetail } from "./row-detail.tsx";
import type { TableContext } from "./table-context.ts";

type Line =
  | { readonly key: string; readonly service: ServiceRows; readonly row: undefined }
  | { readonly key: string; readonly service: ServiceRows; readonly row: RealServerRow };

/** Up to this many rows a table is simply drawn: the browser's own search and copy then find everything. */
const drawnAtOnce = 400;
const rowHeight = 24;

/** ipvsadm's table at the left, character for character; what we know beyond it at the right of the hairline. */
export const IpvsTable = (props: { rows: TableRows; context: TableContext }) => {
  const { context, rows } = props;
  const lines = useMemo(() => linesOf(rows), [rows]);
  const widths = useMemo(() => columnWidths(rows, context.view), [rows, context.view]);
  const span = widths.length;
  const body = useRef<HTMLTableSectionElement>(null);
  const [focused, setFocused] = useState<string>();
  const isLong = lines.length > drawnAtOnce;
  const virtual = useWindowVirtualizer({
    count: lines.length,
    estimateSize: () => rowHeight,
    overscan: 30,
    scrollMargin: body.current?.offsetTop ?? 0,
    enabled: isLong,
  });
  const shown = isLong ? virtual.getVirtualItems().map((item) => item.index) : lines.map((_, index) => index);
  const before = isLong ? (shown[0] ?? 0) * rowHeight : 0;
  const after = isLong ? (lines.length - 1 - (shown.at(-1) ?? 0)) * rowHeight : 0;
  return (
    <div className={context.staleAge === undefined ? "wide-scroll" : "wide-scroll is-old"}>
      <table className="ipvs" aria-label={`ipvsadm ${switchOf(context.view)}`} data-testid="ipvs-table">
        <colgroup>
          {widths.map((width, index) => (
            <col
              key={`${context.view} ${String(index)}`}
              style={{ width: columnWidth(width, index, span) }}
            />
          ))}
          <col style={{ width: "192px" }} />
          <col style={{ width: "92px" }} />
          <col style={{ width: "52px" }} />
          <col />
        </colgroup>
        <Head view={context.view} span={span} />
        <tbody
          ref={body}
          onFocus={({ target }) => setFocused(target.closest("tr")?.dataset["line"])}
          onBlur={() => setFocused(undefined)}
        >
          <Spacer height={before} />
          {shown.map((index) => {
            const line = lines[index];
            return line === undefined ? null : (
              <TableLine
                key={line.key}
                line={line}
                context={context}
                span={span}
                isOpen={line.key === focused}
              />
            );
          })}
          <Spacer height={after} />
        </tbody>
      </table>
    </div>
  );
};

/** The name column carries the pane's left air, the last one a little to the hairline. */
const columnWidth = (width: number, index: number, span: number): string => {
  if (index === 0) return `calc(${width}ch + 16px)`;
  return index === span - 1 ? `calc(${width}ch + 8px)` : `${width}ch`;
};

const linesOf = (rows: TableRows): Line[] => {
  const lines: Line[] = [];
  for (const service of rows.services) for (const line of linesOfService(service)) lines.push(line);
  return lines;
};

/** Made once for a service as it stands: of a thousand some ten move in a second. */
const madeLines = new WeakMap<ServiceRows, readonly Line[]>();

const linesOfService = (service: ServiceRows): readonly Line[] => {
  const known = madeLines.get(service);
  if (known !== undefined) return known;
  const made: Line[] = [{ key: service.key, service, row: undefined }];
  for (const row of service.rows) made.push({ key: `${service.key} ${row.key}`, service, row });
  madeLines.set(service, made);
  return made;
};

/** A row in focus has its detail below it. */
const TableLine = (props: { line: Line; context: TableContext; span: number; isOpen: boolean }) => {
  const { context, isOpen, line, span } = props;
  const { row, service } = line;
  if (row === undefined) return <ServiceLine service={service} context={context} span={span} />;
  return (
    <>
      <RealServerLine service={service} row={row} context={context} span={span} />
      {isOpen && context.staleAge === undefined ? (
        <RowDetail service={service.configured} row={row} clock={context} span={span} />
      ) : null}
    </>
  );
};

const Spacer = ({ height }: { height: number }) =>
  height <= 0 ? null : (
    <tr aria-hidden="true" className="spacer">
      <td style={{ height }} />
    </tr>
  );

const Head = (props: { view: ShownView; span: number }) => {
  const t = useTranslations("table");
  const [first, second] = headLines(props.view);
  return (
    <thead>
      <tr className={first.words.length === 0 ? "h1" : "h1 words"}>
        <HeadLineCells line={first} span={props.span} />
        <th className="x x1" colSpan={4}>
          {t("source")}
        </th>
      </tr>
      <tr className="h2">
        <HeadLineCells line={second} span={props.span} />
        <th className="x x1">{t("state")}</th>
        <th className="x">{t("minutes")}</th>
        <th className="x r">CPS</th>
        <th className="x">{t("check")}</th>
      </tr>
    </thead>
  );
};

const HeadLineCells = ({ line, span }: { line: { name: string; words: readonly string[] }; span: number }) =>
  line.words.length === 0 ? (
    <th className="l" colSpan={span}>
      {line.name}
    </th>
  ) : (
    <>
      <th className="l">{line.name}</th>
      {line.words.map((word) => (
        <th key={word} className="l">
          {word}
        </th>
      ))}
    </>
  );
