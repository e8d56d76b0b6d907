"use client";
import type { ConfiguredCheck, ConfiguredService } from "@lvs/core/director/configured";
import type { RealServerRow } from "@lvs/core/fleet/rows";
import { useTranslations } from "next-intl";
import { useCheckWords } from "./check-cell.tsx";
import { useDriftWords, type ScreenClock } from "./drift-words.ts";

/** All that is known of the row in focus, none of it cut: why it is as it is, since when, and how it is checked. */
export const RowDetail = (props: {
  service: ConfiguredService | undefined;
  row: RealServerRow;
  clock: ScreenClock;
  span: number;
}) => {
  const { clock, row, service, span } = props;
  const t = useTranslations("rows");
  const words = useDriftWords();
  const why = useCheckWords()(row, clock);
  const since = row.since === undefined ? "" : words.since(row.since, clock);
  return (
    <tr className="detail">
      <td colSpan={span + 4}>
        <p>
          {why}
          {since === "" ? "" : t("detailSince", { since })}
        </p>
        {row.drift.map((item) => (
          <p key={item.kind}>
            {words.what(item)}, {words.whoAndWhen(item, clock)}
          </p>
        ))}
        {row.checks.map((check) => (
          <p className="m q" key={printCheck(check, service)}>
            {printCheck(check, service)}
          </p>
        ))}
      </td>
    </tr>
  );
};

/** In keepalived.conf's own words. */
const printCheck = (check: ConfiguredCheck, service: ConfiguredService | undefined): string =>
  [
    check.kind,
    check.detail,
    service === undefined ? "" : `delay_loop ${service.delayLoopS}`,
    check.connectPort === undefined ? "" : `connect_port ${check.connectPort}`,
    `connect_timeout ${check.connectTimeoutS}`,
    `retry ${check.retry}`,
    `delay_before_retry ${check.delayBeforeRetryS}`,
  ]
    .filter((word) => word !== "")
    .join(" ");
