"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { connectionStates } from "@lvs/core/ipvs/connection-phase";
import { destinationKey } from "@lvs/core/ipvs/table";
import { Button } from "@/ui/button.tsx";
import { SelectField } from "@/ui/field.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useTranslations } from "next-intl";
import type { Page } from "./choices.ts";
import { serviceKeys, type Rows } from "./view-model.ts";

const kinds = ["", "connection", "template"] as const;

/** Service, real server, state and kind: each a choice among what the director has, plus what the address already says. */
export const FilterBar = (props: { page: Page; director: FleetDirector; rows: Rows }) => {
  const t = useTranslations("connections");
  const { director, page, rows } = props;
  const { choices } = page;
  const table = director.state === undefined ? undefined : knownValue(director.state.table);
  const realServers = new Set([
    ...(table?.services ?? []).flatMap(({ destinations }) => destinations.map(destinationKey)),
    ...Object.keys(rows.totals.byRealServer),
  ]);
  const options = (values: Iterable<string>, own: string, all: string) => {
    const shown = new Set(own === "" ? values : [...values, own]);
    return [{ value: "", text: all }, ...[...shown].map((value) => ({ value, text: value }))];
  };
  return (
    <div className="bar filters">
      <SelectField
        label={t("service")}
        value={choices.service}
        onChange={(service) => page.choose({ service })}
        choices={options(serviceKeys(table), choices.service, t("every"))}
      />
      <SelectField
        label={t("realServer")}
        value={choices.realServer}
        onChange={(rs) => page.choose({ rs })}
        choices={options([...realServers].toSorted(), choices.realServer, t("every"))}
      />
      <SelectField
        label={t("state")}
        value={choices.state}
        onChange={(state) => page.choose({ state })}
        choices={options(connectionStates, choices.state, t("every"))}
      />
      <Segment
        label={t("kind")}
        isWords
        value={kinds.find((kind) => kind === choices.kind) ?? ""}
        choices={kinds.map((value) => ({ value, text: t(`kinds.${value === "" ? "all" : value}`) }))}
        onChange={(kind) => page.choose({ kind })}
      />
      {page.hasChoices ? (
        <Button onClick={() => page.choose({ service: "", rs: "", state: "", kind: "" })}>
          {t("clear")}
        </Button>
      ) : null}
      {choices.service.startsWith("FWM") ? <span className="q sm">{t("markHint")}</span> : null}
    </div>
  );
};
