"use client";
import { directorAge, isUsable } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import type { IpvsSettings } from "@lvs/core/director/state";
import { isShortened, type SetTimeoutsResult } from "@lvs/core/director/table-commands";
import { timeoutConcerns } from "@lvs/core/ipvs/genl-settings";
import type { Timeouts } from "@lvs/core/ipvs/listing-state";
import { useFleet, useNow } from "@/client/live.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { EntryForm, useEntries } from "@/ui/entry-form.tsx";
import { Field } from "@/ui/field.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

type Done = Extract<SetTimeoutsResult, { outcome: "done" }>;

/** `ipvsadm --set`: what stands, and a form that says beforehand what a change ends. */
export const TimeoutsForm = (props: { director: FleetDirector; settings: IpvsSettings }) => {
  const t = useTranslations("connections.timeouts");
  const { director, settings } = props;
  const [wanted, setWanted] = useState<Timeouts>();
  const [done, setDone] = useState<Done>();
  const roleRefusal = useRefusal("operator");
  const now = settings.timeouts;
  const printed = ({ tcpS, tcpFinS, udpS }: Timeouts): string => `${tcpS} ${tcpFinS} ${udpS}`;
  return (
    <>
      <p className="m">{`ipvsadm --set ${printed(now)}`}</p>
      <p className="q sm">{t("meaning", { tcp: now.tcpS, fin: now.tcpFinS, udp: now.udpS })}</p>
      {done === undefined ? null : (
        <p role="status">
          {t("done", {
            director: director.name,
            now: printed(done.timeouts),
            before: printed(done.previous),
          })}
        </p>
      )}
      {wanted === undefined ? (
        <div className="actions">
          <Button refusal={roleRefusal} onClick={() => setWanted(now)}>
            {t("change")}
          </Button>
          {done === undefined ? null : (
            <Button refusal={roleRefusal} onClick={() => setWanted(done.previous)}>
              {t("undo", { before: printed(done.previous) })}
            </Button>
          )}
        </div>
      ) : (
        <Change
          key={printed(wanted)}
          director={director}
          settings={settings}
          first={wanted}
          onDone={(result) => {
            setDone(result);
            setWanted(undefined);
          }}
          onLeave={() => setWanted(undefined)}
        />
      )}
    </>
  );
};

const names = ["tcpS", "tcpFinS", "udpS"] as const;

/** A whole number of seconds from 1 on; undefined for anything else. */
const secondsOf = (text: string): number | undefined =>
  /^[1-9]\d{0,6}$/u.test(text.trim()) ? Number(text) : undefined;

interface ChangeProps {
  readonly director: FleetDirector;
  readonly settings: IpvsSettings;
  readonly first: Timeouts;
  readonly onDone: (done: Done) => void;
  readonly onLeave: () => void;
}

const Change = ({ director, first, onDone, onLeave, settings }: ChangeProps) => {
  const t = useTranslations("connections.timeouts");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const { field, values } = useEntries({
    tcpS: String(first.tcpS),
    tcpFinS: String(first.tcpFinS),
    udpS: String(first.udpS),
    name: "",
  });
  const [isRuleWaived, setWaived] = useState(false);
  const before = settings.timeouts;
  const wanted = readTimeouts(values);
  const isAgainstRule =
    wanted !== undefined &&
    (wanted.tcpS !== before.tcpS || wanted.tcpFinS !== before.tcpFinS) &&
    timeoutConcerns(wanted).some(({ kind }) => kind === "tcpNotBelowFin");
  const mustType = wanted !== undefined && isShortened(before, wanted);
  const set = useMutation(
    trpc.table.setTimeouts.mutationOptions({
      onSuccess: (result) => {
        if (result.outcome === "done") onDone(result);
      },
    }),
  );
  const refusal = useRefusalToSet({ director, before, wanted, typed: mustType ? values.name : undefined });
  const ruled = isAgainstRule && !isRuleWaived ? t("ruleRefusal") : undefined;
  const submit = (): void => {
    if (wanted === undefined) return;
    const question = { directorId: director.id, timeouts: wanted, expected: before, isRuleWaived };
    set.mutate({ ...question, confirmName: values.name });
  };
  const refused = set.data?.outcome === "refused" ? set.data.reason : undefined;
  return (
    <EntryForm
      submit={t("set", { director: director.name })}
      isBusy={set.isPending}
      failure={refused ?? problemText(set.error)}
      refusal={refusal ?? ruled}
      onSubmit={submit}
      outcome={<Button onClick={onLeave}>{t("leave")}</Button>}
    >
      <div className="three">
        {names.map((name) => (
          <Field key={name} label={t(`fields.${name}`)} inputMode="numeric" isMono {...field(name)} />
        ))}
      </div>
      {wanted === undefined ? null : <Consequences settings={settings} wanted={wanted} />}
      {isAgainstRule ? (
        <label className="check">
          <input
            type="checkbox"
            checked={isRuleWaived}
            onChange={(event) => setWaived(event.target.checked)}
          />
          <span>{t("waive", { tcp: wanted.tcpS, fin: wanted.tcpFinS })}</span>
        </label>
      ) : null}
      {mustType ? (
        <Field
          label={t("type", { director: director.name })}
          isMono
          autoComplete="off"
          placeholder={director.name}
          {...field("name")}
        />
      ) : null}
    </EntryForm>
  );
};

