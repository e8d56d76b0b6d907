import {
  choice,
  choiceIgnoringCase,
  flag,
  group,
  integer,
  keywordsOf,
  maxInteger,
  script,
  scriptWithUser,
  silent,
  special,
  text,
  timer,
  user,
} from "./keyword.ts";

const keyword = keywordsOf("virtual_server");

/** Schedulers keepalived 2.2.7 takes. */
export const schedulers = [
  "rr",
  "wrr",
  "lc",
  "wlc",
  "lblc",
  "sh",
  "mh",
  "dh",
  "fo",
  "ovf",
  "lblcr",
  "sed",
  "nq",
  "twos",
] as const;

const scheduler = choice("SCHEDULER", schedulers);
const method = { values: [choice("METHOD", ["NAT", "DR", "TUN"])], rest: special("OPTION") } as const;
const maxTimeout = 86400 * 31;
const seeVirtualServer = "the virtual server's";

/** Inside `virtual_server …`. */
export const virtualServerKeywords = [
  keyword("lvs_sched", "how a real server is chosen", { values: [scheduler], default: "wlc" }),
  keyword("lb_algo", "the same as lvs_sched", { values: [scheduler], default: "wlc" }),
  keyword("lvs_method", "how packets reach real servers: NAT, DR, or TUN [type ipip|gue port N|gre] [csum]", {
    ...method,
    default: "NAT",
  }),
  keyword("lb_kind", "the same as lvs_method", { ...method, default: "NAT" }),
  keyword("protocol", "TCP, UDP or SCTP", {
    values: [choiceIgnoringCase("PROTOCOL", ["TCP", "UDP", "SCTP"])],
  }),
  keyword("persistence_timeout", "how long a client stays with its real server; alone: 360", {
    values: [{ ...integer("SECONDS", 1, maxTimeout), unit: "s" }],
    required: 0,
    default: "no persistence",
  }),
  keyword("persistence_granularity", "netmask, or IPv6 prefix length, of clients that count as one", {
    values: [special("NETMASK")],
  }),
  keyword("persistence_engine", "how a client is known; only sip", { values: [text("NAME", 16)] }),
  keyword("delay_loop", "time between checks", { values: [timer(0.000001)], default: "60" }),
  keyword("delay_before_retry", "wait before a failed check is tried again", {
    values: [timer(0)],
    default: "by checker",
  }),
  keyword("retry", "further tries of a failed check", { values: [integer("COUNT", 1)], default: "1" }),
  keyword("warmup", "random wait before the first check", { values: [timer(0)], default: "delay_loop" }),
  keyword("connect_timeout", "how long a check may take to connect", {
    values: [timer(0.000001, 4294.967295)],
    default: "5",
  }),
  keyword("inhibit_on_failure", "give a failed real server weight 0 instead of taking it out"),
  keyword("ops", "schedule every UDP packet by itself"),
  keyword("flag-1", "scheduler flag 1"),
  keyword("flag-2", "scheduler flag 2"),
  keyword("flag-3", "scheduler flag 3"),
  keyword("sh-port", "sh: use the client's port too"),
  keyword("sh-fallback", "sh: pass over a real server of weight 0"),
  keyword("mh-port", "mh: use the client's port too"),
  keyword("mh-fallback", "mh: pass over a real server of weight 0"),
  keyword("hashed", "not used", { deprecated: silent("nothing: remove it") }),
  keyword("ha_suspend", "check only while this director holds the address"),
  keyword("alpha", "real servers count as failed until their first check"),
  keyword("omega", "run down scripts when keepalived stops"),
  keyword("quorum", "weight that must be up for the service to be up", {
    values: [integer("WEIGHT", 1)],
    default: "1",
  }),
  keyword("hysteresis", "weight the quorum may be missed or exceeded by before a change", {
    values: [integer("WEIGHT", 0)],
    default: "0",
  }),
  keyword("quorum_up", "run when the quorum is reached", scriptWithUser),
  keyword("quorum_down", "run when the quorum is lost", scriptWithUser),
  keyword("weight", "weight of real servers that name none", {
    values: [integer("WEIGHT", 1, maxInteger)],
    default: "1",
  }),
  keyword("ip_family", "family of a service by mark", {
    values: [choice("FAMILY", ["inet", "inet6"])],
    default: "inet",
  }),
  keyword("smtp_alert", "mail when the quorum is lost or reached", flag),
  keyword("virtualhost", "Host: of HTTP checks that name none", { values: [text("NAME")] }),
  keyword("snmp_name", "name in SNMP answers", { values: [text("NAME")] }),
  keyword("sorry_server", "serves while the quorum is lost: ADDRESS [PORT]", {
    values: [special("ADDRESS"), special("PORT")],
    required: 1,
  }),
  keyword("sorry_server_inhibit", "keep the sorry server in the table with weight 0"),
  keyword("sorry_server_lvs_method", "how packets reach the sorry server", {
    ...method,
    default: seeVirtualServer,
  }),
  keyword("real_server", "a machine that serves: ADDRESS [PORT]", {
    values: [special("ADDRESS"), special("PORT")],
    required: 1,
    opens: "real_server",
  }),
] as const;

