"use client";
import { useState, type ReactNode, type SubmitEvent } from "react";
import { Button } from "./button.tsx";
import { Note } from "./note.tsx";

/** The texts of a form's fields by name; `field(name)` is what an input needs of its own. */
export const useEntries = <Name extends string>(first: Readonly<Record<Name, string>>) => {
  const [values, setValues] = useState(first);
  return {
    values,
    field: (name: Name) => ({
      value: values[name],
      onChange: (value: string) => setValues((now) => ({ ...now, [name]: value })),
    }),
    clear: () => setValues(first),
  };
};

interface EntryFormProps {
  readonly children: ReactNode;
  readonly submit: string;
  readonly onSubmit: () => void;
  readonly isBusy: boolean;
  /** It cuts traffic: the button says so by its outline. */
  readonly isDangerous?: boolean;
  /** Why the last try came to nothing; read aloud at once. */
  readonly failure: string | undefined;
  /** Present: nothing can be sent, and why. */
  readonly refusal?: string | undefined;
  /** Beside the button: what came of it. */
  readonly outcome?: ReactNode;
  /** Present: the form is the whole page, and a failure stands above its fields. */
  readonly page?: { readonly title: string; readonly meaning: string };
  readonly foot?: ReactNode;
}

/** Fields that are sent together by one button. Nothing is sent twice at once, nor against a refusal. */
export const EntryForm = (props: EntryFormProps) => {
  const { failure, page } = props;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!props.isBusy && props.refusal === undefined) props.onSubmit();
  };
  return (
    <form className={page === undefined ? "stack" : "solo"} method="post" onSubmit={submit}>
      {page === undefined ? null : (
        <>
          <h1>{page.title}</h1>
          <p className="q lead">{page.meaning}</p>
          {failure === undefined ? null : (
            <div className="framed-note">
              <Note tone="down" glyph="crit" isAlert>
                {failure}
              </Note>
            </div>
          )}
        </>
      )}
      {props.children}
      <div className="actions">
        <Button
          kind={props.isDangerous === true ? "danger" : "primary"}
          type="submit"
          refusal={props.refusal}
          isBusy={props.isBusy}
        >
          {props.submit}
        </Button>
        {props.outcome}
      </div>
      {page === undefined && failure !== undefined ? (
        <p className="c-down sm" role="alert">
          {failure}
        </p>
      ) : null}
      {props.foot}
    </form>
  );
};
