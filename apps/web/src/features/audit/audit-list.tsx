"use client";
import { printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { RecordList } from "@/client/record-list.tsx";
import type { RecordQuestion } from "@/client/record-search.ts";
import { useTRPCClient } from "@/client/trpc.ts";
import { State, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { About } from "./about.tsx";

export const outcomes = ["done", "refused", "failed", "started"] as const;
type Outcome = (typeof outcomes)[number];

interface Asked {
  readonly question: RecordQuestion;
  /** Undefined: whatever came of it. */
  readonly outcome: Outcome | undefined;
}

const useEntries = ({ outcome, question }: Asked) => {
  const client = useTRPCClient();
  return useInfiniteQuery(
    infiniteQueryOptions({
      queryKey: ["audit", outcome, question],
      queryFn: ({ pageParam }) =>
        client.audit.list.query({
          limit: 100,
          ...question,
          ...(outcome === undefined ? {} : { outcome }),
          ...(pageParam === "" ? {} : { beforeId: pageParam }),
        }),
      initialPageParam: "",
      getNextPageParam: (page) => page.nextBeforeId,
    }),
  );
};

type Entry = NonNullable<ReturnType<typeof useEntries>["data"]>["pages"][number]["entries"][number];

export const AuditList = (asked: Asked) => {
  const query = useEntries(asked);
  const { outcome, question } = asked;
  return (
    <RecordList
      query={query}
      rowsOf={(page) => page.entries}
      isAsked={outcome !== undefined || Object.keys(question).length > 0}
      lines={(rows) =>
        rows.map((row) => [
          new Date(row.atMs).toISOString(),
          row.actor,
          row.procedure,
          row.outcome,
          row.input,
          row.detail,
        ])
      }
    >
      {(rows) => <AuditTable entries={rows} />}
    </RecordList>
  );
};

const AuditTable = ({ entries }: { entries: readonly Entry[] }) => {
  const t = useTranslations("audit");
  const nowMs = useNow(5_000);
  return (
    <table className="t audit">
      <thead>
        <tr>
          <th>{t("columns.at")}</th>
          <th>{t("columns.actor")}</th>
          <th>{t("columns.procedure")}</th>
          <th>{t("columns.outcome")}</th>
          <th>{t("columns.input")}</th>
          <th>{t("columns.detail")}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id} tabIndex={0} data-row={entry.id}>
            <td className="nw" title={new Date(entry.atMs).toISOString()}>
              {printTime(entry.atMs, nowMs)}
            </td>
            <td>{entry.actor}</td>
            <td className="m">{entry.procedure}</td>
            <td className="nw">
              <OutcomeMark outcome={entry.outcome} />
            </td>
            <td className="wrap sm">
              <About entry={entry} />
            </td>
            <td className="wrap">{entry.detail}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const looks: Readonly<Record<string, { glyph: GlyphName; tone: Tone }>> = {
  done: { glyph: "done", tone: "ok" },
  refused: { glyph: "lock", tone: "warn" },
  failed: { glyph: "down", tone: "down" },
  started: { glyph: "run", tone: "stale" },
};

const OutcomeMark = ({ outcome }: { outcome: string }) => {
  const t = useTranslations("audit.outcomes");
  const look = looks[outcome] ?? { glyph: "unknown", tone: "stale" };
  return (
    <State glyph={look.glyph} tone={look.tone}>
      {t.has(outcome) ? t(outcome) : outcome}
    </State>
  );
};
