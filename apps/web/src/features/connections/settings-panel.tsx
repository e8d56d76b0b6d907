"use client";
import { factAge } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import type { IpvsSettings } from "@lvs/core/director/state";
import { printAge } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { KeyValues, type KeyValue } from "@/ui/key-values.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { TimeoutsForm } from "./timeouts-form.tsx";

/** The settings whose value changes what an entry means, in the order in which they are asked about. */
const explained = [
  "expire_quiescent_template",
  "expire_nodest_conn",
  "conn_reuse_mode",
  "sloppy_tcp",
  "backup_only",
  "run_estimation",
] as const;

/** What decides how long an entry lives and where the next packet goes; the agent reads it every five seconds. */
export const SettingsPanel = ({ director }: { director: FleetDirector }) => {
  const t = useTranslations("connections.settings");
  const age = useTranslations("age");
  const nowMs = useNow(1_000);
  const { state } = director;
  if (state === undefined) return null;
  const { settings } = state;
  if (settings.status !== "known")
    return (
      <Section title={t("title")}>
        <p className={settings.status === "absent" ? "q" : "c-stale"}>
          {t(settings.status, { reason: settings.reason })}
        </p>
      </Section>
    );
  const old = factAge(director, settings, nowMs);
  return (
    <>
      <Section
        title={t("timeouts")}
        aside={old.freshness === "never" ? undefined : age("facts", { age: printAge(old.ageMs) })}
      >
        <TimeoutsForm director={director} settings={settings.value} />
      </Section>
      <Section title={t("title")} aside="net.ipv4.vs">
        <Explained settings={settings.value} />
      </Section>
      <Section title={t("sync")}>
        <SyncDaemons settings={settings.value} />
      </Section>
    </>
  );
};

const Explained = ({ settings }: { settings: IpvsSettings }) => {
  const t = useTranslations("connections.settings");
  const { sysctls } = settings;
  const own = new Set<string>(explained);
  const entry = (name: string, value: string): KeyValue => ({
    key: name,
    name: <span className="m sm">{name}</span>,
    value: <span className="m sm">{value}</span>,
  });
  const rest = Object.entries(sysctls).filter(([name]) => !own.has(name));
  return (
    <>
      <ul className="plain-list">
        {explained.flatMap((name) => {
          const value = sysctls[name];
          if (value === undefined) return [];
          const words = `${name}.${name === "conn_reuse_mode" ? value : value === "0" ? "off" : "on"}`;
          return [
            <li key={name}>
              <span className="m sm">
                {name} {value}
              </span>
              <br />
              <span className="q sm">{t.has(words) ? t(words) : t("otherValue")}</span>
            </li>,
          ];
        })}
      </ul>
      <KeyValues entries={rest.map(([name, value]) => entry(name, value))} />
    </>
  );
};

const SyncDaemons = ({ settings }: { settings: IpvsSettings }) => {
  const t = useTranslations("connections.settings");
  const { syncDaemons, sysctls } = settings;
  const [first, every] = (sysctls["sync_threshold"] ?? "").split(" ");
  return (
    <>
      {syncDaemons.length === 0 ? <p className="q">{t("noSync")}</p> : null}
      <ul className="plain-list">
        {syncDaemons.map((daemon) => (
          <li key={daemon.role}>
            {t(daemon.role, { interface: daemon.interface, id: daemon.syncId })}
            {daemon.group === undefined ? null : (
              <>
                <br />
                <span className="q sm m">
                  {daemon.group}:{daemon.port} ttl {daemon.ttl} maxlen {daemon.maxLength}
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
      {first === undefined || every === undefined || syncDaemons.length === 0 ? null : (
        <p className="q sm">{t("threshold", { first, every })}</p>
      )}
      <p className="q sm">{t("syncOwner")}</p>
    </>
  );
};
