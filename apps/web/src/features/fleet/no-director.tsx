"use client";
import { LinkButton } from "@/ui/button.tsx";
import { useRefusal } from "@/client/user.tsx";
import { useTranslations } from "next-intl";

export const NoDirector = () => {
  const t = useTranslations("fleet");
  const refusal = useRefusal("admin");
  return (
    <main id="main">
      <div className="pane">
        <div className="doc">
          <h1>{t("noDirector")}</h1>
          <p className="q lead">{t("noDirectorHint")}</p>
          {refusal === undefined ? (
            <LinkButton href="/enrol" kind="primary">
              {t("enrolFirst")}
            </LinkButton>
          ) : (
            <p className="c-warn">{refusal}</p>
          )}
        </div>
      </div>
    </main>
  );
};
