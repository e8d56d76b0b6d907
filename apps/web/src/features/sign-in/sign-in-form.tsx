"use client";
import { signIn, type SignIn } from "@/client/auth.ts";
import { setPreference } from "@/client/preferences.ts";
import { EntryForm, useEntries } from "@/ui/entry-form.tsx";
import { Field } from "@/ui/field.tsx";
import { useLocale, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";

export const SignInForm = () => {
  const t = useTranslations("signIn");
  const { values, field } = useEntries({ email: "", password: "" });
  const [answer, setAnswer] = useState<SignIn | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const submit = (): void => {
    setBusy(true);
    void signIn(values.email, values.password).then((result) => {
      if (result.outcome === "done") {
        window.location.assign("/");
        return;
      }
      setAnswer(result);
      setBusy(false);
    });
  };
  return (
    <EntryForm
      page={{ title: "LVS Console", meaning: t("meaning") }}
      submit={t("submit")}
      onSubmit={submit}
      isBusy={isBusy}
      failure={
        answer === undefined || answer.outcome === "done"
          ? undefined
          : t(answer.outcome, { detail: answer.detail })
      }
      foot={<Language />}
    >
      <Field label={t("email")} type="email" {...field("email")} autoComplete="username" isRequired />
      <Field
        label={t("password")}
        type="password"
        {...field("password")}
        autoComplete="current-password"
        isRequired
      />
    </EntryForm>
  );
};

/** The other language, named in itself. */
const Language = () => {
  const router = useRouter();
  const other = useLocale() === "en" ? "zh-CN" : "en";
  const speak = (): void => {
    setPreference("locale", other);
    router.refresh();
  };
  return (
    <p className="q sm lead">
      <button type="button" className="linkish" onClick={speak} lang={other}>
        {other === "zh-CN" ? "中文" : "English"}
      </button>
    </p>
  );
};
