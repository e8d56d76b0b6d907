import fc from "fast-check";

/** Random sound configurations for a director with `eth0` and `eth1`, config id `lb1`: of nearly every block and checker. */

export type Lines = readonly string[];

const nat = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });
const oneOf = (...words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const word = (text: string): fc.Arbitrary<string> => fc.constant(text);
const numbered = (name: string, max: number, min = 1): fc.Arbitrary<string> =>
  nat(max, min).map((value) => `${name} ${value}`);
const chosen = (name: string, ...words: readonly string[]): fc.Arbitrary<string> =>
  oneOf(...words).map((one) => (one === "" ? name : `${name} ${one}`));

/** Some of the lines, in their order. */
const some = (...lines: readonly fc.Arbitrary<string | Lines>[]): fc.Arbitrary<Lines> =>
  fc.tuple(...lines.map((line) => fc.option(line, { nil: [], freq: 2 }))).map((kept) => kept.flat());

export const block = (head: string, ...inside: readonly (string | Lines)[]): Lines => [
  `${head} {`,
  ...inside.flat().map((line) => `    ${line}`),
  "}",
];

const flagged = (name: string): fc.Arbitrary<string> => chosen(name, "", "on", "off");

const globals: fc.Arbitrary<Lines> = some(
  numbered("vrrp_garp_master_refresh", 60),
  numbered("vrrp_garp_master_delay", 10),
  numbered("vrrp_garp_lower_prio_repeat", 10),
  chosen("vrrp_garp_interval", "0.001", "1", "2.5"),
  word("vrrp_skip_check_adv_addr"),
  word("smtp_server 127.0.0.1 25"),
  numbered("smtp_connect_timeout", 60),
  word("notification_email_from a@example.net"),
  flagged("checker_log_all_failures"),
  flagged("smtp_alert"),
  word("lvs_timeouts tcp 900 udp 300"),
  word("lvs_flush"),
  chosen("lvs_flush_on_stop", "", "VS"),
  chosen("dynamic_interfaces", ""),
  numbered("max_auto_priority", 99),
  numbered("vrrp_priority", 19),
  numbered("vrrp_rt_priority", 99),
  word("checker_no_swap"),
  word("nftables lvs"),
  word("reload_check_config"),
  fc.constant(block("notification_email", "a@example.net", "b@example.net")),
  word("vrrp_mcast_group4 224.0.0.19"),
  numbered("vrrp_down_timer_adverts", 9),
);

const bfd: fc.Arbitrary<Lines> = some(
  numbered("min_rx", 200),
  numbered("min_tx", 200),
  numbered("idle_tx", 3000, 1000),
  numbered("multiplier", 9),
  word("passive"),
  numbered("ttl", 255),
  numbered("weight", 50),
).map((lines) => block("bfd_instance B1", "neighbor_ip 192.0.2.99", "source_ip 192.0.2.250", lines));

const trackers: fc.Arbitrary<Lines> = fc
  .tuple(
    some(
      numbered("interval", 9),
      numbered("timeout", 9),
      numbered("fall", 9),
      numbered("rise", 9),
      numbered("weight", 50),
      word("user root"),
      word("init_fail"),
    ),
    some(numbered("weight", 50), word("init_file 0 overwrite")),
    some(numbered("quorum", 3), numbered("delay", 9), word("full_command"), numbered("weight", 50)),
  )
  .map(([script, file, process]) => [
    ...block("vrrp_script S1", 'script "/bin/true"', script),
    ...block("vrrp_script S2", "script /bin/true", "weight -5"),
    ...block("track_file F1", "file /tmp/lvs-track-file", file),
    ...block("vrrp_track_process P1", "process no-such-process", process),
  ]);

const statics: fc.Arbitrary<Lines> = some(
  fc.constant(
    block("static_ipaddress", "198.51.100.1/24 brd + dev eth1 scope link", "2001:db8:9::1/64 dev eth1"),
  ),
  fc.constant(
    block(
      "static_routes",
      "10.1.0.0/16 via 192.0.2.9 dev eth0 table 5",
      "10.2.0.0/16 dev eth1 metric 5 no_track",
      "2001:db8:8::/48 via 2001:db8::9 dev eth0",
    ),
  ),
  fc.constant(
    block(
      "static_rules",
      "from 10.0.0.0/8 table 5 preference 100",
      "to 10.3.0.0/16 fwmark 5 blackhole preference 99",
    ),
  ),
  fc.constant(block("interface_up_down_delays", "eth1 2 1.5")),
  fc.constant(block("garp_group", "garp_interval 0.01", "interfaces {", "    eth1", "}")),
);

const tracking: fc.Arbitrary<Lines> = some(
  fc.constant(block("track_script", "S1", "S2 weight 3")),
  fc.constant(block("track_file", "F1 weight 2 reverse")),
  fc.constant(block("track_process", "P1")),
  fc.constant(block("track_bfd", "B1")),
  fc.constant(block("track_interface", "eth1 weight -10")),
);

const timesOf = (version: number): fc.Arbitrary<string> =>
  version === 3 ? chosen("advert_int", "1", "0.5", "0.01", "40") : numbered("advert_int", 9);

const authOf = (version: number): fc.Arbitrary<string | Lines> =>
  version === 3
    ? fc.constant([])
    : fc.constant(block("authentication", "auth_type PASS", "auth_pass s3cret"));

const shared: fc.Arbitrary<Lines> = some(
  chosen("nopreempt", ""),
  numbered("garp_master_delay", 10),
  numbered("garp_master_refresh", 60),
  flagged("smtp_alert"),
  word('notify_master "/bin/true master"'),
  word("notify /bin/true root"),
  word("notify_stop /bin/true"),
  flagged("notify_priority_changes"),
  chosen("lower_prio_no_advert", "on", "off"),
  word("track_src_ip"),
  word("dont_track_primary"),
  numbered("kernel_rx_buf_size", 100000),
);

const ipv4Extras: fc.Arbitrary<Lines> = some(
  fc.constant(block("virtual_ipaddress_excluded", "192.0.2.201/24", "2001:db8::201/64 dev eth1")),
  fc.constant(
    block("virtual_routes", "10.8.0.0/16 via 192.0.2.9 dev eth0", "src 192.0.2.1 to 10.9.0.0/16 dev eth1"),
  ),
  fc.constant(block("virtual_rules", "from 192.0.2.0/24 table 7 preference 200")),
  word("use_vmac"),
);

const sources = {
  multicast: "mcast_src_ip 192.0.2.250",
  unicast: "unicast_src_ip 192.0.2.250",
  inet6: "mcast_src_ip fe80::1",
} as const;

/** Of one of three kinds: multicast IPv4, unicast IPv4, IPv6. */
const instance = (index: number): fc.Arbitrary<Lines> =>
  fc.tuple(fc.constantFrom("multicast", "unicast", "inet6"), nat(3, 2)).chain(([kind, wanted]) => {
    const version = kind === "inet6" ? 3 : wanted;
    const addresses =
      kind === "inet6"
        ? block("virtual_ipaddress", `fe80::${index}/64`, `2001:db8::${index}/64 dev eth0`)
        : block(
            "virtual_ipaddress",
            `192.0.2.${10 + index}/24 dev eth0 label eth0:${index}`,
            `192.0.2.${20 + index}`,
          );
    const peers =
      kind === "unicast" ? block("unicast_peer", "192.0.2.3", "192.0.2.4 min_ttl 5 max_ttl 9") : [];
    return fc
      .tuple(
        shared,
        tracking,
        timesOf(version),
        authOf(version),
        kind === "inet6" ? fc.constant([]) : ipv4Extras,
        nat(200),
      )
      .map(([lines, tracks, advert, auth, extras, priority]) =>
        block(
          `vrrp_instance VI_${index}`,
          "state BACKUP",
          "interface eth0",
          `virtual_router_id ${50 + index}`,
          `priority ${priority}`,
          `version ${version}`,
          advert,
          sources[kind],
          auth,
          kind === "unicast" ? extras.filter((line) => line !== "use_vmac") : extras,
          tracks,
          peers,
          addresses,
          lines,
        ),
      );
  });

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
const service = (index: number): fc.Arbitrary<Lines> =>
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

/** Without script_user in front of them, scripts depend on the users of the machine. */
const preamble: Lines = block("global_defs", "router_id lb1", "enable_script_security", "script_user root");

/** Definitions, a sequence, lines for this director and for others. */
const generated: fc.Arbitrary<Lines> = some(
  fc
    .constant([
      "$PRIORITY=120",
      ...block(
        "vrrp_instance VI_8",
        "interface eth0",
        "virtual_router_id 88",
        "priority $PRIORITY",
        "@lb1 advert_int 2",
        "@lb2 no_such_word",
        "@^lb2 garp_master_delay 3",
        "virtual_ipaddress {",
        "    192.0.2.${LAST}",
        "}",
      ),
    ])
    .map((lines) => ["$LAST=88", ...lines]),
  fc.constant([
    "$BODY= \\",
    "vrrp_instance SEQ_${n} { \\",
    "interface eth1 \\",
    "virtual_router_id 1${n} \\",
    "virtual_ipaddress { \\",
    "198.51.100.2${n} \\",
    "} \\",
    "}",
    "~SEQ(n, 1, 3) $BODY",
  ]),
);

/** The lines at the top that a fault must leave alone. */
export const preambleLength = preamble.length;

export const soundConfig: fc.Arbitrary<Lines> = fc
  .tuple(
    globals,
    bfd,
    trackers,
    statics,
    fc.tuple(instance(1), instance(2)),
    generated,
    fc.tuple(service(1), service(2)),
  )
  .map(([defs, bfdLines, tracked, fixed, instances, made, services]) => [
    ...preamble,
    ...block("global_defs", defs),
    ...bfdLines,
    ...tracked,
    ...block("vrrp_sync_group G", block("group", "VI_1", "VI_2"), "sync_group_tracking_weight"),
    ...instances.flat(),
    ...made,
    ...fixed,
    ...services.flat(),
  ]);
