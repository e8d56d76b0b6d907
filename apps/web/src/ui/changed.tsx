import type { ReactNode } from "react";

/** A value whose tone fades in 1.2 s each time it becomes another one (the key starts the animation again). */
export const Changed = (props: { value: string | number; isNew: boolean; children?: ReactNode }) => (
  <span key={String(props.value)} className={props.isNew ? "chg" : undefined}>
    {props.children ?? props.value}
  </span>
);
