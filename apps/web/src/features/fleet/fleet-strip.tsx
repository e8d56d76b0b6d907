"use client";
import type { InstanceRow, Seat } from "@lvs/core/fleet/instance-rows";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { useTranslations } from "next-intl";
import Link from "next/link";

/** One cell per director, a column per cluster: filled MASTER of something, hollow BACKUP only, coloured only where wrong. */
export const FleetStrip = ({ rows }: { rows: readonly InstanceRow[] }) => {
  const t = useTranslations("fleet");
  const directors = new Map<string, { director: FleetDirector; seats: Seat[]; cluster: string }>();
  for (const row of rows)
    for (const seat of row.seats) {
      const known = directors.get(seat.director.id);
      if (known === undefined)
        directors.set(seat.director.id, {
          director: seat.director,
          seats: [seat],
          cluster: row.cluster.name,
        });
      else known.seats.push(seat);
    }
  const clusters = [...new Set([...directors.values()].map((each) => each.cluster))].toSorted();
  return (
    <nav className="strip hide-s" aria-label={t("strip")}>
      {clusters.map((cluster) => {
        const cells = [...directors.values()].filter((each) => each.cluster === cluster);
        return (
          <div key={cluster}>
            <span>
              {cluster} {cells.length}
            </span>
            <p>
              {cells.map(({ director, seats }) => (
                <Link
                  key={director.id}
                  href={`/directors/${director.id}`}
                  title={director.name}
                  aria-label={t("stripCell", { director: director.name, states: wordsOf(seats) })}
                >
                  <i className={cellClass(seats)} />
                </Link>
              ))}
            </p>
          </div>
        );
      })}
    </nav>
  );
};

const wordsOf = (seats: readonly Seat[]): string =>
  [...new Set(seats.map((seat) => seat.state ?? "?"))].join(", ");

const cellClass = (seats: readonly Seat[]): string => {
  if (seats.some((seat) => seat.age.freshness === "stale" || seat.age.freshness === "never")) return "stl";
  if (seats.some((seat) => seat.state === "FAULT")) return "bad";
  return seats.some((seat) => seat.state === "MASTER") ? "" : "b";
};
