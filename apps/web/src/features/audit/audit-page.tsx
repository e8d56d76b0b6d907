"use client";
import { printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useSearch } from "@/client/search.ts";
import { useTRPCClient } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { State, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
import { Note } from "@/ui/note.tsx";
import { Segment } from "@/ui/segment.tsx";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

const outcomes = ["all", "done", "refused", "failed", "started"] as const;
type Outcome = (typeof outcomes)[number];

/** Who did what, when, with which outcome. Secrets are masked before they are written. */
export const AuditPage = () => {
  const t = useTranslations("audit");
  const refusal = useRefusal("admin");
  const search = useSearch();
  const outcome = outcomes.find((each) => each === search.get("outcome")) ?? "all";
  return (
    <main id="main">
      <div className="pane">
        <div className="bar">
          <h1 className="gap">{t("title")}</h1>
          <div className="end">
            <Segment
              label={t("outcome")}
              isWords
              value={outcome}
              choices={outcomes.map((value) => ({ value, text: t(`outcomes.${value}`) }))}
              onChange={(value) => search.set({ outcome: value === "all" ? "" : value })}
            />
          </div>
        </div>
        {refusal === undefined ? (
          <Entries outcome={outcome} />
        ) : (
          <Note tone="warn" glyph="lock">
            {refusal}
          </Note>
        )}
      </div>
    </main>
  );
};

const Entries = ({ outcome }: { outcome: Outcome }) => {
  const t = useTranslations("audit");
  const common = useTranslations("common");
  const client = useTRPCClient();
  const nowMs = useNow(5_000);
  const query = useInfiniteQuery(
    infiniteQueryOptions({
      queryKey: ["audit", outcome],
      queryFn: ({ pageParam }) =>
        client.audit.list.query({
          limit: 100,
          ...(outcome === "all" ? {} : { outcome }),
          ...(pageParam === "" ? {} : { beforeId: pageParam }),
        }),
      initialPageParam: "",
      getNextPageParam: (page) => page.nextBeforeId,
    }),
  );
  if (query.isError) return <QueryFailed query={query} />;
  if (query.data === undefined) return <Loading text={(seconds) => common("asking", { seconds })} />;
  const entries = query.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) return <Empty title={t("none")} />;
  return (
    <>
      <div className="wide-scroll">
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
                <td className="nw">{printTime(entry.atMs, nowMs)}</td>
                <td>{entry.actor}</td>
                <td className="m">{entry.procedure}</td>
                <td>
                  <OutcomeMark outcome={entry.outcome} />
                </td>
                <td className="m wrap sm">{entry.input === "null" ? "" : entry.input}</td>
                <td className="wrap">{entry.detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
