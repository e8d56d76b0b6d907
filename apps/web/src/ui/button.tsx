import clsx from "clsx";
import Link from "next/link";
import { useId, type ReactNode } from "react";

export type ButtonKind = "plain" | "primary" | "danger";

const kindClass: Readonly<Record<ButtonKind, string>> = { plain: "", primary: "pri", danger: "dan" };

interface ButtonProps {
  readonly children: ReactNode;
  readonly kind?: ButtonKind;
  readonly type?: "button" | "submit";
  readonly onClick?: () => void;
  readonly className?: string;
  readonly label?: string;
  /** Present: the button does nothing and says why. The reason is read with the button. */
  readonly refusal?: string | undefined;
  /** The reason stands somewhere else on the screen already. */
  readonly isReasonElsewhere?: boolean;
  readonly isBusy?: boolean;
}

export const Button = (props: ButtonProps) => {
  const reasonId = useId();
  const isOff = props.refusal !== undefined || props.isBusy === true;
  return (
    <>
      <button
        type={props.type ?? "button"}
        className={clsx("btn", kindClass[props.kind ?? "plain"], props.className)}
        onClick={props.onClick}
        disabled={isOff}
        aria-busy={props.isBusy === true ? true : undefined}
        aria-label={props.label}
        title={props.refusal}
        aria-describedby={props.refusal === undefined ? undefined : reasonId}
      >
        {props.children}
      </button>
      {props.refusal === undefined ? null : (
        <span id={reasonId} className={props.isReasonElsewhere === true ? "vh" : "reason"}>
          {props.refusal}
        </span>
      )}
    </>
  );
};

export const LinkButton = (props: {
  href: string;
  children: ReactNode;
  kind?: ButtonKind;
  className?: string;
  label?: string;
}) => (
  <Link
    className={clsx("btn", kindClass[props.kind ?? "plain"], props.className)}
    href={props.href}
    aria-label={props.label}
  >
    {props.children}
  </Link>
);
