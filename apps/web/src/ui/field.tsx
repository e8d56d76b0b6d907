import { useId, type ReactNode } from "react";

/** A labelled input; `hint` and `error` are read with it. */
export const Field = (props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "password" | "email" | "number" | "search" | "datetime-local";
  autoComplete?: string;
  hint?: ReactNode;
  error?: string | undefined;
  isMono?: boolean;
  isRequired?: boolean;
  placeholder?: string;
  inputMode?: "numeric" | "text";
}) => {
  const id = useId();
  const hintId = `${id}-hint`;
  const hasHint = props.hint !== undefined || props.error !== undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        className={props.isMono === true ? "m" : undefined}
        type={props.type ?? "text"}
        value={props.value}
        autoComplete={props.autoComplete}
        inputMode={props.inputMode}
        placeholder={props.placeholder}
        required={props.isRequired === true}
        aria-invalid={props.error === undefined ? undefined : true}
        aria-describedby={hasHint ? hintId : undefined}
        onChange={(event) => props.onChange(event.target.value)}
      />
      {hasHint ? (
        <p id={hintId} className={props.error === undefined ? "q sm" : "c-down sm"}>
          {props.error ?? props.hint}
        </p>
      ) : null}
    </div>
  );
};

export const SelectField = (props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  choices: readonly { readonly value: string; readonly text: string }[];
  isLabelHidden?: boolean;
}) => {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className={props.isLabelHidden === true ? "vh" : undefined}>
        {props.label}
      </label>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        {props.choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.text}
          </option>
        ))}
      </select>
    </div>
  );
};
