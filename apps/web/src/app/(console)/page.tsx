import { FleetPage } from "@/features/fleet/fleet-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("fleet") };
}

export default function Page() {
  return <FleetPage />;
}
