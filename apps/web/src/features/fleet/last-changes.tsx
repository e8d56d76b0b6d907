"use client";
import { printTime } from "@/client/format.ts";
import { useFleet, useLive, useNow } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useTRPC } from "@/client/trpc.ts";
import { KeyValues } from "@/ui/key-values.tsx";
import { Section } from "@/ui/section.tsx";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect } from "react";

/** What happened on the cluster's directors, newest first, in the director's own words. */
export const LastChanges = ({ clusterId }: { clusterId: string }) => {
  const t = useTranslations("changes");
  const trpc = useTRPC();
  const nowMs = useNow(1_000);
  const fleet = useFleet();
  const eventCount = useLive((live) => live.eventCount);
  const query = useQuery(trpc.events.list.queryOptions({ clusterId, limit: 8 }));
  const { refetch } = query;
  useEffect(() => {
    if (eventCount > 0) void refetch();
  }, [eventCount, refetch]);
  const nameOf = (id: string): string => fleet?.directors.find((each) => each.id === id)?.name ?? "";
  if (query.isError) return <QueryFailed query={query} />;
  const events = query.data?.events ?? [];
  return (
    <Section title={t("title")}>
      {events.length === 0 ? (
        <p className="q">{query.isPending ? "" : t("none")}</p>
      ) : (
        <KeyValues
          isLeft
          entries={events.map((event) => ({
            key: event.id,
            name: printTime(event.atMs, nowMs),
            value: (
              <>
                {nameOf(event.directorId)} {t(`kinds.${event.kind}`)}{" "}
                <span className="m sm">{event.subject}</span> <span className="q sm">{event.detail}</span>
              </>
            ),
          }))}
        />
      )}
    </Section>
  );
};
