import type { Diagnostic } from "@lvs/core/keepalived/diagnostic";
import { comparePair } from "@lvs/core/keepalived/pair";
import { isUnreadable, readBytes, readTreeOf } from "./read-config.ts";
import type { Bytes } from "./read-config.ts";
import { reportFindings } from "./report.ts";
import type { Outcome } from "./report.ts";

export const pair = (request: {
  files: readonly [string, string];
  isJson: boolean;
  host: string | undefined;
  intended: readonly string[];
}): Outcome => {
  const [first, second] = request.files;
  const bytes = [readBytes(first), readBytes(second)] as const;
  const unreadable = bytes.filter(isUnreadable);
  const [one, other] = bytes;
  const options = { isJson: request.isJson, unreadable, fileCount: 2, known: new Map<string, Bytes>() };
  if (isUnreadable(one) || isUnreadable(other)) return reportFindings([], options);
  options.known.set(first, one).set(second, other);
  const trees = [
    readTreeOf(one, { path: first, host: request.host }),
    readTreeOf(other, { path: second, host: request.host }),
  ] as const;
  const findings: readonly Diagnostic[] = comparePair(trees[0].value, trees[1].value, {
    intended: request.intended,
  });
  return reportFindings(findings, { ...options, unreadable: trees.flatMap((tree) => tree.unreadable) });
};
