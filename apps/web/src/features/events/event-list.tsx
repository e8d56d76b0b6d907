"use client";
import { useEventWords } from "@/client/event-words.ts";
import { printTime } from "@/client/format.ts";
import { useFleet, useLive, useNow } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useTRPCClient } from "@/client/trpc.ts";
import { Button } from "@/ui/button.tsx";
import { State } from "@/ui/glyph.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useEffect, useState } from "react";
import { kindsOf, looks, type Group } from "./kinds.ts";

const pageRows = 100;

interface Asked {
  readonly group: Group | "all";
  readonly directorId: string;
}

const useEvents = ({ directorId, group }: Asked) => {
  const client = useTRPCClient();
  return useInfiniteQuery(
    infiniteQueryOptions({
      queryKey: ["events", group, directorId],
      queryFn: ({ pageParam }) =>
        client.events.list.query({
          limit: pageRows,
          ...(group === "all" ? {} : { kinds: kindsOf(group) }),
          ...(directorId === "" ? {} : { directorId }),
          ...(pageParam === "" ? {} : { beforeId: pageParam }),
        }),
      initialPageParam: "",
      getNextPageParam: (page) => page.nextBeforeId,
    }),
  );
};

/** New events are read as they come while the newest page alone is shown; whoever reads older ones is told and asks. */
export const EventList = (asked: Asked) => {
  const t = useTranslations("events");
  const common = useTranslations("common");
  const query = useEvents(asked);
  const { refetch } = query;
  const eventCount = useLive((live) => live.eventCount);
  const [readAt, setReadAt] = useState(eventCount);
  const pageCount = query.data?.pages.length ?? 0;
  const isNew = eventCount > readAt;
  useEffect(() => {
    if (!isNew || pageCount > 1) return;
    setReadAt(eventCount);
    void refetch();
  }, [eventCount, isNew, pageCount, refetch]);
  if (query.isError) return <QueryFailed query={query} />;
  if (query.data === undefined) return <Loading text={(seconds) => common("asking", { seconds })} />;
  const events = query.data.pages.flatMap((page) => page.events);
  const readAgain = (): void => {
    setReadAt(eventCount);
    void refetch();
  };
  if (events.length === 0) return <Empty title={t("none")} />;
  return (
    <>
      {isNew && pageCount > 1 ? (
        <div className="sec" role="status">
          <Button onClick={readAgain}>{t("newer", { count: eventCount - readAt })}</Button>
        </div>
      ) : null}
      <EventTable events={events} />
      {query.hasNextPage ? (
        <div className="sec">
          <Button onClick={() => void query.fetchNextPage()} isBusy={query.isFetchingNextPage}>
            {t("older")}
          </Button>
        </div>
      ) : null}
    </>
  );
};

type Events = NonNullable<ReturnType<typeof useEvents>["data"]>["pages"][number]["events"];

const EventTable = ({ events }: { events: Events }) => {
  const t = useTranslations("events");
  const words = useEventWords();
  const fleet = useFleet();
  const nowMs = useNow(5_000);
  return (
    <table className="t events" data-testid="events">
      <thead>
        <tr>
          <th>{t("columns.at")}</th>
          <th>{t("columns.director")}</th>
          <th>{t("columns.what")}</th>
          <th>{t("columns.subject")}</th>
          <th>{t("columns.detail")}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => {
          const director = fleet?.directors.find(({ id }) => id === event.directorId);
          const href = `/directors/${event.directorId}`;
          const { glyph, tone } = looks[event.kind];
          const said = words(event);
          return (
            <tr key={event.id} tabIndex={0} data-row={event.id} data-href={href}>
              <td className="nw">{printTime(event.atMs, nowMs)}</td>
              <td className="nw">
                <Link href={href}>{director?.name ?? event.directorId}</Link>
              </td>
              <td className="nw">
                <State glyph={glyph} tone={tone}>
                  {said.what}
                </State>
              </td>
              <td className="m wrap">{event.subject}</td>
              <td className="wrap q">{said.detail}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
};
