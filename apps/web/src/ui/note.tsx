import clsx from "clsx";
import type { ReactNode } from "react";
import { Glyph, toneOf, type GlyphName } from "./glyph.tsx";

/** A sentence that concerns the whole pane below it. */
export const Note = (props: {
  tone: "warn" | "down" | "stale" | "plain";
  glyph: GlyphName;
  children: ReactNode;
  end?: ReactNode;
  isAlert?: boolean;
}) => (
  <div className={clsx("note", props.tone)} role={props.isAlert === true ? "alert" : undefined}>
    <span className={clsx("st", toneOf(props.tone))}>
      <Glyph name={props.glyph} />
    </span>
    <span>{props.children}</span>
    {props.end === undefined ? null : <span className="end">{props.end}</span>}
  </div>
);
