"use client";
import type { Fleet, FleetDirector } from "@lvs/core/fleet/model";
import { printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useSearch } from "@/client/search.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Field, SelectField } from "@/ui/field.tsx";
import { Nib } from "@/ui/nib.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { NewToken } from "./new-token.ts";
import { WaitStep } from "./wait-step.tsx";

const newCluster = "new";

/** A token, the command to run on the director, and what has been heard of it, live. */
export const EnrolPage = () => {
  const t = useTranslations("enrol");
  const fleet = useFleet();
  const refusal = useRefusal("admin");
  const [token, setToken] = useState<NewToken | undefined>(undefined);
  const againId = useSearch().get("director");
  const again = fleet?.directors.find(({ id }) => id === againId);
  const isFirst = fleet?.directors.length === 0;
  return (
    <main id="main">
      <div className="pane">
        <div className="doc">
          <h1>
            {again === undefined
              ? t(isFirst ? "titleFirst" : "title")
              : t("titleAgain", { name: again.name })}
          </h1>
          <p className="q lead">
            {again === undefined ? t("meaning") : t("meaningAgain", { name: again.name })}
          </p>
          {refusal === undefined ? null : <p className="c-warn">{refusal}</p>}
          {fleet === undefined || refusal !== undefined ? null : (
            <ol>
              {again === undefined ? (
                <ClusterStep fleet={fleet} hasToken={token !== undefined} onToken={setToken} />
              ) : (
                <AgainStep director={again} hasToken={token !== undefined} onToken={setToken} />
              )}
              <CommandStep token={token} isAgain={again !== undefined} />
              <FingerprintStep token={token} />
              <WaitStep fleet={fleet} token={token} />
            </ol>
          )}
          <Nib
            isFramed
            parts={[
              { title: t("now"), body: t("nowBody") },
              { title: t("if"), body: t(again === undefined ? "ifBody" : "ifBodyAgain") },
              { title: t("back"), body: t("backBody") },
            ]}
          />
        </div>
      </div>
    </main>
  );
};

const ClusterStep = (props: { fleet: Fleet; hasToken: boolean; onToken: (token: NewToken) => void }) => {
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
    const known = new Set(fleet.directors.map((each) => each.id));
    onToken({ ...made, isFor: (director) => !known.has(director.id) });
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

/** A director that is there already: its cluster and its record stay. */
const AgainStep = (props: {
  director: FleetDirector;
  hasToken: boolean;
  onToken: (token: NewToken) => void;
}) => {
  const { director, hasToken, onToken } = props;
  const t = useTranslations("enrol");
  const problemText = useProblemText();
  const trpc = useTRPC();
  const make = useMutation(
    trpc.directors.createRenewalToken.mutationOptions({
      onSuccess: (made) => {
        const before = director.certificateEndsAtMs;
        const isFor: NewToken["isFor"] = (each) =>
          each.id === director.id && each.certificateEndsAtMs !== before;
        onToken({ ...made, isFor });
      },
    }),
  );
  return (
    <li>
      <b>1</b>
      <div>
        <h2>{t("tokenAgain")}</h2>
        <p className="q">{t("tokenAgainHint", { name: director.name })}</p>
        <div className="actions">
          <Button
            kind="primary"
            isBusy={make.isPending}
            onClick={() => make.mutate({ id: director.id, consoleHost: window.location.hostname })}
          >
            {hasToken ? t("newToken") : t("makeToken")}
          </Button>
        </div>
        {make.isError ? (
          <p className="c-down sm" role="alert">
            {problemText(make.error)}
          </p>
        ) : null}
      </div>
    </li>
  );
};

/** What the agent reads at its start (apps/agent/README.md). The token is one word without quotes in it. */
const commandOf = (token: NewToken): string =>
  `LVS_AGENT_TOKEN='${token.token}' node --max-semi-space-size=4 agent.mjs`;

const CommandStep = ({ token, isAgain }: { token: NewToken | undefined; isAgain: boolean }) => {
  const t = useTranslations("enrol");
  const nowMs = useNow(1_000);
  return (
    <li>
      <b>2</b>
      <div>
        <h2>{t("command")}</h2>
        {isAgain ? <p>{t("stopFirst")}</p> : null}
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

const FingerprintStep = ({ token }: { token: NewToken | undefined }) => {
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