const realServer = keywordsOf("real_server");
const checker = (name: "TCP_CHECK" | "HTTP_GET" | "SSL_GET" | "SMTP_CHECK" | "DNS_CHECK", help: string) =>
  realServer(name, help, { opens: name });

/** Inside `real_server …`. */
export const realServerKeywords = [
  realServer("weight", "share of connections; 0: no new ones", {
    values: [integer("WEIGHT", 0, maxInteger)],
    default: "1",
  }),
  realServer("lvs_method", "how packets reach it, if other than the virtual server's", {
    ...method,
    default: seeVirtualServer,
  }),
  realServer("uthreshold", "most connections; 0: no limit", { values: [integer("COUNT", 0)], default: "0" }),
  realServer("lthreshold", "connections below which it gets new ones again", {
    values: [integer("COUNT", 0)],
    default: "0",
  }),
  realServer("inhibit_on_failure", "give it weight 0 when it fails, instead of taking it out", flag),
  realServer("alpha", "counts as failed until its first check", flag),
  realServer("delay_loop", "time between checks", { values: [timer(0.000001)], default: seeVirtualServer }),
  realServer("delay_before_retry", "wait before a failed check is tried again", {
    values: [timer(0)],
    default: seeVirtualServer,
  }),
  realServer("retry", "further tries of a failed check", {
    values: [integer("COUNT", 1)],
    default: seeVirtualServer,
  }),
  realServer("warmup", "random wait before the first check", {
    values: [timer(0)],
    default: seeVirtualServer,
  }),
  realServer("connect_timeout", "how long a check may take to connect", {
    values: [timer(0.000001, 4294.967295)],
    default: seeVirtualServer,
  }),
  realServer("notify_up", "run when it comes up", scriptWithUser),
  realServer("notify_down", "run when it goes down", { values: [script, user, group], required: 1 }),
  realServer("smtp_alert", "mail when it goes down or comes up", { ...flag, default: "on" }),
  realServer("virtualhost", "Host: of HTTP checks that name none", { values: [text("NAME")] }),
  realServer("snmp_name", "name in SNMP answers", { values: [text("NAME")] }),
  checker("TCP_CHECK", "connects to the port"),
  checker("HTTP_GET", "fetches pages and compares status or digest"),
  checker("SSL_GET", "fetches pages over TLS and compares status or digest"),
  checker("SMTP_CHECK", "speaks to a mail server"),
  checker("DNS_CHECK", "asks a name server"),
  realServer("UDP_CHECK", "sends a datagram", { opens: "UDP_CHECK" }),
  realServer("PING_CHECK", "sends an ICMP echo", { opens: "PING_CHECK" }),
  realServer("MISC_CHECK", "runs a command", { opens: "MISC_CHECK" }),
  realServer("BFD_CHECK", "follows a bfd_instance", { opens: "BFD_CHECK" }),
  realServer("FILE_CHECK", "follows a track_file", { opens: "FILE_CHECK" }),
] as const;
