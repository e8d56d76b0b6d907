import type { Diagnostic } from "@lvs/core/keepalived/diagnostic";
import { lintConfig } from "@lvs/core/keepalived/lint";
import { isUnreadable, readBytes, readTreeOf } from "./read-config.ts";
import type { Unreadable } from "./read-config.ts";
import { reportFindings } from "./report.ts";
import type { Outcome } from "./report.ts";

export const lint = (request: {
  files: readonly string[];
  isJson: boolean;
  isNewer: boolean;
  host: string | undefined;
}): Outcome => {
  const findings: Diagnostic[] = [];
  const unreadable: Unreadable[] = [];
  for (const path of request.files) {
    const bytes = readBytes(path);
    if (isUnreadable(bytes)) unreadable.push(bytes);
    else findings.push(...lintBytes(bytes, { path, host: request.host, isNewer: request.isNewer }));
  }
  return reportFindings(findings, { isJson: request.isJson, unreadable, fileCount: request.files.length });
};

const lintBytes = (
  bytes: Uint8Array,
  at: { path: string; host: string | undefined; isNewer: boolean },
): readonly Diagnostic[] => {
  const tree = readTreeOf(bytes, at);
  const seen = new Set<string>();
  const isNew = (finding: Diagnostic): boolean => {
    const key = `${finding.path} ${finding.line} ${finding.column} ${finding.code} ${finding.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  const findings = [...tree.diagnostics, ...lintConfig(tree.value, { isNewer: at.isNewer })].filter(isNew);
  return findings.toSorted((a, b) =>
    a.path === b.path ? a.line - b.line || a.column - b.column : a.path < b.path ? -1 : 1,
  );
};
