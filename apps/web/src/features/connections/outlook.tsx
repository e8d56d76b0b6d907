"use client";
import { knownValue } from "@lvs/core/director/fact";
import { printExpiry } from "@lvs/core/ipvs/listing-connections";
import { findDestination } from "@lvs/core/ipvs/table";
import { printEndpoint } from "@lvs/core/net/endpoint";
import { Nib } from "@/ui/nib.tsx";
import { useTranslations } from "next-intl";
import type { Page } from "./choices.ts";
import type { Reading } from "./reading.ts";
import { compareBackup, readServed, type Served } from "./view-model.ts";

/** Where this client goes next, what a drain of its real server changes, what a failover does; of a table read to its end alone. */
export const Outlook = ({ page, reading }: { page: Page; reading: Reading }) => {
  const t = useTranslations("connections.outlook");
  const { answer, director, rows } = reading;
  if (answer?.completeness.kind !== "whole") return null;
  if (director?.state === undefined || rows === undefined || page.subject.kind !== "client") return null;
  const table = knownValue(director.state.table);
  const settings = knownValue(director.state.settings);
  const served = readServed(rows.connections, table);
  if (served.length === 0) return null;
  const quiescent = settings?.sysctls["expire_quiescent_template"];
  const held = served.filter(({ template }) => template !== undefined);
  const next = served.slice(0, 4).map((each) => nextWords(each, quiescent, t));
  const drained = held.length === 0 ? [t("drainPlain")] : held.map((each) => drainWords(each, quiescent, t));
  return (
    <Nib
      parts={[
        { title: t("now"), body: <Lines lines={next} /> },
        { title: t("ifDrained"), body: <Lines lines={drained} /> },
        { title: t("ifFailover", { director: director.name }), body: <Failover reading={reading} /> },
      ]}
    />
  );
};

type Words = ReturnType<typeof useTranslations<"connections.outlook">>;

const Lines = ({ lines }: { lines: readonly string[] }) => lines.map((line) => <p key={line}>{line}</p>);

/** Whether this kernel passes over a template whose real server has weight 0. */
const isPassedOver = ({ service, template }: Served, quiescent: string | undefined): boolean => {
  if (service === undefined || template === undefined || quiescent === undefined || quiescent === "0")
    return false;
  return findDestination(service, template.destination)?.weight === 0;
};

const nextWords = (served: Served, quiescent: string | undefined, t: Words): string => {
  const { service, template, virtual } = served;
  if (template !== undefined && !isPassedOver(served, quiescent))
    return t("toTemplate", {
      service: virtual,
      server: printEndpoint(template.destination),
      expires: printExpiry(template.expiresS),
    });
  if (service === undefined) return t("noService", { service: virtual });
  return t("byScheduler", { service: virtual, scheduler: service.scheduler });
};

const drainWords = (
  { service, template, virtual }: Served,
  quiescent: string | undefined,
  t: Words,
): string => {
  const server = template === undefined ? "" : printEndpoint(template.destination);
  const values = { service: virtual, server, timeout: service?.persistence?.timeoutS ?? 0 };
  if (quiescent === undefined) return t("drainUnknown", values);
  return quiescent === "0" ? t("drainHeld", values) : t("drainFree", values);
};

const Failover = ({ reading }: { reading: Reading }) => {
  const t = useTranslations("connections.outlook");
  const { answer, director, told } = reading;
  const own = told.find((each) => each.director.id === director?.id);
  const fellows = told.filter((each) => each !== own && each.director.clusterId === director?.clusterId);
  if (own === undefined || answer?.isCapped !== false) return <p>{t("notCompared")}</p>;
  if (fellows.length === 0) return <p>{t("noFellow")}</p>;
  return fellows.map((each) => {
    if (each.answer.completeness.kind !== "whole")
      return <p key={each.director.id}>{t("fellowNotWhole", { director: each.director.name })}</p>;
    const { broken, director: fellow } = compareBackup(own, each);
    const values = { director: fellow.name, count: broken.length };
    return <p key={fellow.id}>{t(broken.length === 0 ? "keeps" : "breaks", values)}</p>;
  });
};
