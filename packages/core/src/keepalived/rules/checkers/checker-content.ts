import type { Entry } from "../../reading.ts";
import { inServer } from "../examples.ts";
import { endOf, lastOf, linesOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";

/** What a checker cannot do without, or a page of an HTTP check. */
const missingIn = (entry: Entry): string | undefined => {
  switch (entry.keyword.name) {
    case "HTTP_GET":
    case "SSL_GET":
      return linesOf(entry, "url").some((url) => lastOf(url, "path") !== undefined)
        ? undefined
        : `${entry.keyword.name} has no url with a path: keepalived drops the check, some versions crash`;
    case "url":
      return lastOf(entry, "path") === undefined ? "this url has no path: keepalived drops it" : undefined;
    case "MISC_CHECK":
      return linesOf(entry, "misc_path").some(({ words }) => (words[1] ?? "").trim() !== "")
        ? undefined
        : "MISC_CHECK has no misc_path: keepalived drops the check";
    default:
      return undefined;
  }
};

export const checkerContent: Rule = {
  code: "checker-content",
  severity: "error",
  title: "a checker without what it should check",
  reason:
    "keepalived drops the checker: the real server counts as up whatever happens. 2.2.7 crashes on HTTP_GET without url.",
  mend: "Write url { path / }, misc_path, name or track_file.",
  bad: inServer("HTTP_GET {", "connect_port 80", "}"),
  good: inServer("HTTP_GET {", "url {", "path /", "}", "}"),
  ofEntry: {
    concerns: named("HTTP_GET", "SSL_GET", "url", "MISC_CHECK"),
    check: (entry, report) => {
      const missing = entry.inside === undefined ? undefined : missingIn(entry);
      if (missing !== undefined) report(endOf(entry), missing);
    },
  },
};
