import { integer, keywordsOf, maxUnsigned, name, path, silent, special, text } from "./keyword.ts";

const keyword = keywordsOf("root");

/** Keywords of the top level: daemon-wide settings that stand outside every block, and the blocks themselves. */
export const rootKeywords = [
  keyword("net_namespace", "network namespace keepalived runs in; cannot change at a reload", {
    values: [text("NAME")],
  }),
  keyword("net_namespace_ipvs", "network namespace whose IPVS table is programmed", {
    values: [text("NAME")],
    required: 0,
  }),
  keyword("namespace_with_ipsets", "use ipsets in a namespace on kernels before 3.13"),
  keyword("instance", "name that distinguishes several keepalived on one machine", {
    values: [text("NAME")],
  }),
  keyword("use_pid_dir", "keep pid files in the run directory of keepalived"),
  keyword("linkbeat_use_polling", "poll media state by MII, ETHTOOL or ioctl instead of netlink"),
  keyword("child_wait_time", "how long the parent waits for its children at a stop", {
    values: [{ ...integer("SECONDS", 0, maxUnsigned), unit: "s" }],
    default: "5",
  }),
  keyword("global_defs", "settings of the whole daemon", { opens: "global_defs", isRepeatable: true }),
  keyword("track_group", "VRRP instances that follow static addresses, routes and rules", {
    values: [name("track_group")],
    opens: "track_group",
  }),
  keyword("static_ipaddress", "addresses keepalived sets and keeps, whatever VRRP does", {
    list: "static-addresses",
  }),
  keyword("static_routes", "routes keepalived sets and keeps, whatever VRRP does", { list: "static-routes" }),
  keyword("static_rules", "routing rules keepalived sets and keeps, whatever VRRP does", {
    list: "static-rules",
  }),
  keyword("linkbeat_interfaces", "interfaces whose media state is polled", { list: "linkbeat-interfaces" }),
  keyword("interface_up_down_delays", "how long an interface must be down or up before VRRP believes it", {
    list: "interface-delays",
  }),
  keyword("garp_group", "delays between gratuitous ARP on one or several interfaces", {
    opens: "garp_group",
  }),
  keyword("vrrp_sync_group", "VRRP instances that change state together", {
    values: [name("vrrp_sync_group")],
    opens: "vrrp_sync_group",
  }),
  keyword("vrrp_instance", "one virtual router: its addresses move with its MASTER", {
    values: [name("vrrp_instance")],
    opens: "vrrp_instance",
  }),
  keyword("vrrp_script", "command run at intervals; VRRP instances may follow its outcome", {
    values: [name("vrrp_script")],
    opens: "vrrp_script",
  }),
  keyword("vrrp_track_process", "process that must run; VRRP instances may follow it", {
    values: [name("vrrp_track_process")],
    opens: "vrrp_track_process",
  }),
  keyword("track_file", "file whose number VRRP instances and real servers may follow", {
    values: [name("track_file")],
    opens: "track_file",
  }),
  keyword("vrrp_track_file", "former name of track_file", {
    values: [name("track_file")],
    opens: "track_file",
    deprecated: silent("track_file"),
  }),
  keyword("bfd_instance", "a BFD session that VRRP instances and real servers may follow", {
    values: [name("bfd_instance")],
    opens: "bfd_instance",
  }),
  keyword("SSL", "certificate and key used by SSL_GET", { opens: "SSL" }),
  keyword("virtual_server_group", "several addresses, ports or marks under one name", {
    values: [name("virtual_server_group")],
    list: "server-group",
  }),
  keyword("virtual_server", "one virtual service: ADDRESS [PORT], fwmark MARK, or group NAME", {
    values: [special("ADDRESS"), special("PORT")],
    required: 1,
    opens: "virtual_server",
  }),
] as const;

const variants = [
  ["include", "reads other files here; missing ones are passed over"],
  ["includer", "reads other files here; each must be readable"],
  ["includem", "reads other files here; at least one must match, unless there is a wildcard"],
  ["includew", "reads other files here; at least one must match"],
  ["includeb", "reads other files here; every alternative in braces must match"],
  ["includea", "reads other files here with all checks"],
] as const;

/** Allowed in every block; taken out before keywords are looked up. */
export const includeKeywords = variants.map(([keywordName, help]) =>
  keyword(keywordName, help, { values: [path], isRepeatable: true }),
);

const ssl = keywordsOf("SSL");

export const sslKeywords = [
  ssl("password", "password of the key", { values: [text("PASSWORD")] }),
  ssl("ca", "file with the certificates of the trusted authorities", { values: [path] }),
  ssl("certificate", "file with our certificate", { values: [path] }),
  ssl("key", "file with our key", { values: [path] }),
] as const;

const trackGroup = keywordsOf("track_group");

export const trackGroupKeywords = [
  trackGroup("group", "names of the VRRP instances", { list: "instances", isRepeatable: false }),
] as const;
