"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { DirectorState } from "@lvs/core/director/state";
import { directorAge, isUsable } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import type { VirtualService } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import { printSum } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { EntryForm, useEntries } from "@/ui/entry-form.tsx";
import { Field } from "@/ui/field.tsx";
import { Section } from "@/ui/section.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { Page } from "./choices.ts";

/** For a service that no file names: take all of its real servers out, and put them back. Shown once the service is chosen. */
export const FlushPanel = ({ director, page }: { director: FleetDirector; page: Page }) => {
  const t = useTranslations("connections.flush");
  const { state } = director;
  const service = (state && knownValue(state.table))?.services.find(
    ({ id }) => serviceKey(id) === page.choices.service,
  );
  if (state === undefined || service === undefined) return null;
  const name = serviceKey(service.id);
  const held = whyHeld(state, name);
  if (held === "configured") return null;
  return (
    <Section title={t("title", { service: name })}>
      {held === "unknown" ? (
        <p className="c-stale">{t("unknown")}</p>
      ) : (
        <Flush key={name} director={director} service={service} />
      )}
    </Section>
  );
};

/** The agent decides again by the same rule. */
const whyHeld = ({ config }: DirectorState, name: string): "free" | "configured" | "unknown" => {
  if (config.status === "absent") return "free";
  if (config.status === "unknown") return "unknown";
  const { configured, loadedSha256, sha256 } = config.value;
  if (configured.services.some(({ id }) => serviceKey(id) === name)) return "configured";
  return loadedSha256 !== undefined && loadedSha256 !== sha256 ? "unknown" : "free";
};

const Flush = ({ director, service }: { director: FleetDirector; service: VirtualService }) => {
  const t = useTranslations("connections.flush");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const { clear, field, values } = useEntries<"name">({ name: "" });
  const name = serviceKey(service.id);
  const rows = service.destinations;
  const active = rows.reduce((sum, row) => sum + row.activeConnections, 0);
  const flush = useMutation(trpc.table.flushService.mutationOptions({ onSuccess: clear }));
  const refusal = useRefusalToFlush(director, name, values.name);
  const refused = flush.data?.outcome === "refused" ? flush.data.reason : undefined;
  if (rows.length === 0) return <PutBack director={director} service={service} />;
  return (
    <EntryForm
      submit={t("act", { count: rows.length })}
      isBusy={flush.isPending}
      isDangerous
      failure={refused ?? problemText(flush.error)}
      refusal={refusal}
      onSubmit={() =>
        flush.mutate({
          directorId: director.id,
          service: service.id,
          expected: rows.map(({ address, port }) => ({ address, port })),
          confirmName: values.name.trim(),
        })
      }
    >
      <dl className="consequences sm">
        <dt>{t("now")}</dt>
        <dd>
          {t("nowBody", { count: rows.length, active: printSum(active) })}{" "}
          <span className="m">{rows.slice(0, 8).map(destinationKey).join(", ")}</span>
        </dd>
        <dt>{t("then")}</dt>
        <dd>{t("thenBody", { active: printSum(active) })}</dd>
        <dt>{t("back")}</dt>
        <dd>{t("backBody")}</dd>
      </dl>
      <Field
        label={t("type", { service: name })}
        isMono
        autoComplete="off"
        placeholder={name}
        {...field("name")}
      />
    </EntryForm>
  );
};

/** The service stands there without real servers: what the last flush took out can come back. */
const PutBack = ({ director, service }: { director: FleetDirector; service: VirtualService }) => {
  const t = useTranslations("connections.flush");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const roleRefusal = useRefusal("operator");
  const put = useMutation(trpc.table.putBack.mutationOptions());
  const refused = put.data?.outcome === "refused" ? put.data.reason : problemText(put.error);
  return (
    <>
      <p>{t("empty")}</p>
      <div className="actions">
        <Button
          refusal={roleRefusal}
          isBusy={put.isPending}
          onClick={() => put.mutate({ directorId: director.id, service: service.id })}
        >
          {t("putBack")}
        </Button>
      </div>
      {refused === undefined ? null : (
        <p className="c-down sm" role="alert">
          {refused}
        </p>
      )}
      <p className="q sm">{t("record")}</p>
    </>
  );
};

const useRefusalToFlush = (director: FleetDirector, name: string, typed: string): string | undefined => {
  const t = useTranslations("connections.flush");
  const roleRefusal = useRefusal("operator");
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const run = fleet?.runs.find(
    (each) => each.clusterId === director.clusterId && each.endedAtMs === undefined,
  );
  if (roleRefusal !== undefined) return roleRefusal;
  if (run !== undefined) return t("duringRun", { number: run.number });
  if (!isUsable(directorAge(director, nowMs))) return t("stale", { director: director.name });
  return typed.trim() === name ? undefined : t("typeFirst", { service: name });
};