const readTimeouts = (values: Readonly<Record<(typeof names)[number], string>>): Timeouts | undefined => {
  const [tcpS, tcpFinS, udpS] = names.map((name) => secondsOf(values[name]));
  if (tcpS === undefined || tcpFinS === undefined || udpS === undefined) return undefined;
  return { tcpS, tcpFinS, udpS };
};

/** Why nothing is set now, the first reason that counts; `typed`: what stands in the name's field where it is wanted. */
const useRefusalToSet = (input: {
  director: FleetDirector;
  before: Timeouts;
  wanted: Timeouts | undefined;
  typed: string | undefined;
}): string | undefined => {
  const t = useTranslations("connections.timeouts");
  const { before, director, typed, wanted } = input;
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const run = fleet?.runs.find(
    (each) => each.clusterId === director.clusterId && each.endedAtMs === undefined,
  );
  if (run !== undefined) return t("duringRun", { number: run.number });
  if (!isUsable(directorAge(director, nowMs))) return t("stale", { director: director.name });
  if (wanted === undefined) return t("notSeconds");
  if (names.every((name) => wanted[name] === before[name])) return t("same");
  if (typed !== undefined && typed.trim() !== director.name)
    return t("typeFirst", { director: director.name });
  return undefined;
};

/** What will happen, what it ends, how to get back: before the click. */
const Consequences = ({ settings, wanted }: { settings: IpvsSettings; wanted: Timeouts }) => {
  const t = useTranslations("connections.timeouts");
  const before = settings.timeouts;
  const isSloppy = (settings.sysctls["sloppy_tcp"] ?? "0") !== "0";
  const lines: string[] = [];
  if (wanted.tcpS < before.tcpS)
    lines.push(t(isSloppy ? "tcpShorterSloppy" : "tcpShorter", { seconds: wanted.tcpS }));
  if (wanted.tcpS > before.tcpS) lines.push(t("tcpLonger", { seconds: wanted.tcpS }));
  if (wanted.tcpFinS < before.tcpFinS) lines.push(t("finShorter", { seconds: wanted.tcpFinS }));
  if (wanted.tcpFinS > before.tcpFinS) lines.push(t("finLonger", { seconds: wanted.tcpFinS }));
  if (wanted.udpS < before.udpS) lines.push(t("udpShorter", { seconds: wanted.udpS }));
  if (wanted.udpS > before.udpS) lines.push(t("udpLonger", { seconds: wanted.udpS }));
  if (lines.length === 0) return null;
  return (
    <dl className="consequences sm">
      <dt>{t("now")}</dt>
      <dd>{t("nowBody")}</dd>
      <dt>{t("then")}</dt>
      <dd>
        {lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </dd>
      <dt>{t("back")}</dt>
      <dd>
        <code>{`ipvsadm --set ${before.tcpS} ${before.tcpFinS} ${before.udpS}`}</code> {t("backBody")}
      </dd>
    </dl>
  );
};
