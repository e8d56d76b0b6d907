import { readEndpoint, readService, type NamedService } from "./notify-line.ts";

/** What a line of keepalived's log says about a real server. */
export type CheckerLogLine =
  /** A check that failed, in keepalived's own words; the service is not named there. */
  | { readonly kind: "cause"; readonly address: string; readonly port: number; readonly text: string }
  | {
      readonly kind: "verdict";
      readonly service: NamedService;
      readonly address: string;
      readonly port: number;
      readonly isUp: boolean;
      readonly text: string;
    };

const moved =
  /^(?<verb>Removing|Adding|Disabling|Enabling) (?:\w+ )?service (?<real>\[[^\]]*\]:\S+) (?:from|to) VS (?<service>FWM \d+|\[[^\]]*\]:[^\s,]+)/u;
const failure =
  /fail|error|timeout|timed out|refused|unreachable|no route|mismatch|not match|down\b|inactive|too long/iu;
const named = /\[(?:[0-9.]+|[0-9A-Fa-f:.%]+)\]:(?:tcp|udp|sctp|none):\d+/u;

/**
 * The text of a log line behind its stamp: "Sat Nov 21 06:15:18 2026: text" (keepalived -l), "Nov 21 06:15:18 host Keepalived_healthcheckers[12]: text" (syslog), or bare.
 */
export function logText(line: string): string {
  return line
    .replace(/^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4}: /u, "")
    .replace(/^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ [Kk]eepalived[^:]*: /u, "");
}

/** Undefined: nothing about a real server. */
export function parseCheckerLogLine(line: string): CheckerLogLine | undefined {
  const text = logText(line).trim();
  const found = moved.exec(text)?.groups;
  if (found !== undefined) {
    const real = readEndpoint(found["real"] ?? "");
    const service = readService(found["service"] ?? "");
    if (real === undefined || service === undefined) return undefined;
    const isUp = found["verb"] === "Adding" || found["verb"] === "Enabling";
    return { kind: "verdict", service, address: real.address, port: real.port, isUp, text };
  }
  const real = readEndpoint(named.exec(text)?.[0] ?? "");
  if (real === undefined || !failure.test(text)) return undefined;
  return { kind: "cause", address: real.address, port: real.port, text };
}
