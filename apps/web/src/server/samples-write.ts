import { database, queryAtLeisure } from "./db.ts";
import type { SampleRow } from "./sampler.ts";
import { metricNames, spans } from "./samples-read.ts";

/** Samples into the database by whole columns (`unnest`: ten times what row-wise inserts do), rolled up and pruned. */
export interface SampleWriter {
  write(atMs: number, rows: readonly SampleRow[]): Promise<void>;
}

/** The columns of one are some milliseconds of the event loop: a table of a hundred thousand rows would be half a second. */
const rowsPerWrite = 2_000;

export function makeSampleWriter(): SampleWriter {
  const ids = new Map<string, number>();
  const writeSome = async (atMs: number, rows: readonly SampleRow[]): Promise<void> => {
    const unknown = rows.filter((row) => !ids.has(keyOf(row)));
    if (unknown.length > 0) await learnSeries(unknown, ids);
    const known = rows.filter((row) => ids.has(keyOf(row)));
    try {
      await insert(atMs, known, ids);
    } catch (error) {
      // A director may have been removed with its series: they are looked up anew.
      ids.clear();
      throw error;
    }
  };
  return {
    write: async (atMs, rows) => {
      for (let at = 0; at < rows.length; at += rowsPerWrite)
        await writeSome(atMs, rows.slice(at, at + rowsPerWrite));
    },
  };
}

function keyOf({
  directorId,
  service,
  destination,
}: Pick<SampleRow, "directorId" | "service" | "destination">): string {
  return `${directorId} ${service} ${destination}`;
}

async function learnSeries(rows: readonly SampleRow[], ids: Map<string, number>): Promise<void> {
  const columns = [
    rows.map(({ directorId }) => directorId),
    rows.map(({ service }) => service),
    rows.map(({ destination }) => destination),
  ];
  const asked = "unnest($1::text[], $2::text[], $3::text[]) as t(d, s, r)";
  await database().pool.query(
    `insert into "Series" ("directorId", service, destination)
     select d, s, r from ${asked} where exists (select 1 from "Director" where id = d)
     on conflict do nothing`,
    columns,
  );
  const { rows: found } = await database().pool.query<{
    id: number;
    directorId: string;
    service: string;
    destination: string;
  }>(
    `select id, "directorId", service, destination from "Series"
     join ${asked} on d = "directorId" and s = service and r = destination`,
    columns,
  );
  for (const series of found) ids.set(keyOf(series), series.id);
}

const averageColumns = metricNames.map((name) => `"${name}"`);
const highestColumns = metricNames.map((name) => `"max${name[0]?.toUpperCase()}${name.slice(1)}"`);

async function insert(
  atMs: number,
  rows: readonly SampleRow[],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  const values = metricNames.map((_, index) => `$${index + 3}::real[]`).join(", ");
  const names = metricNames.map((_, index) => `v${index}`).join(", ");
  await database().pool.query(
    `insert into "Sample" ("seriesId", "spanS", at, ${[...averageColumns, ...highestColumns].join(", ")})
     select id, ${spans[0].spanS}, $2::timestamptz, ${names}, ${names} from unnest($1::int[], ${values}) as t(id, ${names})
     on conflict do nothing`,
    [
      rows.map((row) => ids.get(keyOf(row))),
      new Date(atMs),
      rows.map(({ rates }) => rates.connectionsPerSecond),
      rows.map(({ rates }) => rates.inPacketsPerSecond),
      rows.map(({ rates }) => rates.outPacketsPerSecond),
      rows.map(({ rates }) => rates.inBytesPerSecond),
      rows.map(({ rates }) => rates.outBytesPerSecond),
      rows.map(({ active }) => active),
      rows.map(({ inactive }) => inactive),
    ],
  );
}

/** Rolls every finished stretch up that is not yet: also those of the time this console was away. */
export async function rollUp(nowMs: number): Promise<void> {
  for (const [fine, coarse] of [
    [spans[0], spans[1]],
    [spans[1], spans[2]],
  ] as const) {
    const sums = averageColumns.map((name) => `avg(${name})`);
    const highs = highestColumns.map((name) => `max(${name})`);
    await queryAtLeisure(
      `insert into "Sample" ("seriesId", "spanS", at, ${[...averageColumns, ...highestColumns].join(", ")})
       select "seriesId", $2::int, to_timestamp(floor(extract(epoch from at) / $2::int) * $2::int) as step, ${[...sums, ...highs].join(", ")}
       from "Sample"
       where "spanS" = $1
         and at >= coalesce((select max(at) + $2::int * interval '1 second' from "Sample" where "spanS" = $2), '-infinity')
         and at < to_timestamp(floor($3::float8 / $2::int) * $2::int)
       group by "seriesId", step
       on conflict do nothing`,
      [fine.spanS, coarse.spanS, nowMs / 1_000],
    );
  }
}

export async function prune(nowMs: number): Promise<void> {
  for (const { spanS, keptMs } of spans) {
    await queryAtLeisure('delete from "Sample" where "spanS" = $1 and at < $2', [
      spanS,
      new Date(nowMs - keptMs),
    ]);
  }
}
