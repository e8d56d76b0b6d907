"use client";
import { signIn, type SignIn } from "@/client/auth.ts";
import { setPreference } from "@/client/preferences.ts";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Note } from "@/ui/note.tsx";
import { useLocale, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState, type SubmitEvent } from "react";

export const SignInForm = () => {
  const t = useTranslations("signIn");
  const router = useRouter();
  const locale = useLocale();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [answer, setAnswer] = useState<SignIn | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setBusy(true);
    void signIn(email, password).then((result) => {
      if (result.outcome === "done") {
        window.location.assign("/");
        return;
      }
      setAnswer(result);
      setBusy(false);
    });
  };
  const speak = (): void => {
    setPreference("locale", locale === "en" ? "zh-CN" : "en");
    router.refresh();
  };
  return (
    <form className="solo" method="post" onSubmit={submit}>
      <h1>LVS Console</h1>
      <p className="q lead">{t("meaning")}</p>
      {answer === undefined || answer.outcome === "done" ? null : (
        <div className="framed-note">
          <Note tone="down" glyph="crit" isAlert>
            {t(answer.outcome, { detail: answer.detail })}
          </Note>
        </div>
      )}
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
        autoComplete="current-password"
        isRequired
      />
      <div className="actions">
        <Button kind="primary" type="submit" isBusy={isBusy}>
          {t("submit")}
        </Button>
      </div>
      <p className="q sm lead">
        <button type="button" className="linkish" onClick={speak} lang={locale === "en" ? "zh-CN" : "en"}>
          {locale === "en" ? "中文" : "English"}
        </button>
      </p>
    </form>
  );
};
