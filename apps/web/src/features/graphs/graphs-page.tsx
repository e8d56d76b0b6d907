"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { directorAge } from "@lvs/core/fleet/freshness";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import { useDirector, useFleet, useNow } from "@/client/live.tsx";
import { AgeMark } from "@/client/marks.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useSearch } from "@/client/search.ts";
import { useTRPC } from "@/client/trpc.ts";
import { SelectField } from "@/ui/field.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { Graph } from "./graph.tsx";
import { graphKinds, isRange, ranges, type Range } from "./view-model.ts";

const rangeNames: readonly Range[] = ["15min", "1h", "6h", "1d", "7d"];
/** Steps of the question's time: within one of them the answer would be the same. */
const askEveryMs = 5_000;

export const GraphsPage = ({ id }: { id: string }) => {
  const common = useTranslations("common");
  const t = useTranslations("graphs");
  const director = useDirector(id);
  const hasFleet = useFleet() !== undefined;
  if (!hasFleet) return <Loading text={(seconds) => common("asking", { seconds })} />;
  return director === undefined ? <Empty title={t("noDirector")} /> : <Graphs director={director} />;
};

const Graphs = ({ director }: { director: FleetDirector }) => {
  const t = useTranslations("graphs");
  const search = useSearch();
  const nowMs = useNow();
  const asked = search.get("range");
  const range = isRange(asked) ? asked : "15min";
  return (
    <main id="main">
      <div className="pane">
        <div className="head">
          <div className="crumb">
            <Link href="/">{t("fleet")}</Link> /{" "}
            <Link href={`/directors/${director.id}`}>{director.name}</Link> / {t("crumb")}
          </div>
          <h1>{t("title", { director: director.name })}</h1>
          <AgeMark age={directorAge(director, nowMs)} />
          <div className="end">
            <Segment
              label={t("range")}
              isWords
              value={range}
              choices={rangeNames.map((value) => ({ value, text: t(`ranges.${value}`) }))}
              onChange={(value) => search.set({ range: value === "15min" ? "" : value })}
            />
          </div>
        </div>
        <Subject director={director} />
        <Sampled director={director} range={range} />
      </div>
    </main>
  );
};

/** The whole director, one virtual service, or one real server of it. */
const Subject = ({ director }: { director: FleetDirector }) => {
  const t = useTranslations("graphs");
  const search = useSearch();
  const services = director.state === undefined ? [] : (knownValue(director.state.table)?.services ?? []);
  const service = search.get("service") ?? "";
  const destinations = services.find((each) => serviceKey(each.id) === service)?.destinations ?? [];
  const rs = search.get("rs") ?? "";
  const keys = destinations.map(destinationKey);
  return (
    <div className="bar">
      <div className="form-grid wide">
        <SelectField
          label={t("service")}
          value={service}
          onChange={(value) => search.set({ service: value, rs: "" })}
          choices={[
            { value: "", text: t("allServices") },
            ...withOwn(
              services.map((each) => serviceKey(each.id)),
              service,
            ),
          ]}
        />
        <SelectField
          label={t("realServer")}
          value={rs}
          onChange={(value) => search.set({ rs: value })}
          choices={[{ value: "", text: t("allRealServers") }, ...withOwn(keys, rs)]}
        />
      </div>
    </div>
  );
};

/** What the address names stays chosen though it has left the table: its past is still there. */
const withOwn = (keys: readonly string[], own: string): { value: string; text: string }[] => {
  const all = own === "" || keys.includes(own) ? keys : [...keys, own];
  return all.map((value) => ({ value, text: value }));
};

const Sampled = ({ director, range }: { director: FleetDirector; range: Range }) => {
  const t = useTranslations("graphs");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const search = useSearch();
  const nowMs = useNow(askEveryMs);
  const toMs = Math.floor(nowMs / askEveryMs) * askEveryMs;
  const service = search.get("service") ?? "";
  const destination = search.get("rs") ?? "";
  const query = useQuery(
    trpc.samples.read.queryOptions(
      {
        directorId: director.id,
        ...(service === "" ? {} : { service }),
        ...(destination === "" ? {} : { destination }),
        fromMs: toMs - ranges[range] * 1_000,
        toMs,
        points: 300,
      },
      { placeholderData: (before) => before },
    ),
  );
  if (query.isError) return <QueryFailed query={query} />;
  if (query.data === undefined) return <Loading text={(seconds) => common("asking", { seconds })} />;
  const samples = query.data;
  if (samples.atMs.length === 0)
    return <Empty title={t("none")}>{<p className="q">{t("noneHint")}</p>}</Empty>;
  return (
    <div className="graph-grid">
      {graphKinds.map((kind) => (
        <Graph
          key={kind.word}
          kind={kind}
          samples={samples}
          isBypassed={isBypassed(director, service, destination)}
        />
      ))}
    </div>
  );
};

/** Route and Tunnel: the real servers answer the client themselves. Unknown rows are not said to. */
const isBypassed = (director: FleetDirector, service: string, destination: string): boolean => {
  const services = director.state === undefined ? [] : (knownValue(director.state.table)?.services ?? []);
  const rows = services
    .filter((each) => service === "" || serviceKey(each.id) === service)
    .flatMap((each) => each.destinations)
    .filter((each) => destination === "" || destinationKey(each) === destination);
  return rows.length > 0 && rows.every((each) => each.forwarding === "Route" || each.forwarding === "Tunnel");
};
