"use client";
import { Button } from "@/ui/button.tsx";
import { useTranslations } from "next-intl";

/** The whole page while nobody can be asked who this is: no fact is shown to somebody unknown. */
export const DatabaseAway = () => {
  const t = useTranslations("problems");
  const common = useTranslations("common");
  return (
    <main id="main">
      <div className="doc" role="alert">
        <h1>{t("databaseUnavailable")}</h1>
        <p>{common("databaseAwayHint")}</p>
        <div className="actions">
          <Button onClick={() => location.reload()}>{common("retry")}</Button>
        </div>
      </div>
    </main>
  );
};
