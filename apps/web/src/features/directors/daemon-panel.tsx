"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { Daemon, DirectorState } from "@lvs/core/director/state";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { printSpan, printSum, printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { State } from "@/ui/glyph.tsx";
import { KeyValues, type KeyValue } from "@/ui/key-values.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";

/** keepalived, its file, ip_vs and the machine, as the agent last read them. */
export const DaemonPanel = ({ director, state }: { director: FleetDirector; state: DirectorState }) => {
  const t = useTranslations("daemon");
  const nowMs = useNow();
  const daemon = knownValue(state.daemon);
  const entries = [
    { key: "processes", name: t("processes"), value: <Processes state={state} /> },
    ...fileEntries(director, state, { t, nowMs }),
    ...kernelEntries(state, t),
    ...hostEntries(director, state, t),
  ];
  return (
    <Section title="keepalived" aside={daemon?.version ?? ""}>
      <KeyValues entries={entries} />
    </Section>
  );
};

type Words = ReturnType<typeof useTranslations<"daemon">>;

const Processes = ({ state }: { state: DirectorState }) => {
  const t = useTranslations("daemon");
  if (state.daemon.status !== "known")
    return <span className="c-stale">{t("unknown", { reason: state.daemon.reason })}</span>;
  const { isRunning, processes } = state.daemon.value;
  if (!isRunning)
    return (
      <State glyph="down" tone="down">
        {t("notRunning")}
      </State>
    );
  return (
    <>
      <State glyph="done" tone="ok">
        {t("running", { count: processes.length })}
      </State>{" "}
      {printPids(processes)}
    </>
  );
};

const printPids = (processes: Daemon["processes"]): string => processes.map((each) => each.pid).join(", ");

const fileEntries = (
  director: FleetDirector,
  state: DirectorState,
  { t, nowMs }: { t: Words; nowMs: number },
): KeyValue[] => {
  if (state.config.status !== "known")
    return [{ key: "file", name: t("file"), value: <span className="c-stale">{state.config.reason}</span> }];
  const file = state.config.value;
  const offsetMs = director.clockOffsetMs ?? 0;
  const entries: KeyValue[] = [
    {
      key: "file",
      name: t("file"),
      value: (
        <>
          <span className="m" title={file.path}>
            {file.sha256.slice(0, 12)}
          </span>{" "}
          {/* As ls tells it there: the estimate of the offset moves, a time that is written down does not. */}
          {t("modified", { at: printTime(file.modifiedAtMs, nowMs) })}
        </>
      ),
    },
    { key: "loaded", name: t("loaded"), value: <Loaded loaded={file.loadedSha256} onDisk={file.sha256} /> },
    { key: "findings", name: t("findings"), value: <Findings state={state} /> },
  ];
  if (file.unconfirmed !== undefined) {
    const left = printSpan(file.unconfirmed.revertsAtMs - offsetMs - nowMs);
    entries.push({
      key: "confirm",
      name: t("confirm"),
      value: <span className="c-warn">{t("comesBack", { left })}</span>,
    });
  }
  return entries;
};

const Loaded = ({ loaded, onDisk }: { loaded: string | undefined; onDisk: string }) => {
  const t = useTranslations("daemon");
  if (loaded === undefined) return <span className="c-stale">{t("loadedUnknown")}</span>;
  return loaded === onDisk ? t("loadedSame") : <span className="c-warn">{t("loadedOther")}</span>;
};

const Findings = ({ state }: { state: DirectorState }) => {
  const t = useTranslations("daemon");
  const diagnostics = knownValue(state.config)?.diagnostics ?? [];
  const errors = diagnostics.filter((each) => each.severity === "error").length;
  const warnings = diagnostics.filter((each) => each.severity === "warning").length;
  if (errors === 0 && warnings === 0) return t("noFindings");
  return <span className={errors > 0 ? "c-down" : "c-warn"}>{t("findingCount", { errors, warnings })}</span>;
};

const kernelEntries = (state: DirectorState, t: Words): KeyValue[] => {
  const entries: KeyValue[] = [];
  const settings = knownValue(state.settings);
  if (state.table.status === "known")
    entries.push({
      key: "ip_vs",
      name: "ip_vs",
      value: t(settings?.connectionEntries === undefined ? "kernel" : "kernelEntries", {
        version: state.table.value.version,
        buckets: printSum(state.table.value.size),
        entries: printSum(settings?.connectionEntries ?? 0),
      }),
    });
  if (settings !== undefined)
    entries.push({
      key: "timeouts",
      name: t("timeouts"),
      value: `${settings.timeouts.tcpS}, ${settings.timeouts.tcpFinS}, ${settings.timeouts.udpS}`,
    });
  if (settings?.sysctls["run_estimation"] === "0")
    entries.push({
      key: "estimation",
      name: "run_estimation",
      value: <span className="c-warn">{t("estimationOff")}</span>,
    });
  return entries;
};

const hostEntries = (director: FleetDirector, state: DirectorState, t: Words): KeyValue[] => {
  const host = knownValue(state.host);
  if (host === undefined) return [];
  const offsetMs = Math.round(director.clockOffsetMs ?? 0);
  return [
    {
      key: "load",
      name: t("load"),
      value: `${host.load1.toFixed(2)}, ${offsetMs < 0 ? "−" : "+"}${Math.abs(offsetMs)}\u202fms`,
    },
    { key: "kernel", name: t("host"), value: `Linux ${host.kernelRelease}` },
    { key: "agent", name: "lvs-agent", value: host.agentVersion },
  ];
};
