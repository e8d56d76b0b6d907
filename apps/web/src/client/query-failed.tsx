"use client";
import { Failed } from "@/ui/list-state.tsx";
import { useTranslations } from "next-intl";
import { useProblem } from "./problem.ts";

/** A question that the console could not answer: what it said, and one way to ask again. */
export const QueryFailed = ({ query }: { query: { error: unknown; refetch: () => Promise<unknown> } }) => {
  const t = useTranslations("common");
  const { text, detail } = useProblem()(query.error);
  return <Failed text={text} detail={detail} retry={t("retry")} onRetry={() => void query.refetch()} />;
};
