import clsx from "clsx";
import { Fragment, type ReactNode } from "react";

export interface KeyValue {
  readonly key: string;
  readonly name: ReactNode;
  readonly value: ReactNode;
}

/** Names left, values right; `isLeft` puts the values left, for lists of times. */
export const KeyValues = (props: { entries: readonly KeyValue[]; isLeft?: boolean }) => (
  <dl className={clsx("kv", props.isLeft === true && "l")}>
    {props.entries.map((entry) => (
      <Fragment key={entry.key}>
        <dt>{entry.name}</dt>
        <dd>{entry.value}</dd>
      </Fragment>
    ))}
  </dl>
);
