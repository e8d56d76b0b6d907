import { placeOf } from "./cst.ts";
import type { ConfigTree, FaultCode } from "./cst.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";

const wordings: Record<FaultCode, { severity: Severity; message: string }> = {
  "missing-closing-brace": { severity: "error", message: "this block is never closed: a } is missing" },
  "stray-closing-brace": { severity: "error", message: "this } closes nothing" },
  "brace-without-keyword": { severity: "error", message: "no keyword stands before this {" },
  "unterminated-quote": {
    severity: "error",
    message: "this quote is never closed: keepalived drops the value",
  },
  "line-too-long": {
    severity: "warning",
    message: "keepalived reads at most 1023 bytes of a line: what follows here is read as a new line",
  },
  "nul-byte": { severity: "warning", message: "a NUL byte: keepalived does not read the rest of this line" },
  "too-deep": { severity: "error", message: "braces are nested too deeply" },
};

/** A file with more faults than this is not a configuration; the rest is counted, not listed. */
const maxFaults = 1000;

/** The faults of the text itself, in their order. */
export const readFaults = (tree: ConfigTree): Diagnostic[] => {
  const diagnostics: Diagnostic[] = [];
  let unlisted = 0;
  for (const section of tree.sections) {
    for (const fault of section.body.faults) {
      if (diagnostics.length >= maxFaults) {
        unlisted += 1;
        continue;
      }
      const place = placeOf(tree, section, { offset: fault.start, line: fault.line });
      const endColumn = place.column + Math.max(fault.end - fault.start, 1);
      diagnostics.push({ code: fault.code, ...wordings[fault.code], ...place, endColumn });
    }
  }
  if (unlisted > 0) {
    const message = `${unlisted} more faults of braces, quotes and lines are not listed`;
    diagnostics.push({
      code: "too-many-faults",
      severity: "error",
      message,
      path: tree.path,
      line: 1,
      column: 1,
    });
  }
  return diagnostics;
};
