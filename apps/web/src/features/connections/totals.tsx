"use client";
import { printSum } from "@/client/format.ts";
import { Section } from "@/ui/section.tsx";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import type { Page } from "./choices.ts";
import type { Rows } from "./view-model.ts";

/** Every match counted, also those that the rows have no room for. A line narrows the question to itself. */
export const Totals = (props: { rows: Rows; page: Page; isOld: boolean; isWhole: boolean }) => {
  const t = useTranslations("connections");
  const { totals } = props.rows;
  const states = Object.entries(totals.byState).toSorted(([, a], [, b]) => b - a);
  const { choose } = props.page;
  if (totals.connections + totals.templates === 0) return null;
  return (
    <div className={clsx("totals", props.isOld && "is-old")} aria-busy={props.isOld}>
      <Section
        title={t("byState")}
        aside={t(props.isWhole ? "sums" : "sumsSoFar", {
          connections: totals.connections,
          templates: totals.templates,
        })}
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
    </div>
  );
};
