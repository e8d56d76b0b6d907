import {
  choice,
  flag,
  integer,
  keywordsOf,
  maxInteger,
  maxUnsigned,
  maxUnsignedSeconds,
  networkInterface,
  path,
  reported,
  scriptWithUser,
  seconds,
  silent,
  special,
  text,
  timer,
  user,
  group,
} from "./keyword.ts";

const keyword = keywordsOf("global_defs");
const nice = integer("NICE", -20, 19);
const realtime = integer("PRIORITY", 1, 99);
const cpu = integer("CPU", 0, 8191);
const microseconds = { ...integer("MICROSECONDS", 1, maxUnsigned), unit: "µs" } as const;
const bytes = { ...integer("BYTES", 0, maxUnsigned), unit: "bytes" } as const;
const processName = { values: [text("NAME", 15)] } as const;
const fifo = { values: [path, user, group], required: 1 } as const;

/** Inside `global_defs`. */
export const globalKeywords = [
  keyword("router_id", "name of this director in mails and traps; must differ on each director", {
    values: [text("NAME")],
    default: "the host name",
  }),
  keyword("notification_email", "who is told by mail", { list: "emails" }),
  keyword("notification_email_from", "sender of mails", {
    values: [text("EMAIL")],
    default: "keepalived@host",
  }),
  keyword("smtp_server", "mail server, with its port if not 25", {
    values: [special("ADDRESS"), special("PORT")],
    required: 1,
  }),
  keyword("smtp_helo_name", "name given in HELO", {
    values: [text("NAME")],
    required: 0,
    default: "the host name",
  }),
  keyword("smtp_connect_timeout", "how long to wait for the mail server", {
    values: [seconds(1, maxUnsignedSeconds)],
    default: "30",
  }),
  keyword("smtp_alert", "default of every smtp_alert", flag),
  keyword("smtp_alert_vrrp", "default of smtp_alert in VRRP instances and groups", flag),
  keyword("smtp_alert_checker", "default of smtp_alert in virtual and real servers", flag),
  keyword("no_email_faults", "no mail about FAULT"),
  keyword("no_checker_emails", "mail only when a real server leaves or returns, not at each checker", flag),
  keyword("checker_log_all_failures", "log every failed check, not only the change of state", flag),
  keyword("process_names", "use the standard names of the processes"),
  keyword("process_name", "name of the parent process", processName),
  keyword("vrrp_process_name", "name of the VRRP process", processName),
  keyword("checker_process_name", "name of the checker process", processName),
  keyword("lvs_process_name", "former name of checker_process_name", {
    ...processName,
    deprecated: silent("checker_process_name"),
  }),
  keyword("bfd_process_name", "name of the BFD process", processName),
  keyword("use_symlink_paths", "keep symbolic links in paths of scripts", { ...flag, since: "2.3.0" }),
  keyword("set_supplementary_groups", "give scripts the supplementary groups of their user", {
    since: "2.3",
  }),
  keyword("startup_script", "run once before anything else", scriptWithUser),
  keyword("startup_script_timeout", "how long the startup script may run", {
    values: [seconds(1, 1000)],
    default: "10",
  }),
  keyword("shutdown_script", "run once after everything else has stopped", scriptWithUser),
  keyword("shutdown_script_timeout", "how long the shutdown script may run", {
    values: [seconds(1, 1000)],
    default: "10",
  }),
  keyword("script_user", "user and group scripts run under unless they say otherwise", {
    values: [user, group],
    required: 1,
    default: "keepalived_script, or root where that user does not exist",
  }),
  keyword("enable_script_security", "refuse to run scripts as root that others can write"),
  keyword("notify_fifo", "named pipe that gets all state changes", fifo),
  keyword("notify_fifo_script", "started with the name of notify_fifo", scriptWithUser),
  keyword("vrrp_notify_fifo", "named pipe that gets VRRP state changes", fifo),
  keyword("vrrp_notify_fifo_script", "started with the name of vrrp_notify_fifo", scriptWithUser),
  keyword("lvs_notify_fifo", "named pipe that gets checker state changes", fifo),
  keyword("lvs_notify_fifo_script", "started with the name of lvs_notify_fifo", scriptWithUser),
  keyword("vrrp_notify_priority_changes", "write changes of priority to the pipes", flag),
  keyword("fifo_write_vrrp_states_on_reload", "write all VRRP states to the pipes after a reload"),
  keyword("default_interface", "interface of static addresses that name none", {
    values: [text("INTERFACE")],
    default: "eth0",
  }),
  keyword("dynamic_interfaces", "accept interfaces that do not exist yet", {
    values: [choice("MODE", ["allow_if_changes"])],
    required: 0,
  }),
  keyword("disable_local_igmp", "turn off IGMP reports for 224.0.0.0/24 in the kernel"),
  keyword(
    "lvs_sync_daemon",
    "share the connection table: INTERFACE [inst] INSTANCE [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]",
    {
      values: [networkInterface],
      rest: special("OPTION"),
    },
  ),
  keyword("lvs_timeouts", "IPVS timeouts: [tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]", {
    rest: special("OPTION"),
    required: 2,
  }),
  keyword("lvs_flush", "empty the IPVS table at start"),
  keyword("lvs_flush_on_stop", "empty the IPVS table at stop; VS: only services of keepalived", {
    values: [choice("SCOPE", ["VS"])],
    required: 0,
  }),
  keyword("lvs_flush_onstop", "former name of lvs_flush_on_stop", {
    values: [choice("SCOPE", ["VS"])],
    required: 0,
    deprecated: silent("lvs_flush_on_stop"),
  }),
  keyword("vrrp_mcast_group4", "multicast group of IPv4 adverts", {
    values: [{ kind: "multicast", label: "ADDRESS", family: 4 }],
    default: "224.0.0.18",
  }),
  keyword("vrrp_mcast_group6", "multicast group of IPv6 adverts", {
    values: [{ kind: "multicast", label: "ADDRESS", family: 6 }],
    default: "ff02::12",
  }),
  keyword("vrrp_version", "VRRP version of instances that name none", {
    values: [integer("VERSION", 2, 3)],
    default: "2",
  }),
  keyword("v3_checksum_as_v2", "leave the pseudo header out of the IPv4 checksum of version 3", {
    ...flag,
    since: "2.2.8",
  }),
  keyword("vrrp_strict", "hold to the RFC: no authentication, no unicast, at least one VIP"),
  keyword("vrrp_skip_check_adv_addr", "do not compare the addresses of each advert of the same MASTER"),
  keyword("vrrp_check_unicast_src", "accept unicast adverts of known peers only"),
  keyword("vrrp_garp_master_delay", "delay of the second round of gratuitous ARP; 0: none", {
    values: [seconds(0, maxUnsignedSeconds)],
    default: "5",
  }),
  keyword("vrrp_garp_master_repeat", "gratuitous ARPs in a round", {
    values: [integer("COUNT", 1)],
    default: "5",
  }),
  keyword("vrrp_garp_master_refresh", "repeat gratuitous ARP while MASTER; 0: never", {
    values: [seconds(0, maxUnsigned)],
    default: "0",
  }),
  keyword("vrrp_garp_master_refresh_repeat", "gratuitous ARPs at each refresh", {
    values: [integer("COUNT", 1)],
    default: "1",
  }),
  keyword("vrrp_garp_lower_prio_delay", "delay of the second round after a lower advert was heard", {
    values: [seconds(0, maxUnsignedSeconds)],
    default: "vrrp_garp_master_delay",
  }),
  keyword("vrrp_garp_lower_prio_repeat", "gratuitous ARPs after a lower advert was heard", {
    values: [integer("COUNT", 0, maxInteger)],
    default: "vrrp_garp_master_repeat",
  }),
  keyword("vrrp_garp_interval", "pause between gratuitous ARPs on an interface", {
    values: [timer(0.000001, 4294.967295)],
    default: "0",
  }),
  keyword("vrrp_gna_interval", "pause between unsolicited neighbour adverts on an interface", {
    values: [timer(0.000001, 4294.967295)],
    default: "0",
  }),
  keyword("vrrp_min_garp", "send one gratuitous ARP and no second round", flag),
  keyword(
    "vrrp_garp_extra_if",
    "refresh gratuitous ARP on interfaces other than the instance's: [all] SECONDS",
    {
      rest: special("SECONDS"),
      required: 1,
    },
  ),
  keyword("vrrp_vmac_garp_intvl", "former name of vrrp_garp_extra_if", {
    rest: special("SECONDS"),
    required: 1,
    deprecated: reported("vrrp_garp_extra_if"),
  }),
  keyword("vrrp_down_timer_adverts", "missed adverts until a MASTER counts as gone", {
    values: [{ ...integer("COUNT", 1, 100), unit: "adverts" }],
    default: "3",
  }),
  keyword("vrrp_lower_prio_no_advert", "do not answer a lower advert with our own", flag),
  keyword("vrrp_higher_prio_send_advert", "send one more advert before giving way to a higher one", flag),
  keyword("vrrp_iptables", "chains for no_accept: [IN [OUT]]", {
    values: [text("CHAIN", 27), text("CHAIN", 27)],
    required: 0,
    deprecated: reported("nftables"),
  }),
  keyword("vrrp_ipsets", "names of the ipsets used with vrrp_iptables", {
    rest: text("SET", 30),
    deprecated: reported("nftables"),
  }),
  keyword("nftables", "table for no_accept and VMACs", {
    values: [text("TABLE", 255)],
    required: 0,
    default: "keepalived",
  }),
  keyword("nftables_priority", "priority of its chains", {
    values: [integer("PRIORITY", -2147483648, maxInteger)],
    default: "-1",
  }),
  keyword("nftables_counters", "count packets in its rules"),
  keyword("nftables_ifindex", "name interfaces by index in its sets"),
  keyword("nftables_ipvs", "table that marks packets of virtual server groups", {
    values: [text("TABLE", 255)],
    required: 0,
    default: "keepalived_ipvs",
  }),
  keyword("nftables_ipvs_priority", "priority of its chains", {
    values: [integer("PRIORITY", -2147483648, maxInteger)],
    default: "-1",
  }),
  keyword("nftables_ipvs_start_fwmark", "first mark it uses", {
    values: [integer("MARK", 1)],
    default: "1000",
  }),
  keyword("max_auto_priority", "highest real-time priority keepalived may give itself when late", {
    values: [integer("PRIORITY", -1, 99)],
    required: 0,
    default: "0",
  }),
  keyword("min_auto_priority_delay", "how late it must be for that", {
    values: [{ ...integer("MICROSECONDS", 1, 10000000), unit: "µs" }],
    default: "1000000",
  }),
  keyword("vrrp_priority", "nice value of the VRRP process", { values: [nice] }),
  keyword("vrrp_no_swap", "lock the VRRP process in memory"),
  keyword("vrrp_rt_priority", "real-time priority of the VRRP process", { values: [realtime] }),
  keyword("vrrp_cpu_affinity", "processors the VRRP process may use", { rest: cpu, required: 1 }),
  keyword("vrrp_rlimit_rttime", "longest run of the VRRP process without a blocking call", {
    values: [microseconds],
    default: "10000",
  }),
  keyword("vrrp_rlimit_rtime", "former name of vrrp_rlimit_rttime", {
    values: [microseconds],
    deprecated: silent("vrrp_rlimit_rttime"),
  }),
  keyword("checker_priority", "nice value of the checker process", { values: [nice] }),
  keyword("checker_no_swap", "lock the checker process in memory"),
  keyword("checker_rt_priority", "real-time priority of the checker process", { values: [realtime] }),
  keyword("checker_cpu_affinity", "processors the checker process may use", { rest: cpu, required: 1 }),
  keyword("checker_rlimit_rttime", "longest run of the checker process without a blocking call", {
    values: [microseconds],
    default: "10000",
  }),
  keyword("checker_rlimit_rtime", "former name of checker_rlimit_rttime", {
    values: [microseconds],
    deprecated: silent("checker_rlimit_rttime"),
  }),
  keyword("bfd_priority", "nice value of the BFD process", { values: [nice] }),
  keyword("bfd_no_swap", "lock the BFD process in memory"),
  keyword("bfd_rt_priority", "real-time priority of the BFD process", { values: [realtime] }),
  keyword("bfd_cpu_affinity", "processors the BFD process may use", { rest: cpu, required: 1 }),
  keyword("bfd_rlimit_rttime", "longest run of the BFD process without a blocking call", {
    values: [microseconds],
    default: "10000",
  }),
  keyword("bfd_rlimit_rtime", "former name of bfd_rlimit_rttime", {
    values: [microseconds],
    deprecated: silent("bfd_rlimit_rttime"),
  }),
  keyword("snmp_socket", "where the SNMP master agent listens", {
    values: [text("SOCKET")],
    default: "unix:/var/agentx/master",
  }),
  keyword("enable_traps", "send SNMP traps"),
  keyword("enable_snmp_vrrp", "answer for the VRRP part of the keepalived MIB"),
  keyword("enable_snmp_keepalived", "former name of enable_snmp_vrrp", {
    deprecated: silent("enable_snmp_vrrp"),
  }),
  keyword("enable_snmp_checker", "answer for the checker part of the keepalived MIB"),
  keyword("enable_snmp_rfc", "answer for the MIBs of RFC 2787 and RFC 6527"),
  keyword("enable_snmp_rfcv2", "answer for the MIB of RFC 2787"),
  keyword("enable_snmp_rfcv3", "answer for the MIB of RFC 6527"),
  keyword("snmp_vs_stats_update_interval", "how old counters of virtual servers may be in an SNMP answer", {
    values: [timer(0.001, 30)],
    default: "5",
    since: "2.3.0",
  }),
  keyword("snmp_rs_stats_update_interval", "how old counters of real servers may be in an SNMP answer", {
    values: [timer(0.001, 30)],
    default: "5",
    since: "2.3.0",
  }),
  keyword("enable_dbus", "offer the D-Bus interface"),
  keyword("dbus_service_name", "name of the D-Bus service", {
    values: [text("NAME")],
    default: "org.keepalived.Vrrp1",
  }),
  keyword("dbus_no_interface_name", "stands in D-Bus paths for an instance without an interface", {
    values: [text("NAME")],
    default: "none",
    since: "2.3.0",
  }),
  keyword("vrrp_netlink_cmd_rcv_bufs", "receive buffer of the VRRP netlink command socket", {
    values: [bytes],
  }),
  keyword("vrrp_netlink_cmd_rcv_bufs_force", "exceed rmem_max for it", flag),
  keyword("vrrp_netlink_monitor_rcv_bufs", "receive buffer of the VRRP netlink monitor socket", {
    values: [bytes],
  }),
  keyword("vrrp_netlink_monitor_rcv_bufs_force", "exceed rmem_max for it", flag),
  keyword("lvs_netlink_cmd_rcv_bufs", "receive buffer of the checker netlink command socket", {
    values: [bytes],
  }),
  keyword("lvs_netlink_cmd_rcv_bufs_force", "exceed rmem_max for it", flag),
  keyword("lvs_netlink_monitor_rcv_bufs", "receive buffer of the checker netlink monitor socket", {
    values: [bytes],
  }),
  keyword("lvs_netlink_monitor_rcv_bufs_force", "exceed rmem_max for it", flag),
  keyword("process_monitor_rcv_bufs", "receive buffer of the process monitor", { values: [bytes] }),
  keyword("process_monitor_rcv_bufs_force", "exceed rmem_max for it", flag),
  keyword("vrrp_rx_bufs_policy", "size of VRRP receive buffers: MTU, ADVERT or BYTES", {
    rest: special("POLICY"),
    required: 1,
  }),
  keyword("vrrp_rx_bufs_multiplier", "adverts a receive buffer must hold", {
    values: [integer("COUNT", 1)],
    default: "3",
  }),
  keyword("rs_init_notifies", "run notify_up for real servers at start", flag),
  keyword("umask", "permissions files are not given: NUMBER or IRGRP|IXOTH…", {
    rest: special("BITS"),
    required: 1,
  }),
  keyword("vrrp_startup_delay", "wait before VRRP starts", { values: [timer(0.001, 4294.967295)] }),
  keyword("vrrp_delay_after_boot", "wait until this long after the machine booted before VRRP starts", {
    values: [timer(0.001, 4294.967295)],
    since: "2.2.8",
  }),
  keyword("log_unknown_vrids", "log adverts of virtual routers that are not configured"),
  keyword("vmac_prefix", "start of the names of VMAC interfaces", {
    values: [text("PREFIX")],
    default: "vrrp",
  }),
  keyword("vmac_addr_prefix", "start of the names of VMAC interfaces of single addresses", {
    values: [text("PREFIX")],
    default: "vmac_prefix",
  }),
  keyword("random_seed", "seed of ${_RANDOM}", { values: [integer("SEED", 0)] }),
  keyword("reload_check_config", "check the file before a reload, and keep the old one if it is bad: [LOG]", {
    values: [path],
    required: 0,
  }),
  keyword("reload_time_file", "file that holds the time of the next reload", { values: [path] }),
  keyword("reload_repeat", "keep that file, so that the reload repeats daily"),
  keyword("reload_file", "file that exists while the configuration is read", { values: [path], required: 0 }),
  keyword(
    "include_check",
    "which faults of includes are errors: readable, match, wildcard_match, brace_match; + adds, - removes",
    {
      rest: special("CHECK"),
      isRepeatable: true,
    },
  ),
  keyword("config_save_dir", "directory that gets each configuration before and after a reload", {
    values: [path],
  }),
  keyword("tmp_config_directory", "where the copy of the configuration is kept instead of memory", {
    values: [path],
  }),
  keyword("data_use_instance", "put the instance name into names of dumps", flag),
  keyword("state_file_location", "where dumps of SIGUSR1 go", { values: [path], since: "2.3" }),
  keyword("stats_file_location", "where dumps of SIGUSR2 go", { values: [path], since: "2.3" }),
  keyword("json_file_location", "where the JSON dump goes", { values: [path], since: "2.3" }),
  keyword("json_version", "layout of the JSON dump", {
    values: [integer("VERSION", 1, 2)],
    default: "1",
    since: "2.2.8",
  }),
  keyword("iproute_usr_dir", "directory of iproute2's own tables", { values: [path], since: "2.3" }),
  keyword("iproute_etc_dir", "directory of the administrator's iproute2 tables", {
    values: [path],
    since: "2.3",
  }),
] as const;
