import type { ReactNode } from "react";

/** Now / If / Back: what is true, what happens, how one gets back. */
export const Nib = (props: {
  parts: readonly { readonly title: string; readonly body: ReactNode }[];
  isFramed?: boolean;
}) => (
  <div className={props.isFramed === true ? "nib framed" : "nib ruled"}>
    {props.parts.map((part) => (
      <div key={part.title}>
        <h2>{part.title}</h2>
        {part.body}
      </div>
    ))}
  </div>
);
