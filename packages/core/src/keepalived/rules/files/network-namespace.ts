import { inInstance } from "../examples.ts";
import type { Rule, TopEntry } from "../rule.ts";

/** The line that sends keepalived into another network namespace: the first counts. */
const namespaceLine = (top: readonly TopEntry[]): TopEntry | undefined =>
  top.find(({ entry }) => entry.keyword.name === "net_namespace" && entry.words.length > 1);

/** The network namespace that keepalived enters before it reads anything but its global settings, if any. */
export const networkNamespaceOf = (top: readonly TopEntry[]): string | undefined =>
  namespaceLine(top)?.entry.words[1];

export const networkNamespace: Rule = {
  code: "network-namespace",
  severity: "info",
  title: "a configuration for a network namespace",
  reason:
    "Where the namespace does not exist, keepalived -t ends with code 0 and has read no more than the global settings: it has not approved the rest. Mistakes of such a file are warnings until the namespace is known to exist.",
  mend: "Check the file on the director, where the namespace is.",
  bad: `net_namespace blue\n${inInstance()}`,
  good: inInstance(),
  ofFile: (file) => {
    const line = namespaceLine(file.top);
    if (line === undefined) return;
    file.report(
      line.absolute(line.entry.spot),
      `keepalived -t reads this file only where the network namespace ${line.entry.words[1] ?? ""} exists`,
    );
  },
};
