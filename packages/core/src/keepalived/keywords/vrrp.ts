import {
  address,
  choice,
  flag,
  integer,
  keywordsOf,
  maxInteger,
  maxUnsigned,
  maxUnsignedSeconds,
  networkInterface,
  reported,
  script,
  scriptWithUser,
  seconds,
  special,
  timer,
  user,
  group,
} from "./keyword.ts";

const keyword = keywordsOf("vrrp_instance");

/** Inside `vrrp_instance NAME`. */
export const instanceKeywords = [
  keyword("state", "state to start in; the priority decides the election", {
    values: [special("STATE")],
    default: "BACKUP",
  }),
  keyword("interface", "interface adverts are sent and heard on", { values: [networkInterface] }),
  keyword(
    "virtual_router_id",
    "number of the virtual router; the same on both directors, unique on the segment",
    {
      values: [integer("VRID", 1, 255)],
    },
  ),
  keyword("priority", "who becomes MASTER: the higher; 255: owner of the addresses", {
    values: [integer("PRIORITY", 1, 255)],
    default: "100, or 255 with state MASTER",
  }),
  keyword("advert_int", "time between adverts; whole seconds in version 2; the same on both directors", {
    values: [timer(0.01, 255)],
    default: "1",
  }),
  keyword("version", "VRRP version", {
    values: [integer("VERSION", 2, 3)],
    default: "vrrp_version; 3 for IPv6",
  }),
  keyword("authentication", "password of adverts; version 2 only", {
    opens: "authentication",
    isRepeatable: false,
  }),
  keyword("auth_hmac", "signature of adverts by shared keys", {
    opens: "auth_hmac",
    isRepeatable: false,
    since: "2.4",
  }),
  keyword(
    "virtual_ipaddress",
    "addresses held by the MASTER and listed in adverts: ADDRESS[/LENGTH] [dev IF] [label LABEL] …",
    {
      list: "addresses",
    },
  ),
  keyword("virtual_ipaddress_excluded", "addresses held by the MASTER and not listed in adverts", {
    list: "addresses",
  }),
  keyword("no_virtual_ipaddress", "this instance has no address on purpose", { since: "2.2.8" }),
  keyword("virtual_routes", "routes that exist on the MASTER", { list: "routes" }),
  keyword("virtual_rules", "routing rules that exist on the MASTER", { list: "rules" }),
  keyword("promote_secondaries", "keep secondary addresses when a primary one is removed"),
  keyword("unicast_peer", "the other directors: adverts go to them instead of the multicast group", {
    list: "unicast-peers",
  }),
  keyword("unicast_src_ip", "source address of unicast adverts", {
    values: [address()],
    default: "first address of the interface",
  }),
  keyword("unicast_ttl", "TTL of unicast adverts", { values: [integer("TTL", 0, 255)], default: "255" }),
  keyword("unicast_fault_no_peer", "FAULT instead of multicast when no peer is given"),
  keyword("check_unicast_src", "accept unicast adverts of known peers only"),
  keyword("old_unicast_checksum", "checksum of 1.3.6 and before", {
    values: [choice("MODE", ["never"])],
    required: 0,
  }),
  keyword("v3_checksum_as_v2", "leave the pseudo header out of the IPv4 checksum of version 3", {
    ...flag,
    since: "2.2.8",
  }),
  keyword("mcast_src_ip", "source address of multicast adverts", {
    values: [address()],
    default: "first address of the interface",
  }),
  keyword("mcast_dst_ip", "multicast group of adverts", {
    values: [address()],
    default: "vrrp_mcast_group4 or 6",
  }),
  keyword("track_src_ip", "FAULT while the source address does not exist"),
  keyword("use_vmac", "hold addresses on a macvlan with the virtual MAC: [NAME] [MAC]", {
    values: [special("NAME"), special("MAC")],
    rest: special("OPTION"),
    required: 0,
  }),
  keyword("use_vmac_addr", "make a VMAC for addresses on other interfaces too"),
  keyword("vmac_xmit_base", "send and hear adverts on the interface under the VMAC"),
  keyword("use_ipvlan", "hold addresses on an ipvlan: [NAME] [ADDRESS] [bridge|private|vepa]", {
    rest: special("OPTION"),
  }),
  keyword("vrf", "VRF to use where no interface is given", { values: [networkInterface] }),
  keyword("native_ipv6", "IPv6 instance; told from the addresses nowadays"),
  keyword("dont_track_primary", "stay up when the interface goes down"),
  keyword("track_interface", "interfaces that must be up: INTERFACE [weight N [reverse]]", {
    list: "tracked-interfaces",
  }),
  keyword("track_script", "vrrp_scripts to follow: NAME [weight N [reverse]]", { list: "tracked-scripts" }),
  keyword("track_file", "track_files to follow: NAME [weight N [reverse]]", { list: "tracked-files" }),
  keyword("track_process", "vrrp_track_processes to follow: NAME [weight N [reverse]]", {
    list: "tracked-processes",
  }),
  keyword("track_bfd", "bfd_instances to follow: NAME [weight N [reverse]]", { list: "tracked-bfds" }),
  keyword("preempt", "take over from a lower MASTER; the default"),
  keyword("nopreempt", "leave a lower MASTER in place; needs state BACKUP"),
  keyword("preempt_delay", "wait before taking over from a lower MASTER; needs state BACKUP", {
    values: [timer(0, 1000)],
    default: "0",
  }),
  keyword("owner_ignore_adverts", "with priority 255, drop the adverts of others as RFC 9568 asks", {
    ...flag,
    since: "2.3.3",
  }),
  keyword("accept", "accept packets to the addresses; the default"),
  keyword("no_accept", "drop packets to the addresses"),
  keyword("skip_check_adv_addr", "do not compare the addresses of each advert of the same MASTER", flag),
  keyword("strict_mode", "hold to the RFC", flag),
  keyword(
    "timer_expired_backup",
    "give way when keepalived ran so late that another may be MASTER: [PRIORITY]",
    {
      values: [integer("PRIORITY", 1, 254)],
      required: 0,
      since: "2.3",
    },
  ),
  keyword("debug", "not used", { values: [integer("LEVEL", 0, 4)] }),
  keyword("notify_master", "run on becoming MASTER", scriptWithUser),
  keyword("notify_backup", "run on becoming BACKUP", scriptWithUser),
  keyword("notify_fault", "run on FAULT", scriptWithUser),
  keyword("notify_stop", "run when VRRP stops", scriptWithUser),
  keyword(
    "notify_deleted",
    "tell DELETED instead of FAULT when a reload drops the instance; a script is run too",
    {
      values: [script, user, group],
      required: 0,
    },
  ),
  keyword("notify", "run on every change, with type, name, state and priority", scriptWithUser),
  keyword("notify_master_rx_lower_pri", "run when a MASTER hears a lower one", scriptWithUser),
  keyword("notify_priority_changes", "write changes of priority to the pipes", flag),
  keyword("smtp_alert", "mail on every change", flag),
  keyword("lvs_sync_daemon_interface", "former way to start the sync daemon", {
    values: [networkInterface],
    deprecated: reported("lvs_sync_daemon in global_defs"),
  }),
  keyword("garp_master_delay", "delay of the second round of gratuitous ARP; 0: none", {
    values: [seconds(0, maxUnsignedSeconds)],
    default: "vrrp_garp_master_delay",
  }),
  keyword("garp_master_repeat", "gratuitous ARPs in a round", {
    values: [integer("COUNT", 1)],
    default: "vrrp_garp_master_repeat",
  }),
  keyword("garp_master_refresh", "repeat gratuitous ARP while MASTER; 0: never", {
    values: [seconds(0, maxUnsigned)],
    default: "vrrp_garp_master_refresh",
  }),
  keyword("garp_master_refresh_repeat", "gratuitous ARPs at each refresh", {
    values: [integer("COUNT", 1)],
    default: "vrrp_garp_master_refresh_repeat",
  }),
  keyword("garp_lower_prio_delay", "delay of the second round after a lower advert was heard", {
    values: [seconds(0, maxUnsignedSeconds)],
    default: "vrrp_garp_lower_prio_delay",
  }),
  keyword("garp_lower_prio_repeat", "gratuitous ARPs after a lower advert was heard", {
    values: [integer("COUNT", 0, maxInteger)],
    default: "vrrp_garp_lower_prio_repeat",
  }),
  keyword("garp_extra_if", "refresh gratuitous ARP on interfaces other than the instance's: [all] SECONDS", {
    rest: special("SECONDS"),
    required: 1,
  }),
  keyword("vmac_garp_intvl", "former name of garp_extra_if", {
    rest: special("SECONDS"),
    required: 1,
    deprecated: reported("garp_extra_if"),
  }),
  keyword("down_timer_adverts", "missed adverts until a MASTER counts as gone; the same on both directors", {
    values: [{ ...integer("COUNT", 1, 100), unit: "adverts" }],
    default: "3",
  }),
  keyword("lower_prio_no_advert", "do not answer a lower advert with our own", flag),
  keyword("higher_prio_send_advert", "send one more advert before giving way to a higher one", flag),
  keyword("kernel_rx_buf_size", "receive buffer of the VRRP socket", {
    values: [{ ...integer("BYTES", 0), unit: "bytes" }],
  }),
  keyword("linkbeat_use_polling", "former way to poll the media state of the interface", {
    deprecated: reported("a linkbeat_interfaces block"),
  }),
] as const;

