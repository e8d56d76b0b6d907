"use client";
import type { HeardFrom } from "@lvs/core/fleet/hearing";
import { printAge, printSeconds, printSum, printTime } from "@/client/format.ts";
import { useRefusal, useSourceName } from "@/client/wire-words.ts";
import { State } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";

/** A line for each speaker of each virtual router: what it says, since when, and whether it is believed. */
export const SpeakersTable = ({ rows, nowMs }: { rows: readonly HeardFrom[]; nowMs: number }) => {
  const t = useTranslations("speakers");
  return (
    <div className="wide-scroll">
      <table className="t labelled">
        <thead>
          <tr>
            <th>{t("source")}</th>
            <th>VRID</th>
            <th>{t("version")}</th>
            <th className="r">{t("priority")}</th>
            <th className="r">advert_int</th>
            <th>{t("addresses")}</th>
            <th>{t("since")}</th>
            <th>{t("lastHeard")}</th>
            <th>{t("verdict")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <SpeakerRow
              key={`${row.speaker.link} ${row.speaker.virtualRouterId} ${row.source.address}`}
              row={row}
              nowMs={nowMs}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
};

const SpeakerRow = ({ row, nowMs }: { row: HeardFrom; nowMs: number }) => {
  const t = useTranslations("speakers");
  const nameOf = useSourceName();
  const { lastHeardMs, source, speaker, speakingSinceMs } = row;
  const more = speaker.addressCount - speaker.addresses.length;
  return (
    <tr className={speaker.isSpeaking ? undefined : "is-old"}>
      <td className="m nw all">{nameOf(source)}</td>
      <td className="nw" data-l="VRID">
        {speaker.virtualRouterId} <span className="qq">{speaker.instance ?? ""}</span>{" "}
        <span className="qq">{speaker.link}</span>
      </td>
      <td>{`v${speaker.version}`}</td>
      <td className="r num" data-l={t("priority")}>
        {speaker.priority}
      </td>
      <td className="r nw" data-l="advert_int">
        {printSeconds(speaker.advertIntervalMs)}
      </td>
      <td className="m" data-l={t("addresses")}>
        {speaker.addresses.join(", ")}
        {more > 0 ? <span className="qq"> +{more}</span> : null}
      </td>
      <td className="nw" data-l={t("since")}>
        {printTime(speakingSinceMs, nowMs)}
      </td>
      <td className="nw all" data-l={t("lastHeard")}>
        {t("ago", { age: printAge(Math.max(0, nowMs - lastHeardMs)) })}{" "}
        <span className="qq">{t("adverts", { count: printSum(speaker.adverts) })}</span>
      </td>
      <td className="all">
        <Verdict row={row} />
      </td>
    </tr>
  );
};

const Verdict = ({ row: { speaker } }: { row: HeardFrom }) => {
  const t = useTranslations("speakers");
  const reasonOf = useRefusal();
  if (!speaker.isSpeaking)
    return (
      <State glyph="stale" tone="stale">
        {t(speaker.priority === 0 ? "left" : "silent")}
      </State>
    );
  if (speaker.instance === undefined) return <span className="qq">{t("notOurs")}</span>;
  if (speaker.disagreement !== undefined)
    return (
      <State glyph="down" tone="down">
        {t("refused", { reason: reasonOf(speaker.disagreement) })}
      </State>
    );
  return (
    <State glyph="done" tone="ok">
      {t("believed")}
    </State>
  );
};
