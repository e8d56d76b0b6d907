"use client";
import type { BusiestAnswer } from "@lvs/core/director/connections";
import { knownValue } from "@lvs/core/director/fact";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { onConsoleClock } from "@lvs/core/fleet/freshness";
import { destinationKey } from "@lvs/core/ipvs/table";
import { printAge, printSeconds, printSum, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useTRPC } from "@/client/trpc.ts";
import { Button } from "@/ui/button.tsx";
import { Section } from "@/ui/section.tsx";
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Page } from "./choices.ts";
import { filterOf, pageOf } from "./question.ts";
import { serverColumns, shortNames } from "./server-rows.ts";
import Link from "next/link";

/** Who has most entries among the matches. A reading of its own, so only when somebody wants it. */
export const BusiestClients = ({ director, page }: { director: FleetDirector; page: Page }) => {
  const t = useTranslations("connections.busiest");
  const trpc = useTRPC();
  const nowMs = useNow(1_000);
  const { client: _, ...filter } = filterOf(page.subject, page.choices);
  const [counted, setCounted] = useState("");
  const wanted = JSON.stringify([director.id, filter]);
  const query = useQuery(
    trpc.connections.busiest.queryOptions(
      { directorId: director.id, filter, limit: 20 },
      {
        enabled: counted === wanted,
        staleTime: Infinity,
        gcTime: 0,
        refetchOnWindowFocus: false,
        retry: false,
        trpc: { abortOnUnmount: true },
      },
    ),
  );
  const answer = counted === wanted && query.data?.status === "known" ? query.data : undefined;
  const atMs = answer === undefined ? 0 : onConsoleClock(director, answer.readAtMs);
  return (
    <Section
      title={t("title")}
      aside={
        answer === undefined
          ? director.name
          : t("counted", {
              director: director.name,
              clients: printSum(answer.clientCount),
              at: printTime(atMs, nowMs),
              age: printAge(Math.max(0, nowMs - atMs)),
              took: printSeconds(answer.tookMs),
            })
      }
    >
      {answer === undefined ? null : <ClientTable clients={answer.clients} director={director} />}
      {query.isError ? (
        <QueryFailed query={query} />
      ) : (
        <div className="actions">
          <Button
            isBusy={counted === wanted && query.isFetching}
            onClick={() => (counted === wanted ? void query.refetch() : setCounted(wanted))}
          >
            {answer === undefined ? t("count") : t("again")}
          </Button>
          {answer === undefined ? (
            <span className="q sm">{t("cost", { director: director.name })}</span>
          ) : null}
        </div>
      )}
    </Section>
  );
};

type Clients = readonly Extract<BusiestAnswer, { status: "known" }>["clients"][number][];

/** Each client's entries, and to which real servers: one that is drained stands out. */
const ClientTable = ({ clients, director }: { clients: Clients; director: FleetDirector }) => {
  const t = useTranslations("connections.busiest");
  const servers = serverColumns(clients);
  const names = shortNames(servers);
  const drained = drainedServers(director);
  return (
    <div className="bleed">
      <table className="t busiest" data-testid="busiest">
        <thead>
          <tr>
            <th>{t("client")}</th>
            <th className="r">{t("entries")}</th>
            <th className="r">ESTABLISHED</th>
            <th className="r">FIN_WAIT</th>
            <th className="r">{t("templates")}</th>
            {servers.map((server) => (
              <th key={server} className="r" title={server} aria-label={server}>
                {names.get(server)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {clients.map((each) => (
            <tr key={each.address}>
              <td className="m">
                <Link href={pageOf(director.id, { client: each.address })}>{each.address}</Link>
              </td>
              <td className="r num">{printSum(each.connections + each.templates)}</td>
              <td className="r num">{printSum(each.established)}</td>
              <td className="r num">{each.finWait === undefined ? "" : printSum(each.finWait)}</td>
              <td className="r num">{printSum(each.templates)}</td>
              {servers.map((server) => (
                <td key={server} className={clsx("r", "num", drained.has(server) && "c-warn")}>
                  {printSum(each.byRealServer?.[server] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

/** Real servers of which every row has weight 0. */
const drainedServers = ({ state }: FleetDirector): ReadonlySet<string> => {
  const table = state === undefined ? undefined : knownValue(state.table);
  const rows = (table?.services ?? []).flatMap(({ destinations }) => destinations);
  const open = new Set(rows.filter(({ weight }) => weight > 0).map(destinationKey));
  return new Set(rows.map(destinationKey).filter((key) => !open.has(key)));
};
