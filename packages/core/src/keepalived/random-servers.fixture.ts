import fc from "fast-check";
import { block, chosen, flagged, nat, numbered, oneOf, some, word } from "./random-lines.fixture.ts";
import type { Lines } from "./random-lines.fixture.ts";

/** Random virtual servers of every kind, with every checker. */

const connection: fc.Arbitrary<Lines> = some(
  numbered("connect_timeout", 20),
  numbered("connect_port", 65535),
  word("connect_ip 198.51.100.77"),
  word("bindto 192.0.2.250"),
  numbered("bind_port", 65535),
  numbered("fwmark", 9),
);
const timing: fc.Arbitrary<Lines> = some(
  numbered("retry", 5),
  numbered("delay_before_retry", 9),
  numbered("delay_loop", 60),
  chosen("warmup", "0", "1.5", "10"),
  word("alpha"),
  flagged("log_all_failures"),
);
const both = fc.tuple(connection, timing).map((parts) => parts.flat());

const url: fc.Arbitrary<Lines> = some(
  word("digest 9b3a0c85a887a256d6939da88aabd8cd"),
  chosen("status_code", "200", "200-299 301", "404"),
  word("virtualhost www.example.net"),
  word('regex "^ok"'),
).map((lines) => block("url", "path /health", lines));

const checker: fc.Arbitrary<Lines> = fc.oneof(
  both.map((lines) => block("TCP_CHECK", lines)),
  fc
    .tuple(
      oneOf("HTTP_GET", "SSL_GET"),
      both,
      fc.array(url, { minLength: 1, maxLength: 3 }),
      some(word("enable_sni"), word("fast_recovery"), chosen("http_protocol", "1.0", "1.1", "1.0C")),
    )
    .map(([name, lines, urls, more]) => block(name, ...urls, lines, more)),
  fc
    .tuple(both, fc.boolean())
    .map(([lines, hasHost]) =>
      block(
        "SMTP_CHECK",
        "helo_name director.example.net",
        hasHost ? block("host", "connect_ip 198.51.100.9", "connect_port 25") : [],
        lines,
      ),
    ),
  fc
    .tuple(both, oneOf("A", "SOA", "TXT", "AAAA"))
    .map(([lines, type]) => block("DNS_CHECK", `type ${type}`, "name www.example.net", lines)),
  both.map((lines) => block("UDP_CHECK", "payload 0a0b", "require_reply 0x", "min_reply_length 1", lines)),
  both.map((lines) =>
    block(
      "PING_CHECK",
      lines.filter((line) => !/_port/u.test(line)),
    ),
  ),
  fc
    .tuple(timing, nat(30), fc.boolean())
    .map(([lines, timeout, isDynamic]) =>
      block(
        "MISC_CHECK",
        'misc_path "/bin/true -x"',
        `misc_timeout ${timeout}`,
        isDynamic ? "misc_dynamic" : [],
        lines,
      ),
    ),
  fc.constant(block("FILE_CHECK", "track_file F1", "weight 3 reverse")),
  fc.constant(block("BFD_CHECK", "name B1")),
);

/** Its checks connect from and to addresses of its own family. */
const ofFamily = (lines: Lines, address: string): Lines =>
  address.includes(":")
    ? lines.map((line) =>
        line
          .replace("198.51.100.77", "2001:db8::77")
          .replace("bindto 192.0.2.250", "bindto 2001:db8::250")
          .replace("198.51.100.9", "2001:db8::9"),
      )
    : lines;

const realServer = (at: { index: number; port: string; address: string }): fc.Arbitrary<Lines> =>
  fc
    .tuple(
      some(
        numbered("weight", 200),
        flagged("inhibit_on_failure"),
        numbered("uthreshold", 4000),
        numbered("lthreshold", 100),
        word('notify_down "/bin/true down"'),
        word("notify_up /bin/true root root"),
        numbered("delay_loop", 60),
        word("virtualhost www.example.net"),
        flagged("smtp_alert"),
      ),
      fc.array(checker, { maxLength: 2 }),
    )
    .map(([lines, checkers]) => {
      const seen = checkers.filter(
        ([head], position) => checkers.findIndex(([other]) => other === head) === position,
      );
      return ofFamily(block(`real_server ${at.address}${at.index}${at.port}`, lines, ...seen), at.address);
    });

const settings: fc.Arbitrary<Lines> = some(
  numbered("delay_loop", 60),
  word("persistence_granularity 255.255.255.0"),
  word("alpha"),
  word("omega"),
  numbered("quorum", 2),
  word('quorum_up "/bin/true up"'),
  word("quorum_down /bin/true"),
  word("ha_suspend"),
  numbered("retry", 5),
  flagged("smtp_alert"),
);

/** By address, by mark, by group and of IPv6. */
export const service = (index: number): fc.Arbitrary<Lines> =>
  fc
    .tuple(
      fc.constantFrom("address", "fwmark", "group", "inet6"),
      oneOf("DR", "NAT", "TUN"),
      oneOf("rr", "wrr", "lc", "wlc", "sh", "mh"),
      settings,
    )
    .chain(([kind, method, scheduler, lines]) => {
      const isMark = kind === "fwmark";
      const port = isMark && method !== "NAT" ? "" : " 80";
      const address = kind === "inet6" ? `2001:db8:${index}::` : `198.51.100.${index}`;
      const heads = {
        address: `virtual_server 192.0.2.${10 + index} 80`,
        inet6: `virtual_server 2001:db8::${index} 80`,
        fwmark: `virtual_server fwmark ${index}`,
        group: `virtual_server group G${index}`,
      };
      const group =
        kind === "group"
          ? block(`virtual_server_group G${index}`, "203.0.113.1-3 80", "203.0.113.64/28 80")
          : [];
      const kept = lines.filter(
        (line) =>
          !(isMark && line === "ha_suspend") &&
          !(kind === "inet6" && line.startsWith("persistence_granularity")),
      );
      const sorry = kind === "inet6" || isMark ? [] : ["sorry_server 203.0.113.250 80"];
      const servers = [1, 2, 3].map((number) => realServer({ index: number, port, address }));
      return fc
        .tuple(...servers)
        .map((made) => [
          ...group,
          ...block(
            heads[kind],
            `lb_algo ${scheduler}`,
            `lb_kind ${method}`,
            isMark ? [] : "protocol TCP",
            kept,
            sorry,
            ...made,
          ),
        ]);
    });
