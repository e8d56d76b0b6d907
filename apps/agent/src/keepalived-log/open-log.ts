import type { System } from "../system/system.ts";
import { fileLog } from "./file-log.ts";
import { journalLog } from "./journal-log.ts";
import type { LogPlace, LogSource } from "./log-source.ts";

export const openLog = (system: System, place: LogPlace): LogSource =>
  place.kind === "file" ? fileLog(system, place.path) : journalLog(system, place.unit);

const usualPath = "/var/log/keepalived.log";

/** The place for a director on which nobody has named one: the usual file, where there is one; else the journal, where systemd runs the machine. */
export const usualLogPlace = async (system: System, hasSystemd: boolean): Promise<LogPlace> =>
  hasSystemd && !(await system.files.exists(usualPath))
    ? { kind: "journal", unit: "keepalived" }
    : { kind: "file", path: usualPath };
