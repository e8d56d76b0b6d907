import { PlanPage } from "@/features/workflows/plan-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("plan") };
}

export default function Page() {
  return <PlanPage />;
}
