import { AuditPage } from "@/features/audit/audit-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("audit") };
}

export default function Page() {
  return <AuditPage />;
}
