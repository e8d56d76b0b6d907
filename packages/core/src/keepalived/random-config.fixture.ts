import fc from "fast-check";
import { block, chosen, flagged, nat, numbered, some, word } from "./random-lines.fixture.ts";
import type { Lines } from "./random-lines.fixture.ts";
import { service } from "./random-servers.fixture.ts";

/** Random sound configurations for a director with `eth0` and `eth1`, config id `lb1`: of nearly every block and checker. */

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
