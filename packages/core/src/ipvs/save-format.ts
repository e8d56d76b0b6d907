import type { Change, DestinationSettings, ServiceSettings } from "./change.ts";
import { destinationSettings, serviceSettings } from "./change.ts";
import { applyChanges } from "./diff.ts";
import { sortDestinationsAsIpvsadm, sortServicesAsIpvsadm } from "./ipvsadm-order.ts";
import { printListedMark } from "./listing-print.ts";
import type { ListingOptions } from "./listing.ts";
import { printListedEndpoint } from "./listing.ts";
import type { IpvsTable, ServiceId } from "./model.ts";
import { readOtherRule } from "./save-commands.ts";
import { readRuleWords } from "./save-options.ts";
import type { NumberLookup, Read, Rule } from "./save-rules.ts";
import { readTableRule } from "./save-rules.ts";
import { printSchedulerFlags } from "./schedulers.ts";
import { plainTunnel, serviceFamily } from "./table.ts";
import type { Parsed, TextDiagnostic } from "./text-diagnostic.ts";

/**
 * The text of `ipvsadm -S` and what `ipvsadm -R` takes: one rule per line. `printSave` is byte for byte ipvsadm's and so loses
 * what ipvsadm loses (thresholds, Local, marks from 2^31 on cannot be read back); `printRestore` loses nothing -R can take.
 */

/** Names as in `-S` without `-n`; `isRestorable` for text meant to be read by `-R`. */
type RuleOptions = Pick<ListingOptions, "names"> & { readonly isRestorable: boolean };

const protocolOptions = { TCP: "-t", UDP: "-u", SCTP: "--sctp-service" } as const;

const printRuleService = (id: ServiceId, { names, isRestorable }: RuleOptions): string => {
  if (id.kind === "address")
    return `${protocolOptions[id.protocol]} ${printListedEndpoint(id, names, id.protocol)}`;
  const mark = isRestorable ? String(id.mark) : printListedMark(id.mark);
  return id.family === "inet6" ? `-f ${mark} -6` : `-f ${mark}`;
};

const printServiceOptions = (service: ServiceSettings, { isRestorable }: RuleOptions): string => {
  const words = [`-s ${service.scheduler}`];
  const { persistence } = service;
  if (persistence !== undefined) {
    words.push(`-p ${persistence.timeoutS}`);
    const hostMask = serviceFamily(service.id) === "inet" ? "255.255.255.255" : "128";
    if (persistence.mask !== undefined && persistence.mask !== hostMask) words.push(`-M ${persistence.mask}`);
  }
  const engine = persistence === undefined ? service.idleEngine : persistence.engine;
  if (engine !== undefined) words.push(`--pe ${engine}`);
  if (service.onePacket) words.push("-o");
  const flags = printSchedulerFlags(service.scheduler, service.schedulerFlags);
  if (isRestorable && service.schedulerFlags.length > 0) words.push(`-b ${service.schedulerFlags.join(",")}`);
  else if (flags !== undefined) words.push(`-b ${flags}`);
  return words.join(" ");
};

const forwardingOptions = { Masq: "-m", Tunnel: "-i", Route: "-g", Local: "-g" } as const;
const checksumOptions = { none: "--tun-nocsum", csum: "--tun-csum", remcsum: "--tun-remcsum" } as const;

const printTunnelOptions = ({ forwarding, tunnel = plainTunnel }: DestinationSettings): string => {
  if (forwarding !== "Tunnel") return "";
  switch (tunnel.type) {
    case "ipip":
      return " --tun-type ipip";
    case "gue":
      return ` --tun-type gue --tun-port ${tunnel.port} ${checksumOptions[tunnel.checksum]}`;
    case "gre":
      return ` --tun-type gre ${checksumOptions[tunnel.checksum]}`;
  }
};

const printThresholds = ({ upperThreshold, lowerThreshold }: DestinationSettings): string =>
  `${upperThreshold === 0 ? "" : ` -x ${upperThreshold}`}${lowerThreshold === 0 ? "" : ` -y ${lowerThreshold}`}`;

const printDestinationOptions = (
  destination: DestinationSettings,
  id: ServiceId,
  options: RuleOptions,
): string => {
  const protocol = id.kind === "address" ? id.protocol : undefined;
  const name = printListedEndpoint(destination, options.names, protocol);
  const base = `-r ${name} ${forwardingOptions[destination.forwarding]} -w ${destination.weight}`;
  return `${base}${options.isRestorable ? printThresholds(destination) : ""}${printTunnelOptions(destination)}`;
};

const printChange = (change: Change, options: RuleOptions): string => {
  switch (change.kind) {
    case "addService":
    case "editService": {
      const command = change.kind === "addService" ? "-A" : "-E";
      return `${command} ${printRuleService(change.service.id, options)} ${printServiceOptions(change.service, options)}`;
    }
    case "removeService":
      return `-D ${printRuleService(change.service, options)}`;
    case "addDestination":
    case "editDestination": {
      const command = change.kind === "addDestination" ? "-a" : "-e";
      const service = printRuleService(change.service, options);
      return `${command} ${service} ${printDestinationOptions(change.destination, change.service, options)}`;
    }
    case "removeDestination": {
      const service = printRuleService(change.service, options);
      return `-d ${service} -r ${printListedEndpoint(change.destination, undefined, undefined)}`;
    }
  }
};

const restorable: RuleOptions = { isRestorable: true };

