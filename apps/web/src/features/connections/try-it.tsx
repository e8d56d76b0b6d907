"use client";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { printSeconds, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { State, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { Section } from "@/ui/section.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

const servicesAtMost = 4;
/** What is printed in hundredths of a second took at most one. */
const leastToldMs = 10;

/** Connects to the services as a client does, when a person wants it, and says who got the connection. */
export const TryIt = ({ director, services }: { director: FleetDirector; services: readonly string[] }) => {
  const t = useTranslations("connections.tryIt");
  const tcp = services.filter((service) => service.startsWith("TCP ") && !service.endsWith(":0"));
  if (tcp.length === 0) return null;
  return (
    <Section title={t("title")} aside={t("from")}>
      <p className="q">{t("does", { director: director.name })}</p>
      {tcp.slice(0, servicesAtMost).map((service) => (
        <Attempt key={service} director={director} service={service} />
      ))}
    </Section>
  );
};

const Attempt = ({ director, service }: { director: FleetDirector; service: string }) => {
  const t = useTranslations("connections.tryIt");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const refusal = useRefusal("operator");
  const attempt = useMutation(trpc.connections.tryService.mutationOptions());
  return (
    <div className="try" data-testid="try-it">
      <div className="actions">
        <Button
          refusal={refusal}
          isBusy={attempt.isPending}
          onClick={() => attempt.mutate({ directorId: director.id, service })}
        >
          {t("run", { service })}
        </Button>
      </div>
      {attempt.isError ? (
        <p className="c-down" role="alert">
          {problemText(attempt.error)}
        </p>
      ) : null}
      {attempt.data === undefined || attempt.isPending ? null : (
        <Outcome answer={attempt.data} director={director} service={service} />
      )}
    </div>
  );
};

type Answer = NonNullable<ReturnType<typeof useAnswer>["data"]>;
const useAnswer = () => useMutation(useTRPC().connections.tryService.mutationOptions());

const Outcome = (props: { answer: Answer; director: FleetDirector; service: string }) => {
  const { answer, director, service } = props;
  const t = useTranslations("connections.tryIt");
  const nowMs = useNow(1_000);
  const { vip } = answer;
  const values = {
    service,
    director: director.name,
    took: printSeconds(Math.max(leastToldMs, answer.tookMs)),
  };
  const { glyph, tone } = looks[vip.status];
  return (
    <div role="status">
      <p>
        <State glyph={glyph} tone={tone}>
          {vip.status === "answered" ? t("answered", { ...values, from: vip.from }) : t(vip.status, values)}
        </State>{" "}
        <span className="q sm">{t("at", { at: printTime(answer.atMs, nowMs) })}</span>
      </p>
      {vip.status === "answered" ? <Served answer={vip} director={director} /> : null}
      {vip.status === "failed" ? <p className="m sm">{vip.reason}</p> : null}
      <RealServers answer={answer} />
    </div>
  );
};

const looks: Readonly<Record<Answer["vip"]["status"], { glyph: GlyphName; tone: Tone }>> = {
  answered: { glyph: "done", tone: "ok" },
  refused: { glyph: "down", tone: "down" },
  silent: { glyph: "down", tone: "down" },
  failed: { glyph: "unknown", tone: "stale" },
};

const Served = (props: {
  answer: Extract<Answer["vip"], { status: "answered" }>;
  director: FleetDirector;
}) => {
  const t = useTranslations("connections.tryIt");
  const { from, servedBy } = props.answer;
  switch (servedBy.status) {
    case "known":
      return (
        <p>
          {t.rich("servedBy", {
            director: servedBy.director,
            server: () => <b className="m">{servedBy.realServer}</b>,
          })}
        </p>
      );
    case "nobody":
      return <p>{t("nobody", { from, director: props.director.name })}</p>;
    case "notAsked":
      return (
        <p>
          {t("notAsked")} <span className="q sm">{servedBy.reason}</span>
        </p>
      );
  }
};

/** Past the director: what is wrong there is not the director's fault. */
const RealServers = ({ answer }: { answer: Answer }) => {
  const t = useTranslations("connections.tryIt");
  const { realServers, realServersLeftOut } = answer;
  if (realServers.length === 0) return <p>{t("noRealServer")}</p>;
  return (
    <>
      <p className="q">{t("direct")}</p>
      <ul className="try-list">
        {realServers.map(({ answers, name }) => (
          <li key={name}>
            <span className="m">{name}</span>{" "}
            {answers === undefined ? (
              <State glyph="unknown" tone="stale">
                {t("noAnswer")}
              </State>
            ) : (
              <State glyph={answers ? "done" : "down"} tone={answers ? "ok" : "down"}>
                {t(answers ? "answers" : "refuses")}
              </State>
            )}
          </li>
        ))}
      </ul>
      {realServersLeftOut === 0 ? null : (
        <p className="q sm">{t("leftOut", { count: realServersLeftOut })}</p>
      )}
    </>
  );
};
