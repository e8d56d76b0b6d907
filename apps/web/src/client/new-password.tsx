"use client";
import { Field } from "@/ui/field.tsx";
import { useTranslations } from "next-intl";

/** The server's own least length (server/auth.ts), said before the round trip. */
export const shortestPassword = 12;

export const isLongEnough = (password: string): boolean => password.length >= shortestPassword;

/** A password that is being chosen: told that it is too short while it is typed, not after. */
export const NewPasswordField = (props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
}) => {
  const t = useTranslations("newPassword");
  const { hint, value, ...field } = props;
  const count = shortestPassword;
  const isShort = value !== "" && !isLongEnough(value);
  return (
    <Field
      {...field}
      value={value}
      type="password"
      autoComplete="new-password"
      isRequired
      hint={hint ?? t("hint", { count })}
      error={isShort ? t("short", { count, has: value.length }) : undefined}
    />
  );
};
