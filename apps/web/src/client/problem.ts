"use client";
import { TRPCClientError } from "@trpc/client";
import { useTranslations } from "next-intl";

/** Of these our sentence says only what kind of failure it is; why is in the words of the machine that was asked. */
const toldByMachines: ReadonlySet<string> = new Set([
  "agentUnreachable",
  "agentRefused",
  "agentFailed",
  "sshFailed",
  "hostKeyIsAnother",
]);

/** What a procedure answered when it refused or failed: our sentence for its code, and a machine's own words where there are any. */
export const useProblem = (): ((error: unknown) => { text: string; detail: string }) => {
  const t = useTranslations("problems");
  return (error) => {
    const detail = error instanceof Error ? error.message : String(error);
    const code = error instanceof TRPCClientError ? problemCode(error.data) : undefined;
    if (code === undefined || !t.has(code)) return { text: t("other"), detail };
    return { text: t(code), detail: toldByMachines.has(code) ? detail : "" };
  };
};

/** The same in one line. Undefined where nothing failed. */
export const useProblemText = (): ((error: unknown) => string | undefined) => {
  const problemOf = useProblem();
  return (error) => {
    if (error === null || error === undefined) return undefined;
    const { text, detail } = problemOf(error);
    return `${text} ${detail}`.trimEnd();
  };
};

const problemCode = (data: unknown): string | undefined => {
  if (typeof data !== "object" || data === null || !("problem" in data)) return undefined;
  return typeof data.problem === "string" ? data.problem : undefined;
};
