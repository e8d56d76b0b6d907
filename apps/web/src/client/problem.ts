"use client";
import { TRPCClientError } from "@trpc/client";
import { useTranslations } from "next-intl";

/** What a procedure answered when it refused or failed: our sentence for its code, and its own words as the detail. */
export const useProblem = (): ((error: unknown) => { text: string; detail: string; isKnown: boolean }) => {
  const t = useTranslations("problems");
  return (error) => {
    const detail = error instanceof Error ? error.message : String(error);
    const code = error instanceof TRPCClientError ? problemCode(error.data) : undefined;
    if (code !== undefined && t.has(code)) return { text: t(code), detail, isKnown: true };
    return { text: t("other"), detail, isKnown: false };
  };
};

/** Our sentence for the refusal; the machine's own words only where there is none. Undefined where nothing failed. */
export const useProblemText = (): ((error: unknown) => string | undefined) => {
  const problemOf = useProblem();
  return (error) => {
    if (error === null || error === undefined) return undefined;
    const { text, detail, isKnown } = problemOf(error);
    return isKnown ? text : `${text} ${detail}`;
  };
};

const problemCode = (data: unknown): string | undefined => {
  if (typeof data !== "object" || data === null || !("problem" in data)) return undefined;
  return typeof data.problem === "string" ? data.problem : undefined;
};
