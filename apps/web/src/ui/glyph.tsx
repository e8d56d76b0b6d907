import clsx from "clsx";
import type { ReactNode } from "react";

/** Every shape of the design. A state is always shape and word; colour comes third. */
export type GlyphName =
  | "master"
  | "backup"
  | "fault"
  | "alive"
  | "drain"
  | "down"
  | "stale"
  | "warn"
  | "crit"
  | "unknown"
  | "done"
  | "run"
  | "pause"
  | "wait"
  | "back"
  | "lock"
  | "off";

export type Tone = "master" | "ok" | "warn" | "down" | "stale" | "quiet" | "plain";

const toneClass: Readonly<Record<Tone, string>> = {
  master: "c-master",
  ok: "c-ok",
  warn: "c-warn",
  down: "c-down",
  stale: "c-stale",
  quiet: "qq",
  plain: "",
};

export const toneOf = (tone: Tone): string => toneClass[tone];

/** The shape alone, hidden from assistive technology: the word beside it says the same. */
export const Glyph = ({ name, tone = "plain" }: { name: GlyphName; tone?: Tone }) => (
  <i className={clsx("g", `g-${name}`, toneClass[tone])} aria-hidden="true" />
);

/** Shape and word in one colour. */
export const State = (props: { glyph: GlyphName; tone?: Tone; children: ReactNode }) => (
  <span className={clsx("st", toneClass[props.tone ?? "plain"])}>
    <Glyph name={props.glyph} />
    {props.children}
  </span>
);
