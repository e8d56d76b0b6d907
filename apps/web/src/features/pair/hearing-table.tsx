"use client";
import { readHearing, type HearingCell, type HearingRow } from "@lvs/core/fleet/hearing";
import { printAge } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { VrrpShape } from "@/client/marks.tsx";
import { useTruth } from "@/client/truth.tsx";
import { WireNotes } from "@/client/wire-notes.tsx";
import { useRefusal, useSourceName } from "@/client/wire-words.ts";
import { Glyph, State } from "@/ui/glyph.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { namedSpeakers } from "./named-speakers.ts";

/** Who hears whom on the wire, and what is wrong with it: an instance a row, a director a column. */
export const HearingTable = ({ clusterId }: { clusterId: string }) => {
  const t = useTranslations("hearing");
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const truth = useTruth();
  if (fleet === undefined) return null;
  const rows = readHearing(fleet, clusterId, nowMs);
  const directors = fleet.directors.filter((each) => each.clusterId === clusterId);
  if (rows.length === 0) return null;
  const wrong = truth.items.flatMap((item) =>
    "link" in item && item.director.clusterId === clusterId ? [item] : [],
  );
  return (
    <section aria-label={t("title")} data-testid="hearing">
      <Section title={t("title")} aside={t("aside")}>
        {null}
      </Section>
      <WireNotes items={wrong} nowMs={nowMs} />
      <table className="t pair mm">
        <colgroup>
          {["instance", ...directors.map(({ id }) => id)].map((key, index) => (
            <col key={key} style={{ width: index === 0 ? 300 : 352 }} />
          ))}
          <col />
        </colgroup>
        <thead>
          <tr>
            <th>{t("instance")}</th>
            {directors.map((director) => (
              <th key={director.id}>{t("hears", { director: director.name })}</th>
            ))}
            <th>{t("verdict")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.instance}>
              <td>
                {row.instance} <span className="qq">VRID {row.virtualRouterId}</span>
              </td>
              {row.cells.map((cell) => (
                <td key={cell.director.id}>
                  <Cell cell={cell} nowMs={nowMs} />
                </td>
              ))}
              <td>
                <Verdict row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};

const Cell = ({ cell, nowMs }: { cell: HearingCell; nowMs: number }) => {
  const t = useTranslations("hearing");
  const nameOf = useSourceName();
  const reasonOf = useRefusal();
  const shape =
    cell.state === undefined ? <Glyph name="unknown" tone="stale" /> : <VrrpShape state={cell.state} />;
  if (cell.status === "unknown")
    return (
      <>
        {shape}{" "}
        <span className="c-stale">
          {cell.reason === undefined ? t("unknown") : t("unknownWhy", { reason: cell.reason })}
        </span>
      </>
    );
  if (cell.status === "deaf")
    return (
      <>
        {shape} <span className="c-stale">{t("deaf", { reason: cell.reason })}</span>
      </>
    );
  if (cell.from.length === 0)
    return (
      <>
        {shape} <span className="q">{t("nobody")}</span>
      </>
    );
  const { more, named } = namedSpeakers(cell.from);
  return (
    <>
      {shape}{" "}
      {named.map(({ lastHeardMs, source, speaker }) => (
        <span key={source.address} className={speaker.isSpeaking ? undefined : "c-stale"}>
          {t(speaker.isSpeaking ? "speaks" : "spoke", {
            source: nameOf(source),
            priority: speaker.priority,
            age: printAge(Math.max(0, nowMs - lastHeardMs)),
          })}
          {speaker.disagreement === undefined ? null : (
            <span className="c-down"> {t("refused", { reason: reasonOf(speaker.disagreement) })}</span>
          )}{" "}
        </span>
      ))}
      {more === 0 ? null : <Link href={`/directors/${cell.director.id}`}>{t("more", { count: more })}</Link>}
    </>
  );
};

const Verdict = ({ row: { verdict } }: { row: HearingRow }) => {
  const t = useTranslations("hearing.verdicts");
  switch (verdict.kind) {
    case "heard":
      return (
        <State glyph="done" tone="quiet">
          {t("heard")}
        </State>
      );
    case "unheard":
      return (
        <State glyph="down" tone="down">
          {t("unheard", { names: verdict.by.map(({ name }) => name).join(", ") })}
        </State>
      );
    case "unknown":
      return (
        <State glyph="unknown" tone="stale">
          {t("unknown")}
        </State>
      );
    case "noMaster":
      return (
        <State glyph="warn" tone="warn">
          {t("noMaster")}
        </State>
      );
  }
};
