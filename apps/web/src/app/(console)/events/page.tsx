import { EventsPage } from "@/features/events/events-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("events") };
}

export default function Page() {
  return <EventsPage />;
}
