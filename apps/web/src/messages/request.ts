import { getRequestConfig } from "next-intl/server";
import { cookies, headers } from "next/headers";
import { chooseLocale } from "./locales.ts";
import { holdUnits } from "./units.ts";

/** The language of a request: what the person chose, else what the browser asks for. */
export default getRequestConfig(async () => {
  const chosen = (await cookies()).get("locale")?.value;
  const asked = (await headers()).get("accept-language") ?? "";
  const locale = chooseLocale(chosen, asked);
  const messages = locale === "zh-CN" ? await import("./zh-CN.json") : await import("./en.json");
  return { locale, messages: holdUnits(messages.default), timeZone: "UTC" };
});
