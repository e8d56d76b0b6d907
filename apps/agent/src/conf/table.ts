import { printSave } from "@lvs/core/ipvs/save-format";
import { composeModel } from "@lvs/core/keepalived/compose";
import { toTable } from "@lvs/core/keepalived/to-table";
import { isUnreadable, readBytes, readTreeOf } from "./read-config.ts";
import type { Outcome } from "./report.ts";

/** The IPVS table a file asks for while every check succeeds, as `ipvsadm -Sn` prints it. */
export const table = ({ file, host }: { file: string; host: string | undefined }): Outcome => {
  const bytes = readBytes(file);
  if (isUnreadable(bytes)) return { output: `${file}: could not be read: ${bytes.reason}\n`, exitCode: 2 };
  const tree = readTreeOf(bytes, { path: file, host });
  const wanted = toTable(composeModel(tree.value).value);
  return { output: printSave(wanted.value), exitCode: 0 };
};
