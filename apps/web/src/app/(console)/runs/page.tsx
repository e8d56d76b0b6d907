import { RunsPage } from "@/features/workflows/runs-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("runs") };
}

export default function Page() {
  return <RunsPage />;
}
