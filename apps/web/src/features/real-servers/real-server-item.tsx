"use client";
import type { FleetRealServer } from "@lvs/core/fleet/model";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { Confirm } from "@/ui/confirm.tsx";
import { State } from "@/ui/glyph.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

/** One real server: read its host key, accept it, test the way in, take it off the list. */
export const RealServerItem = ({ realServer, cluster }: { realServer: FleetRealServer; cluster: string }) => {
  const t = useTranslations("realServers");
  const trpc = useTRPC();
  const read = useMutation(trpc.realServers.readHostKey.mutationOptions());
  const pin = useMutation(trpc.realServers.pinHostKey.mutationOptions());
  const test = useMutation(trpc.realServers.test.mutationOptions());
  const remove = useMutation(trpc.realServers.remove.mutationOptions());
  const operator = useRefusal("operator");
  const admin = useRefusal("admin");
  const presented = read.data?.presented.fingerprint;
  const isOther = presented !== undefined && presented !== realServer.hostKeyFingerprint;
  const id = { id: realServer.id };
  return (
    <>
      <tr
        data-row={realServer.id}
        tabIndex={0}
        className={isOther || read.isError || test.isError || test.isSuccess ? "has-why" : undefined}
      >
        <td>{cluster}</td>
        <td>
          <b>{realServer.name}</b>
        </td>
        <td className="m">
          {realServer.address}:{realServer.sshPort}
        </td>
        <td className="m">{realServer.serviceName}</td>
        <td>
          <HostKey fingerprint={realServer.hostKeyFingerprint} />
        </td>
        <td>
          <span className="act">
            <Button
              refusal={operator}
              isReasonElsewhere
              isBusy={read.isPending}
              onClick={() => read.mutate(id)}
              label={t("readKeyOf", { name: realServer.name })}
            >
              {t("readKey")}
            </Button>
            <Button
              refusal={
                operator ?? (realServer.hostKeyFingerprint === undefined ? t("acceptFirst") : undefined)
              }
              isReasonElsewhere
              isBusy={test.isPending}
              onClick={() => test.mutate(id)}
              label={t("testOf", { name: realServer.name })}
            >
              {t("test")}
            </Button>
            <Confirm
              trigger={t("remove")}
              kind="plain"
              title={t("removeTitle", { name: realServer.name })}
              body={<p>{t("removeBody", { name: realServer.name })}</p>}
              keep={t("keep")}
              act={t("removeAct", { name: realServer.name })}
              onAct={() => remove.mutate(id)}
              refusal={admin}
            />
          </span>
        </td>
      </tr>
      {presented !== undefined && isOther ? (
        <tr className="why">
          <td />
          <td colSpan={5}>
            <Presented
              fingerprint={presented}
              pinned={realServer.hostKeyFingerprint}
              refusal={admin}
              isBusy={pin.isPending}
              onAccept={() => pin.mutate({ ...id, fingerprint: presented })}
            />
          </td>
        </tr>
      ) : null}
      <Outcome error={read.error ?? pin.error ?? test.error ?? remove.error} tested={test.data} />
    </>
  );
};

const HostKey = ({ fingerprint }: { fingerprint: string | undefined }) => {
  const t = useTranslations("realServers");
  if (fingerprint === undefined)
    return (
      <State glyph="warn" tone="warn">
        {t("notAccepted")}
      </State>
    );
  return (
    <span title={fingerprint} className="m">
      {fingerprint.slice(0, 19)}…
    </span>
  );
};

const Presented = (props: {
  fingerprint: string;
  pinned: string | undefined;
  refusal: string | undefined;
  isBusy: boolean;
  onAccept: () => void;
}) => {
  const t = useTranslations("realServers");
  return (
    <div className={props.pinned === undefined ? "c-warn" : "c-down"}>
      {props.pinned === undefined ? t("presentedNew") : t("presentedOther", { pinned: props.pinned })}{" "}
      <span className="m wrap">{props.fingerprint}</span>{" "}
      <Button
        kind={props.pinned === undefined ? "primary" : "danger"}
        refusal={props.refusal}
        isBusy={props.isBusy}
        onClick={props.onAccept}
      >
        {t("accept")}
      </Button>
    </div>
  );
};

const Outcome = (props: {
  error: unknown;
  tested: { loopbackAddresses: readonly string[]; isArpSuppressed?: boolean | undefined } | undefined;
}) => {
  const t = useTranslations("realServers");
  const problemText = useProblemText();
  if (props.error !== null && props.error !== undefined)
    return (
      <tr className="why">
        <td />
        <td colSpan={5} className="c-down" role="alert">
          {problemText(props.error)}
        </td>
      </tr>
    );
  if (props.tested === undefined) return null;
  const { isArpSuppressed, loopbackAddresses } = props.tested;
  return (
    <tr className="why">
      <td />
      <td colSpan={5}>
        <State glyph="done" tone="ok">
          {t("signedIn")}
        </State>{" "}
        {t("loopback", { addresses: loopbackAddresses.join(", ") })}{" "}
        {isArpSuppressed === undefined ? "" : t(isArpSuppressed ? "arpSuppressed" : "arpOpen")}
      </td>
    </tr>
  );
};
