import type { Entry } from "../../reading.ts";
import { isNumericAddress, readInteger } from "../../words.ts";
import { inGlobals } from "../examples.ts";
import type { Rule } from "../rule.ts";

type Read = (words: readonly string[]) => string | undefined;

const maxTimeout = 86400 * 31;

const timeouts: Read = (words) => {
  for (let index = 1; index < words.length; index += 2) {
    const [name = "", value] = words.slice(index, index + 2);
    if (!["tcp", "tcpfin", "udp"].includes(name)) return `${name} is no timeout of IPVS`;
    if (value === undefined) return `${name} needs a value`;
    if (readInteger(value, { min: 0, max: maxTimeout }).fault !== undefined)
      return `${name} must be 0 to ${maxTimeout}, not ${value}`;
  }
  return undefined;
};

const extraInterfaces =
  (least: number): Read =>
  (words) => {
    const times = words.slice(1).filter((word) => word !== "all");
    const bad = times.find((word) => readInteger(word, { min: least, max: 86400 }).fault !== undefined);
    if (bad !== undefined) return `the interval must be ${least} to 86400 seconds, not ${bad}`;
    return times.length === 0 ? "an interval in seconds is missing" : undefined;
  };

const bufferPolicy: Read = (words) => {
  const kinds = words.slice(1).map((word) => (/^(?:mtu|advert)$/iu.test(word) ? word.toUpperCase() : "size"));
  const bad = words
    .slice(1)
    .find(
      (word, index) =>
        kinds[index] === "size" && readInteger(word, { min: 0, max: 4294967295 }).fault !== undefined,
    );
  if (bad !== undefined) return `${bad} is no policy: write MTU, ADVERT or a size`;
  return new Set(kinds).size > 1 ? "one policy only: MTU, ADVERT or a size" : undefined;
};

const umask: Read = (words) => {
  const [, first = ""] = words;
  if (/^[0-9]/u.test(first))
    return /^0[0-7]{0,3}$|^[0-9]{1,3}$/u.test(first) && words.length === 2
      ? undefined
      : `${first} is no umask`;
  const bad = words
    .slice(1)
    .join("")
    .split("|")
    .find((bit) => !/^I[RWX](?:USR|GRP|OTH)$/u.test(bit));
  return bad === undefined ? undefined : `${bad} is no bit of a umask`;
};

const includeCheck: Read = (words) => {
  const names = words.slice(1).map((word) => word.replace(/^[+-]/u, ""));
  const bad = names.find(
    (name) => !["read", "readable", "match", "wildcard_match", "brace_match"].includes(name),
  );
  return bad === undefined ? undefined : `${bad} is no check of includes`;
};

/** A host name is looked up on the machine; four numbers are no host name. */
const smtpServer: Read = (words) => {
  const [, host = "", port] = words;
  if (/^\d+(?:\.\d+){3}$/u.test(host) && !isNumericAddress(host)) return `${host} is no address`;
  if (!/^[\w.:%-]+$/u.test(host)) return `"${host}" is no address and no host name`;
  return port === undefined || readInteger(port, { min: 1, max: 65535 }).fault === undefined
    ? undefined
    : `${port} is no port`;
};

const readers: Record<string, Read> = {
  lvs_timeouts: timeouts,
  vrrp_garp_extra_if: extraInterfaces(1),
  vrrp_vmac_garp_intvl: extraInterfaces(1),
  garp_extra_if: extraInterfaces(0),
  vmac_garp_intvl: extraInterfaces(0),
  vrrp_rx_bufs_policy: bufferPolicy,
  umask,
  include_check: includeCheck,
  smtp_server: smtpServer,
};

export const globalOption: Rule = {
  code: "global-option",
  severity: "error",
  title: "a setting whose words do not make sense together",
  reason: "keepalived drops the line.",
  mend: "Write it as the message says.",
  bad: inGlobals("lvs_timeouts tcp 900 tcp_fin 60"),
  good: inGlobals("lvs_timeouts tcp 900 tcpfin 60"),
  ofEntry: {
    concerns: ({ name, block }) => name in readers && (block === "global_defs" || block === "vrrp_instance"),
    check: ({ keyword, words, spot }: Entry, report) => {
      const fault = words.length < 2 ? undefined : readers[keyword.name]?.(words);
      if (fault === undefined) return;
      const severity = keyword.name === "smtp_server" ? "warning" : "error";
      report(spot, `${keyword.name}: ${fault}`, { severity });
    },
  },
};
