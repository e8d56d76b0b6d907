import type { Keyword } from "../../keywords/keyword.ts";
import type { Entry } from "../../reading.ts";
import { readAddressOf } from "../../words.ts";
import { inServer } from "../examples.ts";
import { familyOfAddress } from "../families.ts";
import { endOf, lastOf, linesOf, named } from "../rule.ts";
import type { Report, Rule } from "../rule.ts";

const connecting: ReadonlySet<string> = new Set([
  "TCP_CHECK",
  "HTTP_GET",
  "SSL_GET",
  "SMTP_CHECK",
  "DNS_CHECK",
  "UDP_CHECK",
  "PING_CHECK",
]);

const isConnecting = ({ name }: Keyword): boolean => connecting.has(name);

export const checkAddress: Rule = {
  code: "check-address",
  severity: "error",
  title: "a check whose addresses cannot be used together",
  reason:
    "keepalived drops the address, or the check: a link-local address says nothing without its interface, and IPv4 cannot connect to IPv6.",
  mend: "Write bind_if, or addresses of one family.",
  bad: inServer("TCP_CHECK {", "bindto 2001:db8::1", "}"),
  good: inServer("TCP_CHECK {", "bindto 192.0.2.1", "}"),
  ofEntry: {
    concerns: named("real_server"),
    check: (entry, report) => {
      const server = readAddressOf(entry.words[1] ?? "");
      if (server === undefined) return;
      for (const check of entry.inside?.entries ?? []) {
        if (!isConnecting(check.keyword) || check.inside === undefined) continue;
        const ownTarget = check.keyword.name === "SMTP_CHECK" ? undefined : server;
        checkOne(check, { server, target: ownTarget }, report);
        for (const host of linesOf(check, "host")) checkOne(host, { server, target: server }, report);
      }
    },
  },
};

/** `target`: where it connects to until connect_ip says something else; SMTP_CHECK does not know yet. */
const checkOne = (
  check: Entry,
  { server, target: first }: { server: string; target: string | undefined },
  report: Report,
): void => {
  let target = first;
  let source: string | undefined;
  for (const { keyword, words, spot } of check.inside?.entries ?? []) {
    if (keyword.name !== "connect_ip" && keyword.name !== "bindto") continue;
    const address = readAddressOf(words[1] ?? "");
    if (address === undefined) continue;
    if (keyword.name === "connect_ip") {
      if (source !== undefined && familyOfAddress(source) !== familyOfAddress(address))
        report(spot, `${address} is not of the family of bindto ${source}`);
      target = address;
    } else if (keyword.name === "bindto") {
      if (target !== undefined && familyOfAddress(target) !== familyOfAddress(address))
        report(spot, `${address} is not of the family of ${target}`);
      else source = address;
    }
  }
  const isLinkLocal = /^fe[89ab]/u.test(target ?? server) && familyOfAddress(target ?? server) === "inet6";
  if (isLinkLocal && lastOf(check, "bind_if") === undefined) {
    report(endOf(check), `${target ?? server} is link-local: the check needs bind_if`);
  }
};
