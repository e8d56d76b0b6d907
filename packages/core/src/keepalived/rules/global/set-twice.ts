import type { Entry } from "../../reading.ts";
import { inInstance } from "../examples.ts";
import { keywords } from "../../keywords.ts";
import type { Keyword } from "../../keywords/keyword.ts";
import type { Report, Rule } from "../rule.ts";

/** Scripts and the like keepalived takes from the first line; it complains about the second. */
const firstCounts =
  /^(?:notify.*|quorum_(?:up|down)|startup_script|shutdown_script|.*_fifo(?:_script)?|snmp_socket|nftables(?:_ipvs)?|vrrp_iptables|vmac_prefix|vmac_addr_prefix|tmp_config_directory|use_ipvlan|name)$/u;
/** Keywords that belong to others or add up. */
const addsUp: ReadonlySet<string> = new Set([
  "state",
  "process",
  "file",
  "weight",
  "digest",
  "track_file",
  "interface",
  "vrrp_version",
  "group",
  "lvs_sync_daemon",
  "neighbor_ip",
  "neighbour_ip",
  "sorry_server",
  "lb_algo",
  "regex_options",
  "status_code",
  "net_namespace",
  "instance",
]);

export const setTwice: Rule = {
  code: "set-twice",
  severity: "warning",
  title: "the same setting twice in one block",
  reason: "Only one counts: the last for most, the first for scripts. Nobody can tell which was meant.",
  mend: "Remove one.",
  bad: inInstance("priority 150", "priority 100"),
  good: inInstance("priority 150"),
  ofEntry: {
    concerns: ({ opens }) => opens !== undefined,
    check: (entry, report) => {
      const lines = entry.inside?.entries ?? [];
      for (const line of lines) {
        if (!setOnce.has(line.keyword)) continue;
        const first = firstWith(lines, line.keyword);
        if (first !== undefined && first !== line) compare(first, line, report);
      }
    },
  },
};

const setOnce: ReadonlySet<Keyword> = new Set(
  keywords.filter(({ isRepeatable, name }) => !isRepeatable && !addsUp.has(name)),
);

const firstWith = (lines: readonly Entry[], keyword: Keyword): Entry | undefined => {
  for (const line of lines) if (line.keyword === keyword) return line;
  return undefined;
};

const compare = (first: Entry, line: Entry, report: Report): void => {
  const { keyword, words, spot } = line;
  if (firstCounts.test(keyword.name)) {
    report(spot, `${keyword.name} stands before: this line is not read`);
  } else if (words.join(" ") !== first.words.join(" ")) {
    const related = [{ spot: first.spot, message: "the first" }];
    report(spot, `${keyword.name} stands before with another value: only this one counts`, { related });
  }
};
