import {
  address,
  boolean,
  choice,
  choiceIgnoringCase,
  flag,
  group,
  hex,
  integer,
  keywordsOf,
  maxInteger,
  maxUnsignedSeconds,
  name,
  networkInterface,
  port,
  reported,
  script,
  seconds,
  special,
  text,
  timer,
  user,
} from "./keyword.ts";
import type { BlockName, Keyword } from "./keyword.ts";

const seeRealServer = "the real server's";

/** When and how often: every checker but BFD_CHECK and FILE_CHECK. */
const timingOf = (block: BlockName): readonly Keyword[] => {
  const keyword = keywordsOf(block);
  return [
    keyword("retry", "further tries of a failed check", {
      values: [integer("COUNT", 0)],
      default: seeRealServer,
    }),
    keyword("delay_before_retry", "wait before a failed check is tried again", {
      values: [timer(0)],
      default: seeRealServer,
    }),
    keyword("warmup", "random wait before the first check", { values: [timer(0)], default: seeRealServer }),
    keyword("delay_loop", "time between checks", { values: [timer(0.000001)], default: seeRealServer }),
    keyword("alpha", "counts as failed until the first check", flag),
    keyword("log_all_failures", "log every failed check", flag),
  ];
};

/** Where to connect: checkers that use a socket. */
const connectionOf = (block: BlockName): readonly Keyword[] => {
  const keyword = keywordsOf(block);
  return [
    keyword("connect_ip", "address to connect to", { values: [address()], default: seeRealServer }),
    keyword("connect_port", "port to connect to", { values: [port], default: seeRealServer }),
    keyword("bindto", "address to connect from", { values: [address()] }),
    keyword("bind_port", "port to connect from", { values: [port] }),
    keyword("bind_if", "interface to connect from", { values: [networkInterface] }),
    keyword("connect_timeout", "how long to wait for the connection", {
      values: [timer(0.000001, 4294.967295)],
      default: seeRealServer,
    }),
    keyword("fwmark", "mark of outgoing packets", { values: [integer("MARK", 0)] }),
  ];
};

const httpOf = (block: "HTTP_GET" | "SSL_GET"): readonly Keyword[] => {
  const keyword = keywordsOf(block);
  return [
    ...connectionOf(block),
    ...timingOf(block),
    keyword("nb_get_retry", "former name of retry", {
      values: [integer("COUNT", 0)],
      deprecated: reported("retry"),
    }),
    keyword("virtualhost", "Host: header of requests", { values: [text("NAME")] }),
    keyword("http_protocol", "HTTP version; 1.0C: 1.0 with Connection: close", {
      values: [choice("VERSION", ["1.0", "1.1", "1.0C", "1.0c"])],
      default: "1.0",
    }),
    keyword("enable_sni", "send the virtualhost as TLS server name", flag),
    keyword("sni_name", "send this as TLS server name", { values: [text("NAME")], since: "2.3" }),
    keyword("tls_compliant", "end TLS sessions with close_notify", { ...flag, since: "2.3" }),
    keyword("fast_recovery", "check all pages without a pause at start and after a failure", flag),
    keyword("url", "a page to fetch", { opens: "url" }),
  ];
};

const url = keywordsOf("url");

const urlKeywords: readonly Keyword[] = [
  url("path", "path of the page", { values: [text("PATH")] }),
  url("digest", "MD5 digest the page must have", { values: [special("DIGEST")] }),
  url("status_code", "status codes that are good: CODE or FROM-TO …", {
    rest: special("CODE"),
    required: 1,
    default: "200-299",
  }),
  url("virtualhost", "Host: header of this request", { values: [text("NAME")] }),
  url("regex", "pattern the page must match", { values: [special("PATTERN")] }),
  url("regex_no_match", "fail on a match instead"),
  url("regex_options", "options of PCRE2", { rest: special("OPTION"), required: 1 }),
  url("regex_min_offset", "first byte a match may start at", { values: [special("OFFSET")] }),
  url("regex_max_offset", "last byte a match may start at", { values: [special("OFFSET")] }),
  url("regex_stack", "size of the JIT stack: START MAX", { values: [special("START"), special("MAX")] }),
  url("tls_compliant", "end TLS sessions with close_notify", { ...flag, since: "2.3" }),
];

const smtp = keywordsOf("SMTP_CHECK");
const dns = keywordsOf("DNS_CHECK");
const udp = keywordsOf("UDP_CHECK");
const misc = keywordsOf("MISC_CHECK");
const bfd = keywordsOf("BFD_CHECK");
const file = keywordsOf("FILE_CHECK");

/** Types DNS_CHECK can ask for. */
const recordTypes = ["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"] as const;

/** Inside the checkers of a real server, and the blocks inside those. */
export const checkerKeywords: readonly Keyword[] = [
  ...connectionOf("TCP_CHECK"),
  ...timingOf("TCP_CHECK"),
  ...httpOf("HTTP_GET"),
  ...httpOf("SSL_GET"),
  ...urlKeywords,
  smtp("helo_name", "name given in HELO", { values: [text("NAME")], default: "the host name" }),
  ...connectionOf("SMTP_CHECK"),
  ...timingOf("SMTP_CHECK"),
  smtp("host", "one more host to check", {
    opens: "host",
    deprecated: { use: "one SMTP_CHECK for each host", isReported: false },
  }),
  ...connectionOf("host"),
  ...timingOf("host"),
  ...connectionOf("DNS_CHECK"),
  ...timingOf("DNS_CHECK"),
  dns("type", "record type to ask for", {
    values: [choiceIgnoringCase("TYPE", recordTypes)],
    default: "SOA",
  }),
  dns("name", "name to ask for", { values: [special("NAME")], default: "." }),
  ...connectionOf("UDP_CHECK"),
  ...timingOf("UDP_CHECK"),
  udp("payload", "octets to send", { rest: hex(false), required: 1 }),
  udp("require_reply", "an answer must come, with these octets if given; x is any digit", {
    rest: hex(true),
  }),
  udp("min_reply_length", "shortest answer", { values: [integer("BYTES", 0, 65535)], default: "0" }),
  udp("max_reply_length", "longest answer", { values: [integer("BYTES", 0, 65535)], default: "255" }),
  ...connectionOf("PING_CHECK"),
  ...timingOf("PING_CHECK"),
  ...timingOf("MISC_CHECK"),
  misc("misc_path", "command to run; exit code 0 is success", { values: [script] }),
  misc("misc_timeout", "time after which it is stopped", {
    values: [seconds(0, maxUnsignedSeconds)],
    default: "delay_loop",
  }),
  misc("misc_dynamic", "exit codes 2 to 255 set the weight to code minus 2"),
  misc("user", "user and group to run it", { values: [user, group], required: 1, default: "script_user" }),
  bfd("name", "the bfd_instance", { values: [name("bfd_instance")] }),
  bfd("alpha", "counts as failed until the session is up", { values: [boolean], required: 0 }),
  file("track_file", "the track_file", { values: [name("track_file")] }),
  file("weight", "factor of its number", {
    values: [integer("WEIGHT", -maxInteger, maxInteger), choice("DIRECTION", ["reverse", "noreverse"])],
    required: 1,
    default: "the track_file's",
  }),
  file("dynamic", "add the number to the weight", { since: "2.3" }),
];