const authentication = keywordsOf("authentication");

/** Inside `authentication`. */
export const authenticationKeywords = [
  authentication("auth_type", "PASS: password in clear; AH: IPsec header", {
    values: [choice("TYPE", ["PASS", "AH"])],
  }),
  authentication("auth_pass", "password, at most 8 characters; the same on both directors", {
    values: [special("PASSWORD")],
  }),
] as const;

const hmac = keywordsOf("auth_hmac");

/** Inside `auth_hmac`. */
export const hmacKeywords = [
  hmac("key", "a signing key of 32 to 64 bytes: ID hex:…, file:PATH or text", {
    values: [integer("ID", 1, 255), special("KEY")],
    since: "2.4",
    isRepeatable: true,
  }),
  hmac("active_key", "the key adverts are signed with", { values: [integer("ID", 1, 255)], since: "2.4" }),
  hmac("anti_replay", "time: adverts must be fresh; monotonic: numbers must grow", {
    values: [choice("MODE", ["time", "monotonic"])],
    default: "time",
    since: "2.4",
  }),
  hmac("time_window", "how fresh", {
    values: [seconds(1, 300)],
    default: "3 × advert_int, at least 5",
    since: "2.4",
  }),
  hmac("mode", "enforce: refuse unsigned adverts; permissive: take them; receive-only: do not sign", {
    values: [choice("MODE", ["enforce", "permissive", "receive-only"])],
    default: "enforce",
    since: "2.4",
  }),
] as const;

