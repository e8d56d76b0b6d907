export const locales = ["en", "zh-CN"] as const;
export type Locale = (typeof locales)[number];

export const isLocale = (text: string | undefined): text is Locale =>
  locales.some((locale) => locale === text);

/** `asked`: an Accept-Language header; its first entry that we speak wins, whatever its region. */
export const chooseLocale = (chosen: string | undefined, asked: string): Locale => {
  if (isLocale(chosen)) return chosen;
  for (const entry of asked.split(",")) {
    const language = entry.trim().split(";")[0]?.toLowerCase() ?? "";
    if (language.startsWith("zh")) return "zh-CN";
    if (language.startsWith("en")) return "en";
  }
  return "en";
};
