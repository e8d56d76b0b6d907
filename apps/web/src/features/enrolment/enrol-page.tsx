"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { Fleet, FleetDirector } from "@lvs/core/fleet/model";
import { printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Field, SelectField } from "@/ui/field.tsx";
import { Glyph, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { Nib } from "@/ui/nib.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState, type ReactNode } from "react";

interface Token {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly enrolUrl: string;
  readonly caFingerprint: string;
  /** Directors that were there before, by id: the new one is told by not being one of them. */
  readonly known: readonly string[];
}

const newCluster = "new";

/** A token, the command to run on the director, and what has been heard of it, live. */
export const EnrolPage = () => {
  const t = useTranslations("enrol");
  const fleet = useFleet();
  const refusal = useRefusal("admin");
  const [token, setToken] = useState<Token | undefined>(undefined);
  return (
    <main id="main">
      <div className="pane">
        <div className="doc">
          <h1>{fleet?.directors.length === 0 ? t("titleFirst") : t("title")}</h1>
          <p className="q lead">{t("meaning")}</p>
          {refusal === undefined ? null : <p className="c-warn">{refusal}</p>}
          {fleet === undefined || refusal !== undefined ? null : (
            <ol>
              <ClusterStep fleet={fleet} hasToken={token !== undefined} onToken={setToken} />
              <CommandStep token={token} />
              <FingerprintStep token={token} />
              <WaitStep fleet={fleet} token={token} />
            </ol>
          )}
          <Nib
            isFramed
            parts={[
              { title: t("now"), body: t("nowBody") },
              { title: t("if"), body: t("ifBody") },
              { title: t("back"), body: t("backBody") },
            ]}
          />
        </div>
      </div>
    </main>
  );
};

const ClusterStep = (props: { fleet: Fleet; hasToken: boolean; onToken: (token: Token) => void }) => {
  const { fleet, hasToken, onToken } = props;
  const t = useTranslations("enrol");
  const problemText = useProblemText();
  const trpc = useTRPC();
  const [clusterId, setClusterId] = useState(fleet.clusters[0]?.id ?? newCluster);
  const [name, setName] = useState("");
  const create = useMutation(trpc.clusters.create.mutationOptions());
  const make = useMutation(trpc.directors.createToken.mutationOptions());
  const ask = async (): Promise<void> => {
    const id = clusterId === newCluster ? (await create.mutateAsync({ name })).id : clusterId;
    setClusterId(id);
    const made = await make.mutateAsync({ clusterId: id, consoleHost: window.location.hostname });
    onToken({ ...made, known: fleet.directors.map((each) => each.id) });
  };
  const failure = create.error ?? make.error;
  const refusal = clusterId === newCluster && name.trim() === "" ? t("nameFirst") : undefined;
  return (
    <li>
      <b>1</b>
      <div>
        <h2>{t("cluster")}</h2>
        <div className="form-grid">
          <SelectField
            label={t("clusterLabel")}
            value={clusterId}
            onChange={setClusterId}
            choices={[
              ...fleet.clusters.map((each) => ({ value: each.id, text: each.name })),
              { value: newCluster, text: t("newCluster") },
            ]}
          />
          {clusterId === newCluster ? (
            <Field label={t("clusterName")} value={name} onChange={setName} />
          ) : null}
        </div>
        <div className="actions">
          <Button
            kind="primary"
            refusal={refusal}
            isBusy={create.isPending || make.isPending}
            onClick={() => void ask().catch(() => undefined)}
          >
            {hasToken ? t("newToken") : t("makeToken")}
          </Button>
        </div>
        {failure === null ? null : (
          <p className="c-down sm" role="alert">
            {problemText(failure)}
          </p>
        )}
      </div>
    </li>
  );
};

/** What the agent reads at its start (apps/agent/README.md). The token is one word without quotes in it. */
const commandOf = (token: Token): string => `LVS_AGENT_TOKEN='${token.token}' node agent.mjs`;

const CommandStep = ({ token }: { token: Token | undefined }) => {
  const t = useTranslations("enrol");
  const nowMs = useNow(1_000);
  return (
    <li>
      <b>2</b>
      <div>
        <h2>{t("command")}</h2>
        {token === undefined ? (
          <p className="q">{t("commandFirst")}</p>
        ) : (
          <>
            <p className="q">
              {t("validUntil", { at: printTime(token.expiresAtMs, nowMs), url: token.enrolUrl })}
            </p>
            <p className="cmd" data-testid="enrol-command">
              {commandOf(token)}
            </p>
            <div className="actions">
              <CopyButton
                text={() => commandOf(token)}
                label={t("copy")}
                done={t("copied")}
                failed={t("notCopied")}
              />
            </div>
          </>
        )}
      </div>
    </li>
  );
};

const FingerprintStep = ({ token }: { token: Token | undefined }) => {
  const t = useTranslations("enrol");
  return (
    <li>
      <b>3</b>
      <div>
        <h2>{t("fingerprint")}</h2>
        <p className="q">{t("fingerprintHint")}</p>
        {token === undefined ? null : <p className="m wrap">{token.caFingerprint}</p>}
      </div>
    </li>
  );
};

const WaitStep = ({ fleet, token }: { fleet: Fleet; token: Token | undefined }) => {
  const t = useTranslations("enrol");
  const arrived = token === undefined ? [] : fleet.directors.filter((each) => !token.known.includes(each.id));
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
