"use client";
import { signIn } from "@/client/auth.ts";
import { useProblem } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Note } from "@/ui/note.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type SubmitEvent } from "react";

const shortestPassword = 12;

/** The first administrator, made once, by somebody who can read the console's log. */
export const SetupForm = ({ token: given }: { token: string }) => {
  const t = useTranslations("setup");
  const trpc = useTRPC();
  const problemOf = useProblem();
  const [token, setToken] = useState(given);
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = async (): Promise<void> => {
    const answer = await signIn(email, password);
    window.location.assign(answer.outcome === "done" ? "/" : "/sign-in");
  };
  const create = useMutation(trpc.setup.createFirstAdmin.mutationOptions({ onSuccess: enter }));
  const isShort = password !== "" && password.length < shortestPassword;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (password.length >= shortestPassword) create.mutate({ token: token.trim(), name, email, password });
  };
  return (
    <form className="solo" method="post" onSubmit={submit}>
      <h1>{t("title")}</h1>
      <p className="q lead">{t("meaning")}</p>
      {create.isError ? (
        <div className="framed-note">
          <Note tone="down" glyph="crit" isAlert>
            {problemOf(create.error).text} {problemOf(create.error).detail}
          </Note>
        </div>
      ) : null}
      <Field label={t("token")} value={token} onChange={setToken} isMono isRequired hint={t("tokenHint")} />
      <Field label={t("name")} value={name} onChange={setName} autoComplete="name" isRequired />
      <Field
        label={t("email")}
        type="email"
        value={email}
        onChange={setEmail}
        autoComplete="username"
        isRequired
      />
      <Field
        label={t("password")}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        isRequired
        hint={t("passwordHint", { count: shortestPassword })}
        error={isShort ? t("passwordShort", { count: shortestPassword, has: password.length }) : undefined}
      />
      <div className="actions">
        <Button kind="primary" type="submit" isBusy={create.isPending}>
          {t("submit")}
        </Button>
      </div>
    </form>
  );
};
