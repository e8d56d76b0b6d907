"use client";
import type { FleetEvent } from "@lvs/core/fleet/fleet-event";
import { useEventWords } from "@/client/event-words.ts";
import { useFollowEvents } from "@/client/follow-events.ts";
import { printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { RecordList } from "@/client/record-list.tsx";
import type { RecordQuestion } from "@/client/record-search.ts";
import { useTRPCClient } from "@/client/trpc.ts";
import { Button } from "@/ui/button.tsx";
import { State } from "@/ui/glyph.tsx";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { looks } from "./kinds.ts";

const pageRows = 100;

interface Asked {
  readonly question: RecordQuestion;
  /** Undefined: of every kind. */
  readonly kinds: readonly FleetEvent["kind"][] | undefined;
}

const useEvents = ({ kinds, question }: Asked) => {
  const client = useTRPCClient();
  return useInfiniteQuery(
    infiniteQueryOptions({
      queryKey: ["events", kinds, question],
      queryFn: ({ pageParam }) =>
        client.events.list.query({
          limit: pageRows,
          ...question,
          ...(kinds === undefined ? {} : { kinds: [...kinds] }),
          ...(pageParam === "" ? {} : { beforeId: pageParam }),
        }),
      initialPageParam: "",
      getNextPageParam: (page) => page.nextBeforeId,
    }),
  );
};

type EventRow = NonNullable<ReturnType<typeof useEvents>["data"]>["pages"][number]["events"][number];

/** New events are read as they come while the newest page alone is shown; whoever reads older ones is told and asks. */
export const EventList = (asked: Asked) => {
  const t = useTranslations("events");
  const words = useEventWords();
  const nameOf = useDirectorNames();
  const query = useEvents(asked);
  const isReading = (query.data?.pages.length ?? 0) > 1;
  const { newCount, readAgain } = useFollowEvents(query, !isReading);
  const { question, kinds } = asked;
  return (
    <RecordList
      query={query}
      rowsOf={(page) => page.events}
      isAsked={kinds !== undefined || Object.keys(question).length > 0}
      lines={(rows) =>
        rows.map((row) => {
          const { detail, subject, what } = words(row);
          return [new Date(row.atMs).toISOString(), nameOf(row.directorId), what, subject, detail];
        })
      }
      above={
        isReading && newCount > 0 ? (
          <div className="sec" role="status">
            <Button onClick={readAgain}>{t("newer", { count: newCount })}</Button>
          </div>
        ) : null
      }
    >
      {(rows) => <EventTable events={rows} />}
    </RecordList>
  );
};

const useDirectorNames = (): ((id: string) => string) => {
  const fleet = useFleet();
  return (id) => fleet?.directors.find((each) => each.id === id)?.name ?? id;
};

const EventTable = ({ events }: { events: readonly EventRow[] }) => {
  const t = useTranslations("events");
  const words = useEventWords();
  const nameOf = useDirectorNames();
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
          const href = `/directors/${event.directorId}`;
          const { glyph, tone } = looks[event.kind];
          const said = words(event);
          return (
            <tr key={event.id} tabIndex={0} data-row={event.id} data-href={href}>
              <td className="nw" title={new Date(event.atMs).toISOString()}>
                {printTime(event.atMs, nowMs)}
              </td>
              <td className="nw">
                <Link href={href}>{nameOf(event.directorId)}</Link>
              </td>
              <td className="nw">
                <State glyph={glyph} tone={tone}>
                  {said.what}
                </State>
              </td>
              <td className="m wrap">{said.subject}</td>
              <td className="wrap q">{said.detail}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
};
