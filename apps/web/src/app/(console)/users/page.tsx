import { UsersPage } from "@/features/users/users-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("users") };
}

export default function Page() {
  return <UsersPage />;
}
