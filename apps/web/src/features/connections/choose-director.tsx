"use client";
import { knownValue } from "@lvs/core/director/fact";
import { directorAge } from "@lvs/core/fleet/freshness";
import { printSum } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { AgeMark } from "@/client/marks.tsx";
import { Empty } from "@/ui/list-state.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { Page } from "./choices.ts";

/** Without a client a table is read of one director at a time: here they are. */
export const ChooseDirector = ({ page }: { page: Page }) => {
  const t = useTranslations("connections");
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const directors = fleet?.directors ?? [];
  if (directors.length === 0)
    return (
      <Empty title={t("noDirectors")}>
        <Link href="/enrol">{t("enrol")}</Link>
      </Empty>
    );
  if (page.directorId !== "") return <Empty title={t("goneDirector")} />;
  return (
    <section className="sec">
      <h2>{t("choose")}</h2>
      <table className="t labelled">
        <thead>
          <tr>
            <th>{t("director")}</th>
            <th>{t("cluster")}</th>
            <th className="r">ActiveConn</th>
            <th className="r">InActConn</th>
            <th className="r">{t("facts")}</th>
          </tr>
        </thead>
        <tbody>
          {directors.map((director) => {
            const rows = (director.state && knownValue(director.state.table))?.services.flatMap(
              ({ destinations }) => destinations,
            );
            const href = `/connections?director=${director.id}`;
            return (
              <tr key={director.id} tabIndex={0} data-row={director.id} data-href={href}>
                <td>
                  <Link href={href}>{director.name}</Link>
                </td>
                <td>{fleet?.clusters.find(({ id }) => id === director.clusterId)?.name}</td>
                <td className="r num" data-l="ActiveConn">
                  {rows && printSum(rows.reduce((sum, row) => sum + row.activeConnections, 0))}
                </td>
                <td className="r num" data-l="InActConn">
                  {rows && printSum(rows.reduce((sum, row) => sum + row.inactiveConnections, 0))}
                </td>
                <td className="r all">
                  <AgeMark age={directorAge(director, nowMs)} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
};
