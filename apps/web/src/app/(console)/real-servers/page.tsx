import { RealServersPage } from "@/features/real-servers/real-servers-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("realServers") };
}

export default function Page() {
  return <RealServersPage />;
}
