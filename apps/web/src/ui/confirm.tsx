"use client";
import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";
import { Button, type ButtonKind } from "./button.tsx";

/** The confirm itself: focus starts on the safe button, Esc means nothing happens. */
export const Confirm = (props: {
  trigger: ReactNode;
  kind: ButtonKind;
  title: string;
  body: ReactNode;
  keep: string;
  act: string;
  onAct: () => void;
  triggerClassName?: string;
  refusal?: string | undefined;
}) => {
  if (props.refusal !== undefined)
    return (
      <Button
        kind={props.kind}
        refusal={props.refusal}
        isReasonElsewhere
        {...classOf(props.triggerClassName)}
      >
        {props.trigger}
      </Button>
    );
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger className={`btn ${kindOf(props.kind)} ${props.triggerClassName ?? ""}`}>
        {props.trigger}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="scrim" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title className="dialog-title">{props.title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="dialog-body">{props.body}</div>
          </AlertDialog.Description>
          <div className="dialog-foot">
            <AlertDialog.Cancel className="btn pri">{props.keep}</AlertDialog.Cancel>
            <AlertDialog.Action className="btn dan" onClick={props.onAct}>
              {props.act}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
};

const classOf = (className: string | undefined): { className?: string } =>
  className === undefined ? {} : { className };

const kindOf = (kind: ButtonKind): string => {
  switch (kind) {
    case "plain":
      return "";
    case "primary":
      return "pri";
    case "danger":
      return "dan";
  }
};
