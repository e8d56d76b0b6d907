"use client";
import { listInstances, type InstanceRow } from "@lvs/core/fleet/instance-rows";
import type { Fleet } from "@lvs/core/fleet/model";
import { useFleet, useNow } from "@/client/live.tsx";
import { useSearch } from "@/client/search.ts";
import { useTruth } from "@/client/truth.tsx";
import { useRefusal } from "@/client/user.tsx";
import { Button, LinkButton } from "@/ui/button.tsx";
import { Loading } from "@/ui/list-state.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useTranslations } from "next-intl";
import { ClusterPane } from "./cluster-pane.tsx";
import { FleetStrip } from "./fleet-strip.tsx";
import { InstanceTable } from "./instance-table.tsx";
import { NoDirector } from "./no-director.tsx";

type Order = "wrong" | "name" | "load";
const orders: readonly Order[] = ["wrong", "name", "load"];

export const FleetPage = () => {
  const common = useTranslations("common");
  const fleet = useFleet();
  if (fleet === undefined)
    return (
      <main id="main">
        <Loading text={(seconds) => common("asking", { seconds })} />
      </main>
    );
  return fleet.directors.length === 0 ? <NoDirector /> : <FleetList fleet={fleet} />;
};

const FleetList = ({ fleet }: { fleet: Fleet }) => {
  const t = useTranslations("fleet");
  const truth = useTruth();
  const nowMs = useNow(1_000);
  const search = useSearch();
  const refusal = useRefusal("admin");
  const order = orders.find((each) => each === search.get("order")) ?? "wrong";
  const filter = search.get("q") ?? "";
  const all = listInstances(fleet, truth, nowMs);
  const rows = arrange(all, order).filter((row) => matches(row, filter));
  const selected =
    rows.find(
      (row) =>
        row.cluster.id === search.get("cluster") && (search.get("instance") ?? row.instance) === row.instance,
    ) ?? rows[0];
  const go = search.set;
  const vips = new Set(all.flatMap((row) => row.vips)).size;
  return (
    <main
      id="main"
      className="split-r"
      {...(selected === undefined ? {} : { "data-compare": `/clusters/${selected.cluster.id}/pair` })}
    >
      <div className="pane">
        <div className="bar">
          <h1 className="gap">{t("title")}</h1>
          <span className="q hide-s">
            {t("counts", { clusters: fleet.clusters.length, directors: fleet.directors.length, vips })}
          </span>
          <div className="end">
            <Segment
              label={t("order")}
              isWords
              value={order}
              choices={orders.map((value) => ({ value, text: t(`orders.${value}`) }))}
              onChange={(value) => go({ order: value === "wrong" ? "" : value })}
            />
            <input
              className="hide-s"
              aria-label={t("filter")}
              placeholder={t("filterHint")}
              size={26}
              value={filter}
              onChange={(event) => go({ q: event.target.value })}
            />
            {refusal === undefined ? (
              <LinkButton href="/enrol">{t("enrol")}</LinkButton>
            ) : (
              <Button refusal={refusal} isReasonElsewhere className="hide-s">
                {t("enrol")}
              </Button>
            )}
          </div>
        </div>
        <FleetStrip rows={all} />
        <InstanceTable
          rows={rows}
          selected={selected}
          onSelect={(row) => go({ cluster: row.cluster.id, instance: row.instance })}
        />
        {rows.length === all.length ? null : (
          <p className="sec q">
            {t("hidden", { count: all.length - rows.length })}{" "}
            <button type="button" className="linkish" onClick={() => go({ q: "" })}>
              {t("showAll", { count: all.length })}
            </button>
          </p>
        )}
      </div>
      <aside className="side pane" aria-label={t("selected", { cluster: selected?.cluster.name ?? "" })}>
        {selected === undefined ? null : <ClusterPane row={selected} />}
      </aside>
    </main>
  );
};

const arrange = (rows: readonly InstanceRow[], order: Order): InstanceRow[] => {
  switch (order) {
    case "wrong":
      return [...rows];
    case "name":
      return rows.toSorted((a, b) => a.key.localeCompare(b.key));
    case "load":
      return rows.toSorted(
        (a, b) => (b.serving?.activeConnections ?? -1) - (a.serving?.activeConnections ?? -1),
      );
  }
};

/** Any part of a name, an address or a state: "lvs-1", "10.77", "FAULT". All words must be found. */
const matches = (row: InstanceRow, filter: string): boolean => {
  const text = [
    row.cluster.name,
    row.instance,
    ...row.vips,
    ...row.seats.flatMap((seat) => [seat.director.name, seat.director.address, seat.state ?? ""]),
  ]
    .join(" ")
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/u)
    .every((word) => text.includes(word));
};
