"use client";
import { printSum } from "@/client/format.ts";
import { Section } from "@/ui/section.tsx";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import type { Page } from "./choices.ts";
import type { Rows } from "./view-model.ts";

/** Every match counted, also those that the rows have no room for. A line narrows the question to itself. */
export const Totals = (props: { rows: Rows; page: Page; isOld: boolean }) => {
  const t = useTranslations("connections");
  const { totals } = props.rows;
  const states = Object.entries(totals.byState).toSorted(([, a], [, b]) => b - a);
  const servers = Object.entries(totals.byRealServer).toSorted(
    ([, a], [, b]) => b.connections + b.templates - (a.connections + a.templates),
  );
  const { choose } = props.page;
  if (servers.length === 0) return null;
  return (
    <div className={clsx("totals", props.isOld && "is-old")} aria-busy={props.isOld}>
      <Section
        title={t("byState")}
        aside={t("sums", { connections: totals.connections, templates: totals.templates })}
      >
        <table className="t">
          <thead>
            <tr>
              <th>{t("state")}</th>
              <th className="r">{t("connections")}</th>
            </tr>
          </thead>
          <tbody>
            {states.map(([state, count]) => (
              <tr key={state}>
                <td className="m">
                  <button type="button" className="as-link" onClick={() => choose({ state })}>
                    {state}
                  </button>
                </td>
                <td className="r num">{printSum(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title={t("byRealServer")} aside={t("serverCount", { count: servers.length })}>
        <div className="tall">
          <table className="t">
            <thead>
              <tr>
                <th>{t("realServer")}</th>
                <th className="r">{t("connections")}</th>
                <th className="r">{t("templates")}</th>
              </tr>
            </thead>
            <tbody>
              {servers.map(([server, count]) => (
                <tr key={server}>
                  <td className="m">
                    <button type="button" className="as-link" onClick={() => choose({ rs: server })}>
                      {server}
                    </button>
                  </td>
                  <td className="r num">{printSum(count.connections)}</td>
                  <td className="r num">{printSum(count.templates)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </div>
  );
};
