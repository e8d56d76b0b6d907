import { isNumericAddress, readInteger } from "../../words.ts";
import { isMulticast } from "../good-word.ts";

const ranges: Record<string, { min: number; max: number }> = {
  id: { min: 0, max: 255 },
  maxlen: { min: 1, max: 65507 },
  port: { min: 1, max: 65535 },
  ttl: { min: 1, max: 255 },
};

/** One line of lvs_sync_daemon. */
export interface SyncDaemon {
  instance: string | undefined;
  readonly faults: string[];
}

/** INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS], as lvs_syncd_handler reads it. */
export const readSyncDaemon = (words: readonly string[]): SyncDaemon => {
  const read: SyncDaemon = { instance: undefined, faults: [] };
  for (let index = 2; index < words.length; index += 1) {
    const option = words[index] ?? "";
    const value = words[index + 1];
    const range = ranges[option];
    if (range !== undefined || option === "inst" || option === "group") {
      index += 1;
      if (value === undefined) read.faults.push(`${option} needs a value`);
      else if (option === "inst") read.instance = value;
      else if (option === "group") read.faults.push(...groupFault(value));
      else if (range !== undefined && readInteger(value, range).fault !== undefined) {
        read.faults.push(`${option} must be ${range.min} to ${range.max}, not ${value}`);
      }
    } else if (index === 2) read.instance = option;
    else if (index === 3) read.faults.push("write id before the number of the sync daemon");
    else read.faults.push(`${option} is no option of lvs_sync_daemon`);
  }
  return read;
};

const groupFault = (value: string): readonly string[] => {
  const isGood = isNumericAddress(value) && isMulticast(value, value.includes(":") ? 6 : 4);
  return isGood ? [] : [`${value} is no multicast address`];
};
