"use client";
import { addressBookOf } from "@lvs/core/fleet/wire";
import { heardFrom } from "@lvs/core/fleet/hearing";
import type { FleetDirector } from "@lvs/core/fleet/model";
import type { DirectorState } from "@lvs/core/director/state";
import type { Speakers } from "@lvs/core/director/speakers";
import { mostSenders } from "@lvs/core/vrrp/observation";
import { useFleet, useNow } from "@/client/live.tsx";
import { useTruth } from "@/client/truth.tsx";
import { WireNotes } from "@/client/wire-notes.tsx";
import { Note } from "@/ui/note.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { SpeakersTable } from "./speakers-table.tsx";

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
  const { links, omitted, speakers: heard } = speakers.value;
  if (links.length === 0 && speakers.value.deaf.length === 0) return null;
  return (
    <section aria-label={t("title")} data-testid="speakers">
      <Section
        title={t("title")}
        aside={
          links.length === 0
            ? undefined
            : t("aside", { links: links.join(", "), count: heard.length + omitted })
        }
      >
        {links.length > 0 && heard.length === 0 ? (
          <p className="q">{t("nobody", { links: links.join(", ") })}</p>
        ) : null}
      </Section>
      <Wrong director={director} wire={speakers.value} />
      {heard.length === 0 ? null : <Heard director={director} wire={speakers.value} />}
    </section>
  );
};

const Wrong = ({ director, wire }: { director: FleetDirector; wire: Speakers }) => {
  const t = useTranslations("speakers");
  const truth = useTruth();
  const nowMs = useNow(1_000);
  const items = truth.items.flatMap((item) =>
    "link" in item && item.director.id === director.id ? [item] : [],
  );
  return (
    <>
      <WireNotes items={items} nowMs={nowMs} />
      {wire.omitted === 0 ? null : (
        <Note tone="plain" glyph="unknown">
          {t("omitted", { count: wire.omitted })}
          {wire.dropped === undefined ? null : ` ${t("dropped", { count: wire.dropped, most: mostSenders })}`}
        </Note>
      )}
    </>
  );
};

const Heard = ({ director, wire }: { director: FleetDirector; wire: Speakers }) => {
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const rows = useMemo(() => {
    const book = fleet === undefined ? new Map<string, FleetDirector>() : addressBookOf(fleet);
    return wire.speakers.map((speaker) => heardFrom(book, director, speaker));
  }, [fleet, director, wire]);
  return <SpeakersTable rows={rows} nowMs={nowMs} />;
};
