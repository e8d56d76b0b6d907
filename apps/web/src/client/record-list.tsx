"use client";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { QueryFailed } from "./query-failed.tsx";

/** A question whose answer comes page by page, newest first. */
interface Paged<Page> {
  readonly data: { readonly pages: readonly Page[] } | undefined;
  readonly isError: boolean;
  readonly error: unknown;
  readonly refetch: () => Promise<unknown>;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}

/**
 * One list of the record in all its states: asked, failed, empty, and page after page as far as somebody reads. `lines`: the rows as they
 * are copied, cells by tab, so that a spreadsheet takes them.
 */
export const RecordList = <Page, Row>(props: {
  query: Paged<Page>;
  rowsOf: (page: Page) => readonly Row[];
  lines: (rows: readonly Row[]) => readonly (readonly string[])[];
  isAsked: boolean;
  above?: ReactNode;
  children: (rows: readonly Row[]) => ReactNode;
}) => {
  const t = useTranslations("record");
  const common = useTranslations("common");
  const { isAsked, lines, query, rowsOf } = props;
  if (query.isError) return <QueryFailed query={query} />;
  if (query.data === undefined) return <Loading text={(seconds) => common("asking", { seconds })} />;
  const rows = query.data.pages.flatMap(rowsOf);
  if (rows.length === 0) return <Empty title={t(isAsked ? "noneSo" : "none")} />;
  return (
    <>
      {props.above}
      {props.children(rows)}
      <div className="sec actions">
        {query.hasNextPage ? (
          <Button onClick={() => void query.fetchNextPage()} isBusy={query.isFetchingNextPage}>
            {t("older")}
          </Button>
        ) : null}
        <CopyButton
          text={() => printLines(lines(rows))}
          label={t("copy", { count: rows.length })}
          done={t("copied")}
          failed={t("notCopied")}
        />
      </div>
    </>
  );
};

/** What separates cells and rows cannot stand in one. */
const printLines = (lines: readonly (readonly string[])[]): string =>
  lines.map((cells) => `${cells.map((cell) => cell.replaceAll(/\s+/gu, " ")).join("\t")}\n`).join("");
