import { ConnectionsPage } from "@/features/connections/connections-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("connections") };
}

export default function Page() {
  return <ConnectionsPage />;
}
