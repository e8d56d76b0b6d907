"use client";
import { Failed } from "@/ui/list-state.tsx";
import { useTranslations } from "next-intl";

/** The whole page while nobody can be asked who this is: no fact is shown to somebody unknown. */
export const DatabaseAway = () => {
  const t = useTranslations("problems");
  const common = useTranslations("common");
  return (
    <main id="main">
      <Failed
        text={t("databaseUnavailable")}
        detail={common("databaseAwayHint")}
        retry={common("retry")}
        onRetry={() => location.reload()}
      />
    </main>
  );
};
