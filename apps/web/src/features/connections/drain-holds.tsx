"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { onConsoleClock } from "@lvs/core/fleet/freshness";
import { printExpiry } from "@lvs/core/ipvs/listing-connections";
import { serviceKey } from "@lvs/core/ipvs/table";
import { printEndpoint } from "@lvs/core/net/endpoint";
import { printAge, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useTRPC } from "@/client/trpc.ts";
import { Button } from "@/ui/button.tsx";
import { Section } from "@/ui/section.tsx";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { mayHoldDrained } from "./view-model.ts";

/** Drained real servers that persistent clients still come to. Asked only where the table has such a pair at all. */
export const DrainHolds = ({ director }: { director: FleetDirector }) => {
  const table = director.state === undefined ? undefined : knownValue(director.state.table);
  return mayHoldDrained(table) ? <Holds director={director} /> : null;
};

const Holds = ({ director }: { director: FleetDirector }) => {
  const t = useTranslations("connections.holds");
  const trpc = useTRPC();
  const nowMs = useNow(1_000);
  const query = useQuery(
    trpc.connections.drainHolds.queryOptions(
      { directorId: director.id },
      {
        staleTime: Infinity,
        gcTime: 0,
        refetchOnWindowFocus: false,
        retry: false,
        trpc: { abortOnUnmount: true },
      },
    ),
  );
  const settings = director.state === undefined ? undefined : knownValue(director.state.settings);
  const quiescent = settings?.sysctls["expire_quiescent_template"];
  if (query.isError) return <QueryFailed query={query} />;
  if (query.data?.status !== "known") return null;
  const { holds } = query.data;
  const atMs = onConsoleClock(director, query.data.readAtMs);
  const age = printAge(Math.max(0, nowMs - atMs));
  return (
    <Section title={t("title")} aside={t("readAt", { at: printTime(atMs, nowMs), age })}>
      {holds.length === 0 ? (
        <p className="q">{t("none")}</p>
      ) : (
        <ul className="plain-list">
          {holds.map((hold) => (
            <li key={`${serviceKey(hold.service)} ${printEndpoint(hold.realServer)}`}>
              <span className="m">{printEndpoint(hold.realServer)}</span>{" "}
              <span className="q sm">{serviceKey(hold.service)}</span>
              <br />
              <span className={quiescent === "0" ? "c-warn" : undefined}>
                {t("held", { count: hold.templates, left: printExpiry(hold.longestExpiresS) })}
              </span>
            </li>
          ))}
        </ul>
      )}
      {holds.length === 0 ? null : (
        <p className="q sm">
          {quiescent === undefined ? t("unknown") : quiescent === "0" ? t("goesOn") : t("passedOver")}
        </p>
      )}
      <div className="actions">
        <Button onClick={() => void query.refetch()} isBusy={query.isFetching}>
          {t("again")}
        </Button>
      </div>
    </Section>
  );
};
