"use client";
import { forecastDrain, type DrainForecast } from "@lvs/core/fleet/drain";
import { factsOfFleet } from "@lvs/core/fleet/facts-of-fleet";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import { findRow } from "@lvs/core/workflow/facts";
import type { Step } from "@lvs/core/workflow/plan";
import type { Run } from "@lvs/core/workflow/run";
import type { Trace } from "@/client/traces.ts";
import { axisTime, printSpan, printSum, printTime } from "@/client/format.ts";
import { useFleet, useNow, useTraces } from "@/client/live.tsx";
import { Changed } from "@/ui/changed.tsx";
import { LazyChart } from "@/ui/lazy-chart.tsx";
import { useTranslations } from "next-intl";

/** How many connections the drained rows still carry, how fast they end, and when the last is expected to. */
export const DrainView = ({ run, index, step }: { run: Run; index: number; step: Step }) => {
  const drain = useDrain(run, step);
  const nowMs = useNow(1_000);
  const state = run.steps[index];
  const startedAtMs = state?.startedAtMs ?? nowMs;
  const trace = drain.trace.filter(([atMs]) => atMs >= startedAtMs - 60_000);
  const forecast = forecastDrain(trace, drain.most, nowMs);
  return (
    <>
      <Figures drain={drain} forecast={forecast} waitedMs={nowMs - startedAtMs} trace={trace} />
      {trace.length < 2 ? null : (
        <DrainChart trace={trace} forecast={forecast} nowMs={nowMs} left={drain.left} />
      )}
    </>
  );
};

interface Drain {
  readonly most: number;
  readonly left: number | undefined;
  readonly persistent: number;
  readonly connectionsPerSecond: number;
  /** The rows of all directors added up. */
  readonly trace: Trace;
}

const useDrain = (run: Run, step: Step): Drain => {
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const traces = useTraces();
  const rows = step.proofs.flatMap((proof) => (proof.kind === "rowDrained" ? [proof] : []));
  if (fleet === undefined)
    return { most: 0, left: undefined, persistent: 0, connectionsPerSecond: 0, trace: [] };
  const facts = factsOfFleet(fleet, run.clusterId, nowMs);
  const found = rows.map((proof) => findRow(facts, proof.directorId, proof.row));
  const destinations = found.flatMap((each) => (each.kind === "found" ? [each.destination] : []));
  const sums = new Map<number, number>();
  for (const { directorId, row } of rows)
    for (const [atMs, value] of traces(
      directorId,
      `${serviceKey(row.service)} ${destinationKey(row)}`,
      "active",
    )) {
      const slot = Math.floor(atMs / 5_000) * 5_000;
      sums.set(slot, (sums.get(slot) ?? 0) + value);
    }
  return {
    most: Math.max(0, ...rows.map((proof) => proof.most)),
    left: found.some((each) => each.kind === "unknown")
      ? undefined
      : destinations.reduce((sum, each) => sum + each.activeConnections, 0),
    persistent: destinations.reduce((sum, each) => sum + each.persistentConnections, 0),
    connectionsPerSecond: destinations.reduce((sum, each) => sum + each.rates.connectionsPerSecond, 0),
    trace: [...sums].toSorted(([a], [b]) => a - b),
  };
};

const Figures = (props: { drain: Drain; forecast: DrainForecast; waitedMs: number; trace: Trace }) => {
  const { drain, forecast, trace, waitedMs } = props;
  const t = useTranslations("drain");
  const nowMs = useNow(1_000);
  const start = trace.reduce((most, [, value]) => Math.max(most, value), 0);
  const expected = expectedOf(drain, forecast);
  return (
    <div className="sec figures">
      <Figure
        name={t("left")}
        value={drain.left === undefined ? t("unknown") : printSum(drain.left)}
        note={t("leftOf", { start: printSum(start) })}
      />
      <Figure
        name={t("falling")}
        value={printSum(Math.max(0, forecast.fallingPerMinute))}
        unit={t("perMinute")}
        note={t("cps", { cps: drain.connectionsPerSecond })}
      />
      <Figure
        name={t("expected", { most: drain.most })}
        value={typeof expected === "number" ? printTime(expected, nowMs) : t(expected)}
        note={t(notes[typeof expected === "number" ? "forecast" : expected])}
      />
      <Figure
        name={t("waited")}
        value={printSpan(waitedMs)}
        note={drain.persistent > 0 ? t("persistent", { count: drain.persistent }) : t("notPersistent")}
      />
    </div>
  );
};

const notes = { forecast: "forecast", reached: "reachedNote", unknown: "noForecast" } as const;

/** When few enough are expected to be left; a forecast of the past says nothing of what has come already. */
const expectedOf = ({ left, most }: Drain, { expectedAtMs }: DrainForecast): number | "reached" | "unknown" =>
  left !== undefined && left <= most ? "reached" : (expectedAtMs ?? "unknown");

const Figure = (props: { name: string; value: string; unit?: string; note: string }) => (
  <div>
    <span className="q">{props.name}</span>
    <div className="big">
      <Changed value={props.value} isNew={false} />
      {props.unit === undefined ? null : <small className="unit"> {props.unit}</small>}
    </div>
    <small className="q">{props.note}</small>
  </div>
);

const DrainChart = (props: {
  trace: Trace;
  forecast: DrainForecast;
  nowMs: number;
  left: number | undefined;
}) => {
  const { forecast, left, nowMs, trace } = props;
  const t = useTranslations("drain");
  const points = [
    ...trace.map(([atMs, value]) => ({ atMs, values: { left: value, expected: undefined } })),
    ...forecast.line.map(([atMs, value]) => ({
      atMs,
      values: { left: undefined, expected: Math.round(value) },
    })),
  ];
  return (
    <div className="sec">
      <LazyChart
        points={points}
        lines={[
          { key: "left", name: "ActiveConn", tone: "ink" },
          { key: "expected", name: t("expectedLine"), tone: "warn", isDashed: true },
        ]}
        height={160}
        label={t("chart", { left: left ?? 0 })}
        time={axisTime(points)}
        number={printSum}
        mark={{ atMs: nowMs, text: t("now", { left: left ?? 0 }) }}
      />
    </div>
  );
};
