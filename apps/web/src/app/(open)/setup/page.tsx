import { Providers } from "@/client/providers.tsx";
import { SetupForm } from "@/features/sign-in/setup-form.tsx";
import { needsSetup } from "@/server/current-person.ts";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("setup") };
}

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<{ token?: string | string[] }>;
}) {
  if (!(await needsSetup())) redirect("/sign-in");
  const { token } = await searchParams;
  return (
    <main id="main">
      <Providers>
        <SetupForm token={typeof token === "string" ? token : ""} />
      </Providers>
    </main>
  );
}
