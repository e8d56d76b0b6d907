import { configuredFromModel } from "../director/configured-from-model.ts";
import type { Verdict } from "../director/state.ts";
import { parseSave } from "../ipvs/save-format.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";
import { composeModel } from "../keepalived/compose.ts";
import { encodeUtf8 } from "../keepalived/encoding.ts";
import { parseConfig } from "../keepalived/parse.ts";
import { wantedTable } from "./configured-table.ts";
import { findDrift } from "./find-drift.ts";

/** A keepalived.conf beside an `ipvsadm -Sn`, and what is said of the two. */

/** What keepalived's checkers say; a real server that is not named here is up, `?` is one that nobody has heard of. */
export type Words = Readonly<Record<string, "down" | "?">>;

const configuredOf = (text: string) =>
  configuredFromModel(composeModel(parseConfig(encodeUtf8(text), { path: "a.conf" }).value).value);

const verdictsOf = (configured: ReturnType<typeof configuredOf>, words: Words): Verdict[] =>
  configured.services.flatMap((service) =>
    service.realServers.map(({ address, port }) => {
      const word = words[destinationKey({ address, port })] ?? "up";
      return { service: service.id, address, port, verdict: word === "?" ? "unknown" : word };
    }),
  );

export const differencesOf = (file: string, table: string, words: Words) => {
  const configured = configuredOf(file);
  const { value, diagnostics } = parseSave(table);
  if (diagnostics.length > 0)
    throw new Error(diagnostics.map(({ reason, text }) => `${text}: ${reason}`).join("; "));
  return findDrift({
    table: value,
    wanted: wantedTable(configured),
    wantedTimeouts: configured.timeouts,
    verdicts: verdictsOf(configured, words),
    timeouts: { tcpS: 900, tcpFinS: 120, udpS: 300 },
  });
};

/** "weight of 10.1.0.1:80 in TCP 10.0.0.1:80: 100, kernel 3", then what would undo it. */
export const drift = (file: string, table: string, words: Words = {}): string[] =>
  differencesOf(file, table, words).flatMap(
    ({ configured = "none", kernel = "none", kind, realServer, service, undo }) => [
      [
        kind,
        ...(realServer === undefined ? [] : [`of ${destinationKey(realServer)}`]),
        ...(service === undefined ? [] : [`in ${serviceKey(service)}`]),
      ].join(" ") + `: ${configured}, kernel ${kernel}`,
      ...undo,
    ],
  );

export const virtual = (head: string, lines: string): string => `virtual_server ${head} {\n${lines}\n}\n`;
export const real = (head: string, lines = "weight 100"): string => `real_server ${head} {\n${lines}\n}\n`;
export const head = "delay_loop 6\nlb_algo wlc\nlb_kind DR\nprotocol TCP\n";
export const web = (lines = "", reals = `${real("10.1.0.1 80")}${real("10.1.0.2 80")}`): string =>
  virtual("10.0.0.1 80", `${head}${lines}\n${reals}`);

export const service = "-A -t 10.0.0.1:80 -s wlc";
export const row = (address: string, rest = "-g -w 100"): string =>
  `-a -t 10.0.0.1:80 -r ${address}:80 ${rest}`;
export const table = (...lines: string[]): string => lines.join("\n");
export const asAsked = table(service, row("10.1.0.1"), row("10.1.0.2"));
