"use client";
import { useFleet } from "@/client/live.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { readSubject, type Entry } from "./subject.ts";

/** With what somebody called a procedure: the way to the director or the run that it names, then the whole of it. */
export const About = ({ entry }: { entry: Entry }) => {
  const t = useTranslations("audit");
  const fleet = useFleet();
  const { directorId, runId } = readSubject(entry);
  const { input } = entry;
  const director = fleet?.directors.find(({ id }) => id === directorId);
  const run = fleet?.runs.find(({ id }) => id === runId);
  return (
    <>
      {director === undefined ? null : <Link href={`/directors/${director.id}`}>{director.name}</Link>}
      {runId === undefined ? null : (
        <Link href={`/runs/${runId}`}>{t("run", { number: run?.number ?? runId.slice(0, 8) })}</Link>
      )}
      {director === undefined && runId === undefined ? null : " "}
      <span className="m">{input === "null" ? "" : input}</span>
    </>
  );
};
