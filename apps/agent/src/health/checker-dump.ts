import { parseAddress } from "@lvs/core/net/address";
import type { NamedService } from "./notify-line.ts";

/** One real server of one virtual server as keepalived's checkers hold it (`keepalived_check.data`, written on SIGUSR1). */
export interface CheckedRealServer {
  readonly service: NamedService;
  readonly address: string;
  readonly port: number;
  /** Every check of it is good: keepalived has it in the table, unless its sorry server stands in for all. */
  readonly isAlive: boolean;
}

const ending = /^-+< Health checkers >-+$/mu;
const address = /^ VS VIP = (?<address>[^,\s]+), VPORT = (?<port>\d+)$/u;
const mark = /^ VS FWMARK = (?<mark>\d+)$/u;
const group = /^ VS GROUP = \[(?<name>.*)\]:\d+$/u;
const protocol = /^ {3}protocol = (?<protocol>\w+)$/u;
const real = /^ {3}RIP = (?<address>[^,\s]+), RPORT = (?<port>\d+)(?:,|$)/u;
const alive = /^ {3}alive = (?<alive>[01])$/u;

/** The real servers of a dump, in the file's order; undefined: its part about them is not written to the end yet. */
export function parseCheckerDump(text: string): readonly CheckedRealServer[] | undefined {
  if (!ending.test(text)) return undefined;
  const found: CheckedRealServer[] = [];
  let service: NamedService | undefined;
  let at: { readonly address: string; readonly port: number } | undefined;
  for (const line of text.split("\n")) {
    const begun = readServiceLine(line);
    if (begun !== undefined) {
      service = begun;
      at = undefined;
    }
    const word = protocol.exec(line)?.groups?.["protocol"];
    if (service?.kind === "address" && (word === "TCP" || word === "UDP" || word === "SCTP"))
      service = { ...service, protocol: word };
    at = readRealLine(line) ?? at;
    const isAlive = alive.exec(line)?.groups?.["alive"];
    if (isAlive === undefined || service === undefined || at === undefined) continue;
    found.push({ service, ...at, isAlive: isAlive === "1" });
    at = undefined;
  }
  return found;
}

function readServiceLine(line: string): NamedService | undefined {
  const marked = mark.exec(line)?.groups?.["mark"];
  if (marked !== undefined) return { kind: "fwmark", mark: Number(marked) };
  const name = group.exec(line)?.groups?.["name"];
  if (name !== undefined) return { kind: "group", name };
  const found = address.exec(line)?.groups;
  const parsed = parseAddress(found?.["address"] ?? "");
  if (parsed === undefined) return undefined;
  return { kind: "address", protocol: "UDP", address: parsed, port: Number(found?.["port"]) };
}

function readRealLine(line: string): { readonly address: string; readonly port: number } | undefined {
  const found = real.exec(line)?.groups;
  const parsed = parseAddress(found?.["address"] ?? "");
  return parsed === undefined ? undefined : { address: parsed, port: Number(found?.["port"]) };
}
