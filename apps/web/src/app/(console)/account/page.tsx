import { AccountPage } from "@/features/users/account-page.tsx";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("account") };
}

export default function Page() {
  return <AccountPage />;
}
