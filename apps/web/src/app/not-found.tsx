import { getTranslations } from "next-intl/server";
import Link from "next/link";

export default async function NotFound() {
  const t = await getTranslations("common");
  return (
    <main id="main">
      <div className="doc">
        <h1>{t("noPage")}</h1>
        <p>
          <Link href="/">{t("toFleet")}</Link>
        </p>
      </div>
    </main>
  );
}
