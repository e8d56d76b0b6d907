import type { Protocol, ServiceId } from "@lvs/core/ipvs/model";
import { parseAddress } from "@lvs/core/net/address";

/** One line of keepalived's notify FIFO, checkers' part (check_daemon / ipwrapper.c). */
export type CheckerNotice =
  | { readonly kind: "service"; readonly service: NamedService; readonly isUp: boolean }
  | {
      readonly kind: "realServer";
      readonly service: NamedService;
      readonly address: string;
      readonly port: number;
      readonly isUp: boolean;
    };

/** A virtual service as keepalived names it there: a mark has no family, a group no addresses. */
export type NamedService =
  | Extract<ServiceId, { kind: "address" }>
  | { readonly kind: "fwmark"; readonly mark: number }
  | { readonly kind: "group"; readonly name: string };

const line =
  /^(?:VS (?<vs>FWM \d+|\[[^\]]*\]:\S+)|RS (?<rs>\[[^\]]*\]:\S+) (?<of>FWM \d+|\[[^\]]*\]:\S+)) (?<verdict>UP|DOWN)$/u;
const endpoint = /^\[(?<name>[^\]]*)\](?::(?<protocol>tcp|udp|sctp|none))?(?::(?<port>\d+))?$/u;

/** Undefined: not a checkers' line, or one that names nothing we know. */
export function parseCheckerNotice(text: string): CheckerNotice | undefined {
  const found = line.exec(text.trim())?.groups;
  if (found === undefined) return undefined;
  const isUp = found["verdict"] === "UP";
  const service = readService(found["vs"] ?? found["of"] ?? "");
  if (service === undefined) return undefined;
  if (found["rs"] === undefined) return { kind: "service", service, isUp };
  const real = readEndpoint(found["rs"]);
  return real === undefined
    ? undefined
    : { kind: "realServer", service, address: real.address, port: real.port, isUp };
}

/** "[192.0.2.15]:tcp:80", "FWM 7", "[GROUP]:80". */
export function readService(text: string): NamedService | undefined {
  const mark = /^FWM (\d+)$/u.exec(text)?.[1];
  if (mark !== undefined) return { kind: "fwmark", mark: Number(mark) };
  const found = readEndpoint(text);
  if (found !== undefined) return { kind: "address", ...found };
  const name = endpoint.exec(text)?.groups?.["name"];
  return name === undefined ? undefined : { kind: "group", name };
}

/** "[192.0.2.7]:tcp:80"; a real server of a mark has no protocol of its own: "[192.0.2.7]:none:80". */
export function readEndpoint(
  text: string,
): { readonly protocol: Protocol; readonly address: string; readonly port: number } | undefined {
  const { name, protocol, port } = endpoint.exec(text)?.groups ?? {};
  const address = name === undefined ? undefined : parseAddress(name);
  if (address === undefined) return undefined;
  return { protocol: protocolOf(protocol ?? "tcp"), address, port: Number(port ?? 0) };
}

function protocolOf(text: string): Protocol {
  switch (text) {
    case "udp":
      return "UDP";
    case "sctp":
      return "SCTP";
    default:
      return "TCP";
  }
}
