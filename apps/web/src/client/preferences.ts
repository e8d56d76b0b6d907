/** Language and theme: a cookie each, so that the first paint is right already. */

const year = 365 * 24 * 60 * 60;

export const setPreference = (name: "locale" | "theme", value: string): void => {
  document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax`;
};

export const toggleTheme = (): void => {
  const root = document.documentElement;
  const isDark =
    root.dataset["theme"] === undefined
      ? matchMedia("(prefers-color-scheme: dark)").matches
      : root.dataset["theme"] === "dark";
  const next = isDark ? "light" : "dark";
  root.dataset["theme"] = next;
  setPreference("theme", next);
};
