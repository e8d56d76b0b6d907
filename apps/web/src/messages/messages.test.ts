import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createTranslator } from "next-intl";
import { describe, expect, test } from "vitest";
import { chooseLocale } from "./locales.ts";
import english from "./en.json" with { type: "json" };
import chinese from "./zh-CN.json" with { type: "json" };

const source = fileURLToPath(new URL("..", import.meta.url));

const keysOf = (node: unknown, prefix = ""): string[] => {
  if (typeof node !== "object" || node === null) return [prefix];
  return Object.entries(node).flatMap(([key, value]) =>
    keysOf(value, prefix === "" ? key : `${prefix}.${key}`),
  );
};

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/u.test(name) && !name.includes(".test."))
    .map((name) => path.join(folder, name));

const sources = ["app", "features", "client", "ui"].flatMap((folder) => files(path.join(source, folder)));

/** `const t = useTranslations("ns")` and `t("key")` in one file, by the name of the variable. */
const used = (text: string): string[] => {
  const found: string[] = [];
  const spaces = new Map<string, Set<string>>();
  for (const [, name = "", space = ""] of text.matchAll(
    /const (\w+) = (?:await )?(?:use|get)Translations\("([\w.]+)"\)/gu,
  ))
    spaces.set(name, new Set([...(spaces.get(name) ?? []), space]));
  for (const [name, namespaces] of spaces)
    for (const [, key = ""] of text.matchAll(new RegExp(`\\b${name}\\(\\s*"([\\w.]+)"`, "gu"))) {
      const candidates = [...namespaces].map((space) => `${space}.${key}`);
      found.push(candidates.join("|"));
    }
  return found;
};

/** Names of the values in a message; digits after "{" are none, nor are words inside a plural's branches. */
const names = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)(?=[,}])/gu)]
    .map(([, name = ""]) => name)
    .filter((name) => /^[a-z]/iu.test(name));

/** Names of the elements that a component puts into a message: "<client></client>". */
const tags = (text: string): string[] => [...text.matchAll(/<(\w+)>/gu)].map(([, name = ""]) => name);

const flat = (node: unknown, prefix = ""): [string, string][] => {
  if (typeof node === "string") return [[prefix, node]];
  return Object.entries(node ?? {}).flatMap(([key, value]) =>
    flat(value, prefix === "" ? key : `${prefix}.${key}`),
  );
};

describe("the catalogue", () => {
  test("both languages have exactly the same keys", () => {
    expect(keysOf(chinese).toSorted()).toEqual(keysOf(english).toSorted());
  });

  test("every key that a component names is there", () => {
    const keys = new Set(keysOf(english));
    const missing = sources.flatMap((file) =>
      used(readFileSync(file, "utf8"))
        .filter((candidates) => !candidates.split("|").some((key) => keys.has(key)))
        .map((candidates) => `${path.relative(source, file)}: ${candidates}`),
    );
    expect(missing).toEqual([]);
  });

  test("every message is well-formed ICU in both languages", () => {
    const broken: string[] = [];
    for (const [locale, messages] of [
      ["en", english],
      ["zh-CN", chinese],
    ] as const)
      for (const [key, text] of flat(messages)) {
        const values = Object.fromEntries(names(text).map((name) => [name, 1]));
        const elements = Object.fromEntries(tags(text).map((name) => [name, () => name]));
        void createTranslator({
          locale,
          messages: { text },
          onError: (error) => broken.push(`${locale} ${key}: ${error.message}`),
        }).rich("text", { ...values, ...elements });
      }
    expect(broken).toEqual([]);
  });

  test("no plural has a branch that its language never chooses, as 'one' in Chinese", () => {
    const dead: string[] = [];
    for (const [locale, messages] of [
      ["en", english],
      ["zh-CN", chinese],
    ] as const) {
      const chosen = new Set<string>(new Intl.PluralRules(locale).resolvedOptions().pluralCategories);
      for (const [key, text] of flat(messages))
        for (const [, category = ""] of text.matchAll(/[\s}](zero|one|two|few|many) \{/gu))
          if (text.includes("plural") && !chosen.has(category)) dead.push(`${locale} ${key}: ${category}`);
    }
    expect(dead).toEqual([]);
  });

  test("a message names the same values in both languages", () => {
    const other = new Map(flat(chinese));
    const differing = flat(english).filter(([key, text]) => {
      const own = new Set(names(text));
      const theirs = new Set(names(other.get(key) ?? ""));
      const elements = tags(text).toSorted().join();
      return (
        [...theirs].some((name) => !own.has(name)) ||
        elements !==
          tags(other.get(key) ?? "")
            .toSorted()
            .join()
      );
    });
    expect(differing.map(([key]) => key)).toEqual([]);
  });
});

test("what a person chose wins over what the browser asks for", () => {
  expect(chooseLocale("zh-CN", "en-GB")).toBe("zh-CN");
  expect(chooseLocale(undefined, "zh-TW,zh;q=0.9,en;q=0.8")).toBe("zh-CN");
  expect(chooseLocale("klingon", "de-DE,en;q=0.8")).toBe("en");
  expect(chooseLocale(undefined, "")).toBe("en");
});
