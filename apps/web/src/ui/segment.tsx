import clsx from "clsx";

/** One choice out of a few, all in sight. Arrow keys are not needed: every choice is a button of its own. */
export const Segment = <Value extends string>(props: {
  label: string;
  choices: readonly { readonly value: Value; readonly text: string; readonly refusal?: string | undefined }[];
  value: Value;
  onChange: (value: Value) => void;
  /** Words of ours (sans) instead of switches of a command (mono). */
  isWords?: boolean;
}) => (
  <span className={clsx("seg", props.isWords === true && "word")} role="group" aria-label={props.label}>
    {props.choices.map((choice) => (
      <button
        key={choice.value}
        type="button"
        aria-pressed={choice.value === props.value}
        disabled={choice.refusal !== undefined}
        title={choice.refusal}
        onClick={() => props.onChange(choice.value)}
      >
        {choice.text}
      </button>
    ))}
  </span>
);
