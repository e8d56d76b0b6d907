"use client";
import { signIn } from "@/client/auth.ts";
import { isLongEnough, NewPasswordField } from "@/client/new-password.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { EntryForm, useEntries } from "@/ui/entry-form.tsx";
import { Field } from "@/ui/field.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

/** The first administrator, made once, by somebody who can read the console's log. */
export const SetupForm = ({ token }: { token: string }) => {
  const t = useTranslations("setup");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const { values, field } = useEntries({ token, name: "", email: "", password: "" });
  const enter = async (): Promise<void> => {
    const answer = await signIn(values.email, values.password);
    window.location.assign(answer.outcome === "done" ? "/" : "/sign-in");
  };
  const create = useMutation(trpc.setup.createFirstAdmin.mutationOptions({ onSuccess: enter }));
  const submit = (): void => {
    if (isLongEnough(values.password)) create.mutate({ ...values, token: values.token.trim() });
  };
  return (
    <EntryForm
      page={{ title: t("title"), meaning: t("meaning") }}
      submit={t("submit")}
      onSubmit={submit}
      isBusy={create.isPending}
      failure={problemText(create.error)}
    >
      <Field label={t("token")} {...field("token")} isMono isRequired hint={t("tokenHint")} />
      <Field label={t("name")} {...field("name")} autoComplete="name" isRequired />
      <Field label={t("email")} type="email" {...field("email")} autoComplete="username" isRequired />
      <NewPasswordField label={t("password")} {...field("password")} />
    </EntryForm>
  );
};
