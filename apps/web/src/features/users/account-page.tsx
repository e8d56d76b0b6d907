"use client";
import { useProblem } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useUser } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { State } from "@/ui/glyph.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type SubmitEvent } from "react";

const shortestPassword = 12;

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
  const problemOf = useProblem();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const clear = (): void => {
    setCurrent("");
    setNext("");
  };
  const change = useMutation(trpc.users.changeOwnPassword.mutationOptions({ onSuccess: clear }));
  const isShort = next !== "" && next.length < shortestPassword;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (next.length >= shortestPassword) change.mutate({ currentPassword: current, newPassword: next });
  };
  return (
    <form className="stack" method="post" onSubmit={submit}>
      <Field
        label={t("current")}
        type="password"
        value={current}
        onChange={setCurrent}
        autoComplete="current-password"
        isRequired
      />
      <Field
        label={t("next")}
        type="password"
        value={next}
        onChange={setNext}
        autoComplete="new-password"
        isRequired
        hint={t("hint", { count: shortestPassword })}
        error={isShort ? t("short", { count: shortestPassword }) : undefined}
      />
      <div className="actions">
        <Button kind="primary" type="submit" isBusy={change.isPending}>
          {t("submit")}
        </Button>
        {change.isSuccess ? (
          <State glyph="done" tone="ok">
            {t("changed")}
          </State>
        ) : null}
      </div>
      {change.isError ? (
        <p className="c-down sm" role="alert">
          {problemOf(change.error).text} {problemOf(change.error).detail}
        </p>
      ) : null}
    </form>
  );
};