const syncGroup = keywordsOf("vrrp_sync_group");

/** Inside `vrrp_sync_group NAME`. */
export const syncGroupKeywords = [
  syncGroup("group", "names of the VRRP instances", { list: "instances", isRepeatable: false }),
  syncGroup("track_interface", "interfaces that must be up: INTERFACE [weight N [reverse]]", {
    list: "tracked-interfaces",
  }),
  syncGroup("track_script", "vrrp_scripts to follow: NAME [weight N [reverse]]", { list: "tracked-scripts" }),
  syncGroup("track_file", "track_files to follow: NAME [weight N [reverse]]", { list: "tracked-files" }),
  syncGroup("track_process", "vrrp_track_processes to follow: NAME [weight N [reverse]]", {
    list: "tracked-processes",
  }),
  syncGroup("track_bfd", "bfd_instances to follow: NAME [weight N [reverse]]", { list: "tracked-bfds" }),
  syncGroup("notify_master", "run when the group becomes MASTER", scriptWithUser),
  syncGroup("notify_backup", "run when the group becomes BACKUP", scriptWithUser),
  syncGroup("notify_fault", "run on FAULT", scriptWithUser),
  syncGroup("notify_stop", "run when VRRP stops", scriptWithUser),
  syncGroup("notify", "run on every change, with type, name, state and priority", scriptWithUser),
  syncGroup("notify_priority_changes", "write changes of priority to the pipes", flag),
  syncGroup("smtp_alert", "mail on every change", flag),
  syncGroup("global_tracking", "former way to allow weights in the group", {
    deprecated: reported("track_interface, track_script or track_file in the group"),
  }),
  syncGroup("sync_group_tracking_weight", "allow weights that differ between the instances of the group"),
] as const;

const garpGroup = keywordsOf("garp_group");

/** Inside `garp_group`. */
export const garpGroupKeywords = [
  garpGroup("garp_interval", "pause between gratuitous ARPs", { values: [timer(0, 2147.483647)] }),
  garpGroup("gna_interval", "pause between unsolicited neighbour adverts", {
    values: [timer(0, 2147.483647)],
  }),
  garpGroup("interface", "the interface they apply to", { values: [networkInterface], isRepeatable: true }),
  garpGroup("interfaces", "interfaces that share the pauses", { list: "interfaces" }),
] as const;
