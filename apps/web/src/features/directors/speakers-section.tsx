"use client";
import { addressBookOf } from "@lvs/core/fleet/wire";
import { heardFrom, type HeardFrom } from "@lvs/core/fleet/hearing";
import type { FleetDirector } from "@lvs/core/fleet/model";
import type { DirectorState } from "@lvs/core/director/state";
import type { Speakers } from "@lvs/core/director/speakers";
import { printAge, printSeconds, printSum, printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { useTruth } from "@/client/truth.tsx";
import { useRefusal, useSourceName } from "@/client/wire-words.ts";
import { WireNotes } from "@/client/wire-notes.tsx";
import { State } from "@/ui/glyph.tsx";
import { Note } from "@/ui/note.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

/** Who speaks VRRP on this director's links, as it hears it, and what is wrong with that. */
export const SpeakersSection = ({ director, state }: { director: FleetDirector; state: DirectorState }) => {
  const t = useTranslations("speakers");
  const { speakers } = state;
  if (speakers.status !== "known")
    return (
      <Section title={t("title")} label={t("title")}>
        <p className={speakers.status === "absent" ? "q" : "c-stale"}>
          {t(speakers.status, { reason: speakers.reason })}
        </p>
      </Section>
    );
  const { links, speakers: heard } = speakers.value;
  if (links.length === 0 && speakers.value.deaf.length === 0) return null;
  return (
    <section aria-label={t("title")} data-testid="speakers">
      <Section
        title={t("title")}
        aside={links.length === 0 ? undefined : t("aside", { links: links.join(", "), count: heard.length })}
      >
        {links.length > 0 && heard.length === 0 ? (
          <p className="q">{t("nobody", { links: links.join(", ") })}</p>
        ) : null}
      </Section>
      <Wrong director={director} wire={speakers.value} />
      {heard.length === 0 ? null : <SpeakersTable director={director} wire={speakers.value} />}
    </section>
  );
};

const Wrong = ({ director, wire }: { director: FleetDirector; wire: Speakers }) => {
  const t = useTranslations("speakers");
  const truth = useTruth();
  const items = truth.items.flatMap((item) =>
    "link" in item && item.director.id === director.id ? [item] : [],
  );
  return (
    <>
      <WireNotes items={items} />
      {wire.omitted === 0 ? null : (
        <Note tone="plain" glyph="unknown">
          {t("omitted", { count: wire.omitted })}
        </Note>
      )}
    </>
  );
};

const SpeakersTable = ({ director, wire }: { director: FleetDirector; wire: Speakers }) => {
  const t = useTranslations("speakers");
  const fleet = useFleet();
  const rows = useMemo(() => {
    const book = fleet === undefined ? new Map<string, FleetDirector>() : addressBookOf(fleet);
    return wire.speakers.map((speaker) => heardFrom(book, director, speaker));
  }, [fleet, director, wire]);
  return (
    <div className="wide-scroll">
      <table className="t">
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
            />
          ))}
        </tbody>
      </table>
    </div>
  );
};

const SpeakerRow = ({ row }: { row: HeardFrom }) => {
  const t = useTranslations("speakers");
  const nowMs = useNow(1_000);
  const nameOf = useSourceName();
  const { lastHeardMs, source, speaker, speakingSinceMs } = row;
  const more = speaker.addressCount - speaker.addresses.length;
  return (
    <tr className={speaker.isSpeaking ? undefined : "is-old"}>
      <td className="m nw">{nameOf(source)}</td>
      <td className="nw">
        {speaker.virtualRouterId} <span className="qq">{speaker.instance ?? ""}</span>{" "}
        <span className="qq">{speaker.link}</span>
      </td>
      <td>{`v${speaker.version}`}</td>
      <td className="r num">{speaker.priority}</td>
      <td className="r nw">{printSeconds(speaker.advertIntervalMs)}</td>
      <td className="m">
        {speaker.addresses.join(", ")}
        {more > 0 ? <span className="qq"> +{more}</span> : null}
      </td>
      <td className="nw">{printTime(speakingSinceMs, nowMs)}</td>
      <td className="nw">
        {t("ago", { age: printAge(Math.max(0, nowMs - lastHeardMs)) })}{" "}
        <span className="qq">{t("adverts", { count: printSum(speaker.adverts) })}</span>
      </td>
      <td>
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
