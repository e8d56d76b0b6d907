import { hostname } from "node:os";
import { readEnv } from "./env.ts";

/**
 * What a token tells an agent to call: ENROL_URL where it is set; else the name that the browser came by, unless that means the browser's own
 * machine, which no director reaches; else this machine's name.
 */
export function enrolUrlFor(browsersHost: string | undefined): string {
  const { enrolUrl, enrolPort } = readEnv();
  if (enrolUrl !== undefined) return enrolUrl;
  const host = browsersHost === undefined || isLoopback(browsersHost) ? hostname() : browsersHost;
  return `https://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${enrolPort}`;
}

/** RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3. */
const isLoopback = (host: string): boolean =>
  /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[?::1\]?)$/iu.test(host);
