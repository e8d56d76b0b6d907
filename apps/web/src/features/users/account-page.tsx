"use client";
import { isLongEnough, NewPasswordField, shortestPassword } from "@/client/new-password.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useUser } from "@/client/user.tsx";
import { EntryForm, useEntries } from "@/ui/entry-form.tsx";
import { Field } from "@/ui/field.tsx";
import { State } from "@/ui/glyph.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

export const AccountPage = () => {
  const t = useTranslations("account");
  const roles = useTranslations("roles");
  const user = useUser();
  return (
    <main id="main">
      <div className="pane">
        <div className="head">
          <h1>{user.name}</h1>
          <span className="m">{user.email}</span>
          <span className="q">{roles(user.role)}</span>
        </div>
        <section className="sec narrow" aria-label={t("password")}>
          <h2>{t("password")}</h2>
          <PasswordForm />
        </section>
      </div>
    </main>
  );
};

const PasswordForm = () => {
  const t = useTranslations("account");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const { values, field, clear } = useEntries({ currentPassword: "", newPassword: "" });
  const change = useMutation(trpc.users.changeOwnPassword.mutationOptions({ onSuccess: clear }));
  const submit = (): void => {
    if (isLongEnough(values.newPassword)) change.mutate(values);
  };
  return (
    <EntryForm
      submit={t("submit")}
      onSubmit={submit}
      isBusy={change.isPending}
      failure={problemText(change.error)}
      outcome={
        change.isSuccess ? (
          <State glyph="done" tone="ok">
            {t("changed")}
          </State>
        ) : null
      }
    >
      <Field
        label={t("current")}
        type="password"
        {...field("currentPassword")}
        autoComplete="current-password"
        isRequired
      />
      <NewPasswordField
        label={t("next")}
        {...field("newPassword")}
        hint={t("hint", { count: shortestPassword })}
      />
    </EntryForm>
  );
};
