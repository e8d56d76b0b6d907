"use client";
import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";

/** The one place that knows recharts. Ready points only: a value that is absent is a gap in its line. */

export interface ChartPoint {
  readonly atMs: number;
  readonly values: Readonly<Record<string, number | undefined>>;
}

export interface ChartLine {
  readonly key: string;
  readonly name: string;
  readonly tone: "ink" | "ink-3" | "warn";
  readonly isDashed?: boolean;
}

export interface ChartProps {
  readonly points: readonly ChartPoint[];
  readonly lines: readonly ChartLine[];
  readonly height: number;
  readonly label: string;
  readonly time: (atMs: number) => string;
  readonly number: (value: number) => string;
  /** A mark on the time axis, such as "now". */
  readonly mark?: { readonly atMs: number; readonly text: string };
}

const colour = { ink: "var(--ink)", "ink-3": "var(--ink-3)", warn: "var(--warn)" } as const;

export default function Chart(props: ChartProps) {
  const data = props.points.map((point) => ({ atMs: point.atMs, ...point.values }));
  return (
    <figure className="chart-box" role="img" aria-label={props.label}>
      <ResponsiveContainer width="100%" height={props.height}>
        <LineChart data={data} margin={{ top: 8, right: 12, bottom: 0, left: 0 }}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="atMs"
            type="number"
            scale="time"
            domain={["dataMin", "dataMax"]}
            tickFormatter={props.time}
            minTickGap={48}
            stroke="var(--line-2)"
            tick={{ fill: "var(--ink-2)", fontSize: 11 }}
          />
          <YAxis
            width={64}
            tickFormatter={props.number}
            stroke="var(--line-2)"
            tick={{ fill: "var(--ink-2)", fontSize: 11 }}
            domain={[0, "auto"]}
            allowDecimals={false}
          />
          <Tooltip
            isAnimationActive={false}
            labelFormatter={(value) => (typeof value === "number" ? props.time(value) : "")}
            formatter={(value) => (typeof value === "number" ? props.number(value) : "")}
            contentStyle={{ background: "var(--surface)", border: "1px solid var(--line-2)", fontSize: 12 }}
            itemStyle={{ color: "var(--ink)" }}
            labelStyle={{ color: "var(--ink-2)" }}
          />
          {props.mark === undefined ? null : (
            <ReferenceLine
              x={props.mark.atMs}
              stroke="var(--ink)"
              label={{ value: props.mark.text, fill: "var(--ink)", fontSize: 11, position: "insideTopRight" }}
            />
          )}
          {props.lines.map((line) => (
            <Line
              key={line.key}
              dataKey={line.key}
              name={line.name}
              stroke={colour[line.tone]}
              strokeWidth={1.6}
              {...(line.isDashed === true ? { strokeDasharray: "4 3" } : {})}
              dot={false}
              connectNulls={false}
              isAnimationActive={false}
              type="linear"
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}
