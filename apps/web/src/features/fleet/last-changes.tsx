"use client";
import { useEventWords } from "@/client/event-words.ts";
import { useFollowEvents } from "@/client/follow-events.ts";
import { printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useTRPC } from "@/client/trpc.ts";
import { KeyValues } from "@/ui/key-values.tsx";
import { Section } from "@/ui/section.tsx";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";

/** What happened on the cluster's directors, newest first. */
export const LastChanges = ({ clusterId }: { clusterId: string }) => {
  const t = useTranslations("changes");
  const words = useEventWords();
  const trpc = useTRPC();
  const nowMs = useNow(1_000);
  const fleet = useFleet();
  const query = useQuery(trpc.events.list.queryOptions({ clusterId, limit: 8 }));
  useFollowEvents(query);
  const nameOf = (id: string): string => fleet?.directors.find((each) => each.id === id)?.name ?? "";
  if (query.isError) return <QueryFailed query={query} />;
  const events = query.data?.events ?? [];
  return (
    <Section title={t("title")} aside={<Link href="/events">{t("all")}</Link>}>
      {events.length === 0 ? (
        <p className="q">{query.isPending ? "" : t("none")}</p>
      ) : (
        <KeyValues
          isLeft
          entries={events.map((event) => {
            const { detail, subject, what } = words(event);
            return {
              key: event.id,
              name: printTime(event.atMs, nowMs),
              value: (
                <>
                  {nameOf(event.directorId)} {what} <span className="m sm">{subject}</span>{" "}
                  <span className="q sm">{detail}</span>
                </>
              ),
            };
          })}
        />
      )}
    </Section>
  );
};
