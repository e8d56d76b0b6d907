"use client";
import { Failed } from "@/ui/list-state.tsx";
import { useTranslations } from "next-intl";

/** A page that broke says so in its place; the bar and the line of truth stay. */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useTranslations("common");
  return (
    <main id="main">
      <Failed text={t("broken")} detail={error.digest ?? error.message} retry={t("retry")} onRetry={reset} />
    </main>
  );
}
