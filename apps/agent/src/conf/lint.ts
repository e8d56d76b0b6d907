import { existsSync } from "node:fs";
import type { Diagnostic } from "@lvs/core/keepalived/diagnostic";
import { lintParsed } from "@lvs/core/keepalived/lint-parsed";
import { isUnreadable, readBytes, readTreeOf } from "./read-config.ts";
import type { Bytes, Unreadable } from "./read-config.ts";
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
  const known = new Map<string, Bytes>();
  for (const path of request.files) {
    const bytes = readBytes(path);
    if (isUnreadable(bytes)) {
      unreadable.push(bytes);
      continue;
    }
    known.set(path, bytes);
    const parsed = readTreeOf(bytes, { path, host: request.host });
    unreadable.push(...parsed.unreadable);
    findings.push(...lintParsed(parsed, { isNewer: request.isNewer, hasNamespace }));
  }
  const { isJson, files } = request;
  return reportFindings(findings, { isJson, unreadable, fileCount: files.length, known });
};

/** As `ip netns` and keepalived keep them. */
const hasNamespace = (name: string): boolean =>
  !name.includes("/") && name !== "" && existsSync(`/run/netns/${name}`);
