import { z } from "zod";
import { database } from "./db.ts";

/** Graphs from the kept samples: ready points, their highest, their average and the last, per metric. */

export const metricNames = [
  "connectionsPerS",
  "inPacketsPerS",
  "outPacketsPerS",
  "inBytesPerS",
  "outBytesPerS",
  "active",
  "inactive",
] as const;
export type MetricName = (typeof metricNames)[number];

const metricSchema = z.object({
  /** One per step; null where nothing was measured: a gap, never a zero. */
  values: z.array(z.number().nullable()),
  max: z.number().optional(),
  average: z.number().optional(),
  current: z.number().optional(),
});

export const graphSchema = z.object({
  /** The beginning of each step, epoch ms; the same for all metrics. */
  atMs: z.array(z.number()),
  stepMs: z.number(),
  metrics: z.record(z.enum(metricNames), metricSchema),
});
export type Graph = z.infer<typeof graphSchema>;

export const seriesSchema = z.object({ service: z.string(), destination: z.string().optional() });

export interface GraphQuestion {
  readonly directorId: string;
  readonly service?: string | undefined;
  readonly destination?: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly points: number;
}

/** What each stretch is kept for; `samples-write.ts` prunes by the same table. */
export const spans = [
  { spanS: 5, keptMs: 3 * 60 * 60_000 },
  { spanS: 60, keptMs: 8 * 24 * 60 * 60_000 },
  { spanS: 900, keptMs: 400 * 24 * 60 * 60_000 },
] as const;

interface Row {
  readonly step: string;
  readonly avg: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/** The finest span that still holds `fromMs`, unless its points would be finer than asked. */
function chooseSpan({ fromMs, toMs, points }: GraphQuestion): { spanS: number; stepS: number } {
  const wantedS = Math.max(1, (toMs - fromMs) / 1_000 / points);
  const ageMs = Date.now() - fromMs;
  const fitting = spans.filter(({ keptMs }) => ageMs <= keptMs);
  const candidates = fitting.length === 0 ? spans.slice(-1) : fitting;
  const spanS = candidates.findLast((span) => span.spanS <= wantedS)?.spanS ?? candidates[0]?.spanS ?? 900;
  return { spanS, stepS: Math.ceil(wantedS / spanS) * spanS };
}

const averages = metricNames.map((name) => `sum(t."${name}")`).join(", ");
const inner = metricNames
  .map((name) => {
    const highest = `max${name[0]?.toUpperCase()}${name.slice(1)}`;
    return `avg(s."${name}") as "${name}", max(s."${highest}") as "${highest}"`;
  })
  .join(", ");
const highs = metricNames.map((name) => `sum(t."max${name[0]?.toUpperCase()}${name.slice(1)}")`).join(", ");

/**
 * Per step and series the average and the highest, then summed over the series: of one series exact, of several the sum of
 * their highest is the most they can have been together.
 */
const graphQuery = `
  select step::text, array[${averages}]::float8[] as avg, array[${highs}]::float8[] as max
  from (
    select floor(extract(epoch from s.at) / $5) * $5 as step, s."seriesId", ${inner}
    from "Sample" s
    where s."spanS" = $4 and s.at >= to_timestamp($6) and s.at < to_timestamp($7)
      and s."seriesId" in (
        select id from "Series"
        where "directorId" = $1 and ($2::text is null or service = $2) and destination = $3
      )
    group by 1, 2
  ) t
  group by step order by step`;

export async function readGraph(question: GraphQuestion): Promise<Graph> {
  const { spanS, stepS } = chooseSpan(question);
  const { rows } = await database().pool.query<Row>(graphQuery, [
    question.directorId,
    question.service ?? null,
    question.destination ?? "",
    spanS,
    stepS,
    question.fromMs / 1_000,
    question.toMs / 1_000,
  ]);
  return toGraph(rows, question, stepS);
}

function toGraph(rows: readonly Row[], { fromMs, toMs }: GraphQuestion, stepS: number): Graph {
  const byStep = new Map(rows.map((row) => [Number(row.step), row]));
  const steps: number[] = [];
  for (let step = Math.floor(fromMs / 1_000 / stepS) * stepS; step * 1_000 < toMs; step += stepS)
    steps.push(step);
  const metric = (index: number) => {
    const values = steps.map((step) => byStep.get(step)?.avg[index] ?? null);
    const known = values.filter((value) => value !== null);
    const highest = rows.flatMap((row) => row.max[index] ?? []);
    const last = known.at(-1);
    return {
      values,
      ...(highest.length === 0 ? {} : { max: Math.max(...highest) }),
      ...(known.length === 0 ? {} : { average: known.reduce((sum, value) => sum + value, 0) / known.length }),
      ...(last === undefined ? {} : { current: last }),
    };
  };
  return {
    atMs: steps.map((step) => step * 1_000),
    stepMs: stepS * 1_000,
    metrics: {
      connectionsPerS: metric(0),
      inPacketsPerS: metric(1),
      outPacketsPerS: metric(2),
      inBytesPerS: metric(3),
      outBytesPerS: metric(4),
      active: metric(5),
      inactive: metric(6),
    },
  };
}

export async function readSeries(asked: {
  readonly directorId: string;
  readonly fromMs: number;
  readonly toMs: number;
}): Promise<z.infer<typeof seriesSchema>[]> {
  const { rows } = await database().pool.query<{ service: string; destination: string }>(
    `select service, destination from "Series" s
     where "directorId" = $1 and exists (
       select 1 from "Sample" where "seriesId" = s.id and at >= to_timestamp($2) and at < to_timestamp($3))
     order by service, destination`,
    [asked.directorId, asked.fromMs / 1_000, asked.toMs / 1_000],
  );
  return rows.map(({ service, destination }) => ({
    service,
    ...(destination === "" ? {} : { destination }),
  }));
}
