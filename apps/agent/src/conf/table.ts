import { printSave } from "@lvs/core/ipvs/save-format";
import { composeModel } from "@lvs/core/keepalived/compose";
import { toTable } from "@lvs/core/keepalived/to-table";
import { isUnreadable, readBytes, readTreeOf } from "./read-config.ts";
import { refuse } from "./report.ts";
import type { Outcome } from "./report.ts";

/** The IPVS table a file asks for while every check succeeds, as `ipvsadm -Sn` prints it. */
export const table = ({ file, host }: { file: string; host: string | undefined }): Outcome => {
  const bytes = readBytes(file);
  if (isUnreadable(bytes)) return refuse(bytes);
  const tree = readTreeOf(bytes, { path: file, host });
  const [unread] = tree.unreadable;
  if (unread !== undefined) return refuse(unread);
  return { output: printSave(toTable(composeModel(tree.value).value).value), exitCode: 0 };
};
