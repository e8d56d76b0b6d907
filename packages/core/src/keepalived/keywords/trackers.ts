import {
  address,
  choice,
  group,
  integer,
  keywordsOf,
  maxInteger,
  maxUnsignedSeconds,
  milliseconds,
  path,
  script,
  seconds,
  special,
  text,
  timer,
  user,
} from "./keyword.ts";
import type { Value } from "./keyword.ts";

const reverse: Value = choice("DIRECTION", ["reverse"]);
/** A weight and whether it works the other way round. */
const weightOf = (limit: number) => ({ values: [integer("WEIGHT", -limit, limit), reverse], required: 1 });

const vrrpScript = keywordsOf("vrrp_script");

/** Inside `vrrp_script NAME`. */
export const scriptKeywords = [
  vrrpScript("script", "command to run; exit code 0 is success", { values: [script] }),
  vrrpScript("interval", "time between runs; whole seconds before 2.3.2", {
    values: [seconds(1, maxUnsignedSeconds)],
    default: "1",
  }),
  vrrpScript("timeout", "time after which a run counts as failed; whole seconds before 2.3.2", {
    values: [seconds(1, maxUnsignedSeconds)],
    default: "interval",
  }),
  vrrpScript(
    "weight",
    "added to the priority on success, or taken from it on failure if negative; 0: FAULT on failure",
    {
      ...weightOf(253),
      default: "0",
    },
  ),
  vrrpScript("rise", "successes until it counts as up", {
    values: [integer("COUNT", 1, maxInteger)],
    default: "1",
  }),
  vrrpScript("fall", "failures until it counts as down", {
    values: [integer("COUNT", 1, maxInteger)],
    default: "1",
  }),
  vrrpScript("user", "user and group to run it", {
    values: [user, group],
    required: 1,
    default: "script_user",
  }),
  vrrpScript("init_fail", "count as failed until the first run"),
] as const;

const process = keywordsOf("vrrp_track_process");
const delay = { values: [timer(0.000001, 3600)] } as const;

/** Inside `vrrp_track_process NAME`. */
export const processKeywords = [
  process("process", "name of the process and, if they matter, its parameters", {
    values: [text("NAME")],
    rest: text("PARAMETER"),
  }),
  process("param_match", "how parameters are compared; alone: exactly", {
    values: [choice("MODE", ["initial", "partial"])],
    required: 0,
  }),
  process("weight", "added to the priority while it runs, or taken from it while not if negative; 0: FAULT", {
    ...weightOf(254),
    default: "0",
  }),
  process("quorum", "processes that must run", { values: [integer("COUNT", 1, 65535)], default: "1" }),
  process("quorum_max", "processes that may run; 0: none", {
    values: [integer("COUNT", 0, 65535)],
    default: "no limit",
  }),
  process("delay", "sets fork_delay and terminate_delay", delay),
  process("fork_delay", "wait after enough processes run", delay),
  process("terminate_delay", "wait after too few processes run", delay),
  process("full_command", "compare the whole command line"),
] as const;

const trackFile = keywordsOf("track_file");

/** Inside `track_file NAME`. */
export const trackFileKeywords = [
  trackFile("file", "the file; it holds one number", { values: [path] }),
  trackFile("weight", "factor of the number; 0: any number but 0 is a failure", {
    ...weightOf(254),
    default: "1",
  }),
  trackFile("init_file", "create the file: [NUMBER] [overwrite]", { rest: special("OPTION") }),
] as const;

const bfd = keywordsOf("bfd_instance");
const maxMilliseconds = 4294967;
const ttl = { values: [integer("TTL", 1, 255)] } as const;

/** Inside `bfd_instance NAME`. */
export const bfdKeywords = [
  bfd("neighbor_ip", "address of the neighbour", { values: [address()] }),
  bfd("neighbour_ip", "the same as neighbor_ip", { values: [address()] }),
  bfd("source_ip", "our own address", { values: [address()] }),
  bfd("min_rx", "shortest interval we can hear", {
    values: [milliseconds(1, maxMilliseconds)],
    default: "10",
  }),
  bfd("min_tx", "shortest interval we send", { values: [milliseconds(1, maxMilliseconds)], default: "10" }),
  bfd("idle_tx", "interval while the session is down", {
    values: [milliseconds(1000, maxMilliseconds)],
    default: "1000",
  }),
  bfd("multiplier", "missed packets until the session is down", {
    values: [integer("COUNT", 1, 255)],
    default: "5",
  }),
  bfd("passive", "wait for the neighbour to begin"),
  bfd("ttl", "TTL of packets sent", { ...ttl, default: "255" }),
  bfd("hoplimit", "hop limit of IPv6 packets sent", { ...ttl, default: "64" }),
  bfd("max_hops", "hops a packet may have made", { values: [integer("COUNT", -1, 255)], default: "0" }),
  bfd("multihop", "use the port of RFC 5883", {
    values: [{ kind: "boolean", label: "BOOL" }],
    required: 0,
    since: "2.3",
  }),
  bfd("weight", "added to the priority while up, or taken from it while down if negative", {
    ...weightOf(253),
    default: "0",
  }),
  bfd("vrrp", "tell VRRP only"),
  bfd("checker", "tell checkers only"),
] as const;
