"use client";
import type { WireItem } from "@lvs/core/fleet/wire";
import { Note } from "@/ui/note.tsx";
import { useTranslations } from "next-intl";
import { printTime } from "./format.ts";
import { useWireWords } from "./wire-words.ts";

/** How loud each is, by shape and colour; the loudest first. */
export const wireLook = {
  secondMaster: { glyph: "crit", tone: "down" },
  stranger: { glyph: "crit", tone: "down" },
  notBelieved: { glyph: "down", tone: "down" },
  deaf: { glyph: "unknown", tone: "stale" },
  otherInterval: { glyph: "warn", tone: "warn" },
  refusedPackets: { glyph: "warn", tone: "warn" },
} as const satisfies Record<WireItem["kind"], unknown>;

/** Among many of one kind the single ones of another are what is to be read. */
const loudness = (item: WireItem): number => Object.keys(wireLook).indexOf(item.kind);

/** More of them are one thing: a flood of made-up senders. */
const mostNotes = 6;

/** What is wrong on the wire, the loudest of it, each with why it matters and what to do, since when at its end. */
export const WireNotes = ({ items, nowMs }: { items: readonly WireItem[]; nowMs: number }) => {
  const t = useTranslations("wire");
  const words = useWireWords();
  const notes = items
    .toSorted((a, b) => loudness(a) - loudness(b))
    .slice(0, mostNotes)
    .map((item) => {
      const { todo, what, why } = words(item);
      const look = wireLook[item.kind];
      return (
        <Note
          key={`${item.kind} ${what}`}
          tone={look.tone}
          glyph={look.glyph}
          end={"sinceMs" in item ? printTime(item.sinceMs, nowMs) : undefined}
        >
          <b>{what}</b> {why} {todo}
        </Note>
      );
    });
  const more = items.length - notes.length;
  return (
    <>
      {notes}
      {more <= 0 ? null : (
        <Note tone="plain" glyph="warn">
          {t("more", { count: more })}
        </Note>
      )}
    </>
  );
};