const printDaemonOptions = (daemon: Extract<Rule, { kind: "startDaemon" }>["daemon"]): string => {
  const words = [`--mcast-interface ${daemon.interface}`, `--syncid ${daemon.syncId}`];
  if (daemon.maxLength !== undefined) words.push(`--sync-maxlen ${daemon.maxLength}`);
  if (daemon.group !== undefined) words.push(`--mcast-group ${daemon.group}`);
  if (daemon.port !== undefined) words.push(`--mcast-port ${daemon.port}`);
  if (daemon.ttl !== undefined) words.push(`--mcast-ttl ${daemon.ttl}`);
  return words.join(" ");
};

/** One rule as a line for `ipvsadm -R`, without line end; also the arguments an operator would type after `ipvsadm`. */
export const printRule = (rule: Rule): string => {
  switch (rule.kind) {
    case "addService":
    case "editService":
    case "removeService":
    case "addDestination":
    case "editDestination":
    case "removeDestination":
      return printChange(rule, restorable);
    case "clearTable":
      return "-C";
    case "zeroCounters":
      return rule.service === undefined ? "-Z" : `-Z ${printRuleService(rule.service, restorable)}`;
    case "setTimeouts":
      return `--set ${rule.timeouts.tcpS} ${rule.timeouts.tcpFinS} ${rule.timeouts.udpS}`;
    case "startDaemon":
      return `--start-daemon ${rule.daemon.role} ${printDaemonOptions(rule.daemon)}`;
    case "stopDaemon":
      return `--stop-daemon ${rule.role}`;
  }
};

const tableLines = (table: Pick<IpvsTable, "services">, options: RuleOptions): string =>
  sortServicesAsIpvsadm(table.services)
    .flatMap((service): Change[] => [
      { kind: "addService", service: serviceSettings(service) },
      ...sortDestinationsAsIpvsadm(service.destinations).map((destination): Change => ({
        kind: "addDestination",
        service: service.id,
        destination: destinationSettings(destination),
      })),
    ])
    .map((change) => `${printChange(change, options)}\n`)
    .join("");

/** The text of `ipvsadm -S` (`-S -n` without `names`), byte for byte; the table must be in the kernel's own order. */
export const printSave = (
  table: Pick<IpvsTable, "services">,
  options: Pick<ListingOptions, "names"> = {},
): string => tableLines(table, { ...options, isRestorable: false });

/** Text for `ipvsadm -R` that brings back all of the table that -R can: thresholds and high marks too. For Local there is no option: it is written as Route. */
export const printRestore = (table: Pick<IpvsTable, "services">): string => tableLines(table, restorable);

/** A rule and the line it stands in (1-based). */
export type PlacedRule = { readonly line: number; readonly rule: Rule };

/**
 * What some versions save but cannot restore though its meaning is plain: 1.26's " pe NAME" and " ops" without dashes, and 1.31's
 * "-b " without a flag, which stands for the one bit that sh and mh have no name for. (Negative marks are read as well.)
 */
const mendSavedService = (line: string): string =>
  /^\s*-A\s/.test(line)
    ? line
        .replace(/\s-b\s*$/, " -b flag-3")
        .replace(/\s+ops\s*$/, " -o")
        .replace(
          /\s+pe\s+(\S+)(\s+-o)?\s*$/,
          (_, engine: string, tail: string | undefined) => ` --pe ${engine}${tail ?? ""}`,
        )
    : line;

const readRule = (line: string, lookup: NumberLookup | undefined): Read<Rule> => {
  const words = readRuleWords(mendSavedService(line));
  if (typeof words === "string") return { ok: false, reason: words };
  if (words.rest.length > 0 && words.command !== "set")
    return { ok: false, reason: `unexpected argument ${words.rest.join(" ")}` };
  return readTableRule(words, lookup) ?? readOtherRule(words, lookup);
};

/**
 * Every rule of a text for `ipvsadm -R`, with its line. A line that ipvsadm would refuse is a diagnostic, except where its own `-S`
 * printed it and its meaning is plain.
 */
export const parseRules = (text: string, lookup?: NumberLookup): Parsed<PlacedRule[]> => {
  const value: PlacedRule[] = [];
  const diagnostics: TextDiagnostic[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const read = readRule(line, lookup);
    if (read.ok) value.push({ line: index + 1, rule: read.value });
    else diagnostics.push({ line: index + 1, text: line, reason: read.reason });
  }
  return { value, diagnostics };
};

const isChange = (rule: Rule): rule is Change =>
  rule.kind.endsWith("Service") || rule.kind.endsWith("Destination");

/**
 * The table that `ipvsadm -R` of this text makes of an empty one. Rules that do not build a table (timeouts, daemons, -Z) and
 * rules that cannot be applied (a real server without its service) are diagnostics. Version and size are unknown to the text.
 */
export const parseSave = (text: string, lookup?: NumberLookup): Parsed<IpvsTable> => {
  const { value: placed, diagnostics } = parseRules(text, lookup);
  const lines = text.split(/\r?\n/);
  const found: TextDiagnostic[] = [...diagnostics];
  const report = (line: number, reason: string): void => {
    found.push({ line, text: lines[line - 1] ?? "", reason });
  };
  const lineOf = new Map<Change, number>();
  for (const { line, rule } of placed) {
    if (rule.kind === "clearTable") lineOf.clear();
    else if (isChange(rule)) lineOf.set(rule, line);
    else report(line, "not a rule about services and real servers");
  }
  const { table, problems } = applyChanges({ version: "", size: 0, services: [] }, [...lineOf.keys()]);
  for (const { change, reason } of problems) report(lineOf.get(change) ?? 0, reason);
  return { value: table, diagnostics: found.toSorted((a, b) => a.line - b.line) };
};
