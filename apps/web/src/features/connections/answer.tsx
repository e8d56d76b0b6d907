"use client";
import { knownValue } from "@lvs/core/director/fact";
import { printSeconds, printSum } from "@/client/format.ts";
import { State } from "@/ui/glyph.tsx";
import { useLocale, useTranslations } from "next-intl";
import { Fragment, type ReactNode } from "react";
import type { Page } from "./choices.ts";
import { printSubject } from "./question.ts";
import type { Reading } from "./reading.ts";
import { compareBackup, readServed, type Backup, type Served, type Told } from "./view-model.ts";

const namedServers = 6;
const namedPorts = 5;

/** The answer in one sentence, then how sure it is: what the other directors know, who could not be asked. */
export const Answer = ({ page, reading }: { page: Page; reading: Reading }) => (
  <div
    className="sec answer"
    // While it grows it changes several times a second: it is told once, when it stands.
    role={reading.state.kind === "going" ? undefined : "status"}
    data-testid="answer"
  >
    <p>
      <Sentence page={page} reading={reading} />
    </p>
    <p className="q">
      <Sureness page={page} reading={reading} />
    </p>
    {reading.untold.map((each) => (
      <Untold key={each.director.id} untold={each} />
    ))}
    {reading.told
      .filter(({ director }) => director.id !== reading.director?.id)
      .map((each) => (
        <HalfTold key={each.director.id} told={each} />
      ))}
  </div>
);

const Sentence = ({ page, reading }: { page: Page; reading: Reading }) => {
  const t = useTranslations("connections.answer");
  const { answer, director, rows } = reading;
  const client = <b className="m">{printSubject(page.subject)}</b>;
  const table = director?.state === undefined ? undefined : knownValue(director.state.table);
  const served = rows === undefined ? [] : readServed(rows.connections, table);
  if (served.length === 0 || director === undefined) return <NotFound client={client} reading={reading} />;
  const live = served.filter(({ isOver }) => !isOver);
  const shown = live.length === 0 ? served : live;
  const closed = answer?.completeness.kind === "whole" ? "wasServed" : "wasServedSoFar";
  return t.rich(live.length === 0 ? closed : "served", {
    client: () => client,
    clauses: () => <Clauses served={shown} />,
    director: () => <b>{director.name}</b>,
  });
};

/** A no only where every table that could be asked was read to its end. */
const NotFound = ({ client, reading }: { client: ReactNode; reading: Reading }) => {
  const t = useTranslations("connections.answer");
  const { isWhole, progress, state, told, untold } = reading;
  const values = { client: () => client, entries: progress.entryCount };
  if (state.kind === "going") return t.rich("lookedFor", values);
  if (told.length === 0 && (untold.length > 0 || !isWhole)) return t.rich("nobodyAsked", values);
  return t.rich(isWhole ? "nobody" : "notAmongRead", values);
};

/** "A and B for TCP 192.0.2.1:80, and C for TCP 192.0.2.1:443" in the reader's language. */
const Clauses = ({ served }: { served: readonly Served[] }) => {
  const t = useTranslations("connections.answer");
  return (
    <Listed
      items={served.map((each) => ({
        key: each.virtual,
        node: t.rich("clause", {
          servers: () => <Servers names={each.servers} />,
          service: () => <span className="m nw">{each.virtual}</span>,
        }),
      }))}
    />
  );
};

const Servers = ({ names }: { names: readonly string[] }) => {
  const t = useTranslations("connections.answer");
  const rest = names.length - namedServers;
  const items: { key: string; node: ReactNode }[] = names
    .slice(0, namedServers)
    .map((name) => ({ key: name, node: <b className="m">{name}</b> }));
  if (rest > 0) items.push({ key: "rest", node: t("more", { count: rest }) });
  return <Listed items={items} />;
};

const Listed = ({ items }: { items: readonly { key: string; node: ReactNode }[] }) => {
  const locale = useLocale();
  const nodes = new Map(items.map(({ key, node }) => [key, node]));
  const parts = new Intl.ListFormat(locale).formatToParts(nodes.keys());
  return parts.map(({ type, value }, index) => (
    <Fragment key={`${String(index)} ${value}`}>{type === "element" ? nodes.get(value) : value}</Fragment>
  ));
};

const Sureness = ({ page, reading }: { page: Page; reading: Reading }) => {
  const t = useTranslations("connections.answer");
  const { answer, director, isWhole, rows, state } = reading;
  const isOwnWhole = answer?.completeness.kind === "whole";
  const own = reading.told.find((each) => each.director.id === director?.id);
  const others = reading.told.filter((each) => each !== own);
  const knowing = others.filter(
    (each) => each.director.clusterId !== director?.clusterId && each.answer.connections.length > 0,
  );
  const fellows = others.filter(
    (each) => each.director.clusterId === director?.clusterId && each.answer.completeness.kind === "whole",
  );
  const sentences: string[] = [];
  if (director !== undefined && rows !== undefined)
    sentences.push(
      t(isOwnWhole ? "counts" : "countsSoFar", {
        entries: answer?.entryCount ?? 0,
        connections: rows.totals.connections,
        templates: rows.totals.templates,
        director: director.name,
      }),
    );
  const words = useBackupWords();
  if (own !== undefined && own.answer.connections.length > 0 && isOwnWhole && !answer.isCapped)
    for (const other of fellows) sentences.push(words(compareBackup(own, other)));
  if (page.subject.kind === "client" && state.kind === "done")
    sentences.push(
      t(knowing.length > 0 ? "askedOthers" : isWhole ? "asked" : "askedNotWhole", {
        count: reading.told.length + reading.untold.length,
        took: printSeconds(state.tookMs),
        others: knowing.map((each) => each.director.name).join(", "),
      }),
    );
  return sentences.join(t("gap"));
};

/** What a failover now would keep, as far as the other director's copy says. */
const useBackupWords = (): ((backup: Backup) => string) => {
  const t = useTranslations("connections.answer");
  return ({ broken, director, known, total }) => {
    const settings = director.state === undefined ? undefined : knownValue(director.state.settings);
    const listens = settings?.syncDaemons.some(({ role }) => role === "backup");
    const values = { director: director.name, known, total };
    const tail = listens === false ? t("gap") + t("noSync", values) : "";
    if (known === total) return t("knowsAll", values) + tail;
    if (broken.length === 0) return t("knowsSome", values) + tail;
    const ports = broken.slice(0, namedPorts).map(({ client }) => `:${client.port}`);
    const rest = broken.length - ports.length;
    if (rest > 0) ports.push(t("more", { count: rest }));
    return t("wouldBreak", { ...values, count: printSum(broken.length), ports: ports.join(", ") }) + tail;
  };
};

/** Another director whose reading broke off: what it has not told is no no, either. */
const HalfTold = ({ told: { answer, director } }: { told: Told }) => {
  const t = useTranslations("connections.answer");
  if (answer.completeness.kind !== "broken") return null;
  return (
    <p className="sm">
      <State glyph="unknown" tone="stale">
        {t("brokeOff", { director: director.name, entries: answer.entryCount })}
      </State>{" "}
      <span className="q">{answer.completeness.reason}</span>
    </p>
  );
};

/** Could not ask is never a no. */
const Untold = ({ untold }: { untold: Reading["untold"][number] }) => {
  const t = useTranslations("connections.answer");
  return (
    <p className="sm">
      <State glyph="unknown" tone="stale">
        {t(untold.why === "failed" ? "notAsked" : "noModule", { director: untold.director.name })}
      </State>{" "}
      <span className="q">{untold.reason}</span>
    </p>
  );
};
