"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { Fleet, FleetDirector } from "@lvs/core/fleet/model";
import { Glyph, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";
import type { NewToken } from "./new-token.ts";

/** What has been heard of the director that used the token. */
export const WaitStep = ({ fleet, token }: { fleet: Fleet; token: NewToken | undefined }) => {
  const t = useTranslations("enrol");
  const arrived = token === undefined ? [] : fleet.directors.filter((each) => token.isFor(each));
  return (
    <li>
      <b>4</b>
      <div>
        <h2>{t("wait")}</h2>
        <div role="status">
          <ul className="proof">
            {arrived.length === 0 ? (
              <Came glyph="run" tone="plain">
                {token === undefined ? t("waitToken") : t("waiting")}
              </Came>
            ) : null}
            {arrived.map((director) => (
              <Arrived key={director.id} director={director} />
            ))}
          </ul>
        </div>
      </div>
    </li>
  );
};

const Came = (props: { glyph: GlyphName; tone: Tone; children: ReactNode }) => (
  <li>
    <Glyph name={props.glyph} tone={props.tone} />
    <span>{props.children}</span>
    <span />
  </li>
);

/** Clocks further apart than this are told: logs of two machines cannot be read together then. */
const clockTroubleMs = 1_000;

const Arrived = ({ director }: { director: FleetDirector }) => {
  const t = useTranslations("enrol");
  const { state } = director;
  const daemon = state === undefined ? undefined : knownValue(state.daemon);
  const offsetMs = director.clockOffsetMs ?? 0;
  return (
    <>
      <Came glyph="done" tone="ok">
        {t("arrived", { name: director.name, address: `${director.address}:${director.port}` })}
      </Came>
      <Came
        glyph={director.connection.status === "connected" ? "done" : "run"}
        tone={director.connection.status === "connected" ? "ok" : "plain"}
      >
        {t(`connection.${director.connection.status}`)}
      </Came>
      {state === undefined ? (
        <Came glyph="run" tone="plain">
          {t("firstFacts")}
        </Came>
      ) : (
        <Came glyph="done" tone="ok">
          {t("facts", {
            ipvs: knownValue(state.table)?.version ?? t("noIpvs"),
            keepalived: daemon?.version ?? "?",
            processes: daemon?.processes.length ?? 0,
            instances: knownValue(state.vrrp)?.length ?? 0,
            services: knownValue(state.config)?.configured.services.length ?? 0,
          })}
        </Came>
      )}
      {Math.abs(offsetMs) > clockTroubleMs ? (
        <Came glyph="warn" tone="warn">
          {t("clock", { offset: (offsetMs / 1_000).toFixed(1) })}
        </Came>
      ) : null}
      <li>
        <span />
        <Link href={`/directors/${director.id}`}>{t("open", { name: director.name })}</Link>
        <span />
      </li>
    </>
  );
};
