import { SignInForm } from "@/features/sign-in/sign-in-form.tsx";
import { currentPerson, needsSetup } from "@/server/current-person.ts";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("titles");
  return { title: t("signIn") };
}

export default async function Page() {
  if (await needsSetup()) redirect("/setup");
  if ((await currentPerson()) !== null) redirect("/");
  return (
    <main id="main">
      <SignInForm />
    </main>
  );
}
