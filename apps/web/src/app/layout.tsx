import type { Metadata, Viewport } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getLocale } from "next-intl/server";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import "@/ui/styles/tokens.css";
import "@/ui/styles/base.css";
import "@/ui/styles/glyphs.css";
import "@/ui/styles/shell.css";
import "@/ui/styles/panes.css";
import "@/ui/styles/controls.css";
import "@/ui/styles/tables.css";
import "@/ui/styles/ipvs.css";
import "@/ui/styles/actions.css";
import "@/ui/styles/fleet.css";
import "@/ui/styles/runs.css";
import "@/ui/styles/diff.css";
import "@/ui/styles/pair.css";
import "@/ui/styles/solo.css";
import "@/ui/styles/extras.css";
import "@/ui/styles/narrow.css";
import "@/ui/styles/narrow-tables.css";
import "@/ui/styles/narrow-lists.css";
import "@/ui/styles/connections.css";
import "@/ui/styles/record.css";

export const metadata: Metadata = { title: { default: "LVS Console", template: "%s · LVS Console" } };
export const viewport: Viewport = { width: "device-width", initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const locale = await getLocale();
  const theme = (await cookies()).get("theme")?.value;
  const chosen = theme === "dark" || theme === "light" ? { "data-theme": theme } : {};
  return (
    <html lang={locale} {...chosen}>
      <body>
        <NextIntlClientProvider>{children}</NextIntlClientProvider>
      </body>
    </html>
  );
}
