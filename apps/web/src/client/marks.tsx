"use client";
import type { Age } from "@lvs/core/fleet/freshness";
import type { VrrpState } from "@lvs/core/director/state";
import { Glyph, State, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";
import { printAge } from "./format.ts";

/** Protocol states stay as the protocol writes them, in every language. */
export const vrrpLook = (state: VrrpState): { glyph: GlyphName; tone: Tone } => {
  switch (state) {
    case "MASTER":
      return { glyph: "master", tone: "master" };
    case "BACKUP":
      return { glyph: "backup", tone: "plain" };
    case "FAULT":
      return { glyph: "fault", tone: "down" };
    case "INIT":
    case "STOP":
      return { glyph: "backup", tone: "quiet" };
  }
};

export const VrrpMark = ({ state }: { state: VrrpState }) => {
  const look = vrrpLook(state);
  return (
    <State glyph={look.glyph} tone={look.tone}>
      {state}
    </State>
  );
};

/** The shape alone, its word hidden but read: where the column's head already says MASTER or BACKUP. */
export const VrrpShape = ({ state }: { state: VrrpState }) => {
  const look = vrrpLook(state);
  return (
    <>
      <Glyph name={look.glyph} tone={look.tone} />
      <span className="vh">{state} </span>
    </>
  );
};

/** "facts 0.4 s old", violet with its shape once they are stale. */
export const AgeMark = ({ age }: { age: Age }) => {
  const t = useTranslations("age");
  if (age.freshness === "never")
    return (
      <State glyph="unknown" tone="stale">
        {t("never")}
      </State>
    );
  const text = t("facts", { age: printAge(age.ageMs) });
  switch (age.freshness) {
    case "fresh":
      return <span className="q">{text}</span>;
    case "aging":
      return <span className="c-stale">{text}</span>;
    case "stale":
      return (
        <State glyph="stale" tone="stale">
          {t("stale", { age: printAge(age.ageMs) })}
        </State>
      );
  }
};
