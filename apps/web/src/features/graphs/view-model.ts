import type { ChartPoint } from "@/ui/chart.tsx";

/** Ready points and figures for the graphs, from what `samples.read` answers. Pure. */

export type MetricName =
  | "connectionsPerS"
  | "inPacketsPerS"
  | "outPacketsPerS"
  | "inBytesPerS"
  | "outBytesPerS"
  | "active"
  | "inactive";

export interface Metric {
  readonly values: readonly (number | null)[];
  readonly max?: number | undefined;
  readonly average?: number | undefined;
  readonly current?: number | undefined;
}

export interface Samples {
  readonly atMs: readonly number[];
  readonly stepMs: number;
  readonly metrics: Readonly<Partial<Record<MetricName, Metric>>>;
}

export interface GraphKind {
  readonly word: "connections" | "rate" | "packets" | "bytes";
  readonly unit: "count" | "perSecond" | "bytes";
  readonly metrics: readonly MetricName[];
}

/** One graph each; the first line is drawn in ink, the second quieter. */
export const graphKinds: readonly GraphKind[] = [
  { word: "connections", unit: "count", metrics: ["active", "inactive"] },
  { word: "rate", unit: "perSecond", metrics: ["connectionsPerS"] },
  { word: "packets", unit: "perSecond", metrics: ["inPacketsPerS", "outPacketsPerS"] },
  { word: "bytes", unit: "bytes", metrics: ["inBytesPerS", "outBytesPerS"] },
];

export const isOutMetric = (name: MetricName): boolean =>
  name === "outPacketsPerS" || name === "outBytesPerS";

/** A null is a gap: nothing was measured then, which is not a zero. */
export const graphPoints = (samples: Samples, metrics: readonly MetricName[]): ChartPoint[] =>
  samples.atMs.map((atMs, index) => ({
    atMs,
    values: Object.fromEntries(
      metrics.map((name) => [name, samples.metrics[name]?.values[index] ?? undefined]),
    ),
  }));

export const ranges = { "15min": 900, "1h": 3_600, "6h": 21_600, "1d": 86_400, "7d": 604_800 } as const;
export type Range = keyof typeof ranges;

export const isRange = (text: string | null): text is Range => text !== null && text in ranges;
