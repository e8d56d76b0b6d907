import type { ReactNode } from "react";

/** What can be done here: its name, its button, and under it what then happens and how one gets back, or why not. */
export const ActionItem = (props: {
  name: ReactNode;
  button: ReactNode;
  lines: readonly { readonly word: string; readonly text: ReactNode }[];
}) => (
  <li>
    <b>{props.name}</b>
    <span className="act">{props.button}</span>
    {props.lines.map((line) => (
      <p key={line.word}>
        <b>{line.word}</b>
        <span>{line.text}</span>
      </p>
    ))}
  </li>
);
