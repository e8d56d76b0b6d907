import type { ConfigTree } from "./cst.ts";
import type { Diagnostic, Parsed } from "./diagnostic.ts";
import { lintConfig } from "./lint.ts";
import type { Finding, LintOptions } from "./lint.ts";
import { readTree } from "./read-tree.ts";
import { topEntriesOf } from "./rules/file-view.ts";
import { networkNamespaceOf } from "./rules/files/network-namespace.ts";

export interface MachineOptions extends LintOptions {
  /**
   * Whether the director has this network namespace. keepalived that cannot enter the namespace of `net_namespace` ends
   * without a complaint, so what is wrong with such a file is an error only where the answer is yes. Left out: not known.
   */
  readonly hasNamespace?: (name: string) => boolean;
}

/**
 * All that is wrong with a text, each mistake once, by place: what the preprocessor or the parser found and what the linter finds.
 * Severity "error" is what `keepalived -t` complains of on any machine that has the interfaces, scripts and users the file
 * names; what it says for want of those is a warning.
 */
export const lintParsed = (parsed: Parsed<ConfigTree>, options: MachineOptions = {}): readonly Finding[] => {
  const seen = new Set<string>();
  const findings = [...parsed.diagnostics, ...lintConfig(parsed.value, options)].filter((finding) => {
    const key = `${finding.path} ${finding.line} ${finding.column} ${finding.code} ${finding.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  const isCertain = !isCut(parsed.diagnostics) && canEnterNamespace(parsed.value, options);
  return findings
    .map((finding) => (isCertain || finding.severity !== "error" ? finding : asWarning(finding)))
    .toSorted((a, b) => comparePaths(a.path, b.path) || a.line - b.line || a.column - b.column);
};

const canEnterNamespace = (tree: ConfigTree, options: MachineOptions): boolean => {
  const readings = readTree(tree, { hasNewerBlocks: options.isNewer === true });
  const name = networkNamespaceOf(topEntriesOf(readings));
  return name === undefined || options.hasNamespace?.(name) === true;
};

/** Only the beginning was read: a name or a brace that seems to be missing may stand in the rest. */
const isCut = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ code }) => code === "expansion-too-large");

const asWarning = (finding: Finding): Finding => ({ ...finding, severity: "warning" });

const comparePaths = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
