import { EnrolPage } from "@/features/enrolment/enrol-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("enrol") };
}

export default function Page() {
  return <EnrolPage />;
}
