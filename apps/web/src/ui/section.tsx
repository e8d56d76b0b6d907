import type { ReactNode } from "react";

/** A part of a pane, between hairlines. */
export const Section = (props: {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  label?: string;
}) => (
  <section className="sec" aria-label={props.label}>
    <h2>
      {props.title}
      {props.aside === undefined ? null : <small>{props.aside}</small>}
    </h2>
    {props.children}
  </section>
);
