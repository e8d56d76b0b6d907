import { z } from "zod";

/** What journalctl(1) --output=json prints of an entry, as far as it is used (systemd.journal-fields(7)). */
const entrySchema = z.object({
  __CURSOR: z.string(),
  /** Microseconds since 1970. */
  __REALTIME_TIMESTAMP: z.string().regex(/^\d+$/u),
  /** Bytes where it is not UTF-8; null where it is too long to be printed. */
  MESSAGE: z.union([z.string(), z.array(z.int().min(0).max(255)), z.null()]).optional(),
  SYSLOG_IDENTIFIER: z.string().optional(),
  _COMM: z.string().optional(),
  _PID: z.string().optional(),
  _HOSTNAME: z.string().optional(),
});

export interface JournalEntry {
  /** As `journalctl --output=short` and syslog print it, in the director's time zone: "Nov 21 06:15:18 lvs-1 Keepalived[12]: text". */
  readonly text: string;
  /** Undefined for a line that is no entry: its text is the line itself. */
  readonly atMs: number | undefined;
  readonly cursor: string | undefined;
}

export function readJournalEntry(line: string): JournalEntry {
  const entry = entrySchema.safeParse(jsonOf(line)).data;
  if (entry === undefined) return { text: line, atMs: undefined, cursor: undefined };
  const atMs = Number(entry.__REALTIME_TIMESTAMP) / 1000;
  const pid = entry._PID === undefined ? "" : `[${entry._PID}]`;
  const by = `${entry._HOSTNAME ?? "-"} ${entry.SYSLOG_IDENTIFIER ?? entry._COMM ?? "unknown"}${pid}`;
  return { text: `${stampOf(atMs)} ${by}: ${messageOf(entry.MESSAGE)}`, atMs, cursor: entry.__CURSOR };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const messageOf = (message: z.infer<typeof entrySchema>["MESSAGE"]): string => {
  const text = typeof message === "string" ? message : Buffer.from(message ?? []).toString("utf8");
  return text.trimEnd().replaceAll("\n", " ");
};

/** "Sat Nov 21 2026 06:15:18 GMT+0000 (…)", ECMA-262 Date.prototype.toString, to "Nov 21 06:15:18". */
const stampOf = (atMs: number): string =>
  new Date(atMs).toString().replace(/^\w+ (\w+) 0?(\d+) \d+ ([\d:]+).*$/u, (_all, month, day, time) => {
    return `${month} ${String(day).padStart(2)} ${time}`;
  });
