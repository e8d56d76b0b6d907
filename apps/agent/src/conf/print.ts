import { parseConfig } from "@lvs/core/keepalived/parse";
import { printConfig } from "@lvs/core/keepalived/print";
import { isUnreadable, readBytes } from "./read-config.ts";
import { refuse } from "./report.ts";
import type { Outcome } from "./report.ts";

/** The bytes as printed from the tree: those of the file, or the tree is wrong. */
export const print = ({ file }: { file: string }): Outcome => {
  const bytes = readBytes(file);
  if (isUnreadable(bytes)) return refuse(bytes);
  return { output: printConfig(parseConfig(bytes, { path: file }).value), exitCode: 0 };
};
