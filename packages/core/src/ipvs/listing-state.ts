import { z } from "zod";
import { parseAddress } from "../net/address.ts";
import type { Parsed, TextDiagnostic } from "./text-diagnostic.ts";

/** `ipvsadm -L --timeout` and `ipvsadm -L --daemon`: parse and print (source: ipvsadm.c list_timeout, list_daemon). */

/** Seconds an idle connection is remembered: established TCP, TCP after a FIN, UDP (`ipvsadm --set`). */
export const timeoutsSchema = z.object({
  tcpS: z.int().min(0),
  tcpFinS: z.int().min(0),
  udpS: z.int().min(0),
});
export type Timeouts = z.infer<typeof timeoutsSchema>;

/** One connection sync daemon of this director. Fields the kernel (before 4.3) did not tell are absent. */
export const syncDaemonSchema = z.object({
  role: z.enum(["master", "backup"]),
  /** The interface it multicasts on or listens at. */
  interface: z.string(),
  syncId: z.int().min(0).max(255),
  /** Longest sync message in bytes. */
  maxLength: z.int().min(1).optional(),
  group: z.string().optional(),
  port: z.int().min(1).max(65_535).optional(),
  ttl: z.int().min(1).max(255).optional(),
});
export type SyncDaemon = z.infer<typeof syncDaemonSchema>;

/** The text of `ipvsadm -L --timeout`. */
export const printTimeouts = ({ tcpS, tcpFinS, udpS }: Timeouts): string =>
  `Timeout (tcp tcpfin udp): ${tcpS} ${tcpFinS} ${udpS}\n`;

const lineDiagnostics = (
  lines: readonly string[],
  isKnown: (line: string) => boolean,
  reason: string,
): TextDiagnostic[] =>
  lines.flatMap((text, index) =>
    text.trim() === "" || isKnown(text) ? [] : [{ line: index + 1, text, reason }],
  );

const timeoutPattern = /^\s*Timeout \(tcp tcpfin udp\):\s*([0-9]{1,9})\s+([0-9]{1,9})\s+([0-9]{1,9})\s*$/;

/** Reads `ipvsadm -L --timeout`; undefined when no line says the timeouts. */
export const parseTimeouts = (text: string): Parsed<Timeouts | undefined> => {
  const lines = text.split(/\r?\n/);
  const match = lines.map((line) => timeoutPattern.exec(line)).find((found) => found !== null);
  const diagnostics = lineDiagnostics(lines, (line) => timeoutPattern.test(line), "not the line of timeouts");
  if (match === undefined) return { value: undefined, diagnostics };
  return {
    value: { tcpS: Number(match[1]), tcpFinS: Number(match[2]), udpS: Number(match[3]) },
    diagnostics,
  };
};

/** One daemon's line, without line end. */
export const printSyncDaemonLine = (daemon: SyncDaemon): string => {
  const words = [`mcast=${daemon.interface}`, `syncid=${daemon.syncId}`];
  if (daemon.maxLength !== undefined) words.push(`maxlen=${daemon.maxLength}`);
  if (daemon.group !== undefined) words.push(`group=${daemon.group}`);
  if (daemon.port !== undefined) words.push(`port=${daemon.port}`);
  if (daemon.ttl !== undefined) words.push(`ttl=${daemon.ttl}`);
  return `${daemon.role} sync daemon (${words.join(", ")})`;
};

/** The text of `ipvsadm -L --daemon`: nothing without daemons, the master before the backup as the kernel tells them. */
export const printSyncDaemons = (daemons: readonly SyncDaemon[]): string =>
  daemons.map((daemon) => `${printSyncDaemonLine(daemon)}\n`).join("");

const daemonPattern =
  /^\s*(master|backup) sync daemon \(mcast=([^\s,]+), syncid=([0-9]{1,3})((?:, [a-z]+=[^\s,)]+)*)\)\s*$/;

const readDetail = (name: string, value: string): Partial<SyncDaemon> | undefined => {
  const number = /^[0-9]{1,5}$/.test(value) ? Number(value) : undefined;
  if (name === "group") {
    const group = parseAddress(value);
    return group === undefined ? undefined : { group };
  }
  if (number === undefined) return undefined;
  if (name === "maxlen") return { maxLength: number };
  if (name === "port") return { port: number };
  return name === "ttl" ? { ttl: number } : undefined;
};

const parseDaemonLine = (line: string): SyncDaemon | string => {
  const match = daemonPattern.exec(line);
  if (match === null) return "not the line of a sync daemon";
  const [, role, name, syncId, details] = match;
  const pairs = (details ?? "").split(", ").filter((pair) => pair !== "");
  const read = pairs.map((pair) =>
    readDetail(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)),
  );
  const unread = pairs.filter((_, index) => read[index] === undefined);
  if (unread.length > 0) return `unknown words of a sync daemon: ${unread.join(", ")}`;
  const base: SyncDaemon = {
    role: role === "master" ? "master" : "backup",
    interface: name ?? "",
    syncId: Number(syncId),
  };
  return read.reduce<SyncDaemon>((daemon, detail) => ({ ...daemon, ...detail }), base);
};

/** Reads `ipvsadm -L --daemon`; no lines are no daemons. */
export const parseSyncDaemons = (text: string): Parsed<SyncDaemon[]> => {
  const value: SyncDaemon[] = [];
  const diagnostics: TextDiagnostic[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const daemon = parseDaemonLine(line);
    if (typeof daemon === "string") diagnostics.push({ line: index + 1, text: line, reason: daemon });
    else value.push(daemon);
  }
  return { value, diagnostics };
};
