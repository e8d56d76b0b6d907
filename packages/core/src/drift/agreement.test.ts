import { describe, expect, it } from "vitest";
import {
  asAsked,
  drift,
  head,
  real,
  row,
  service,
  table,
  virtual,
  web,
  type Words,
} from "./drift-cases.fixture.ts";

describe("a table that is as the file asks is no drift", () => {
  const sorry = "sorry_server 10.1.0.9 80";
  const misc = (option: string): string =>
    real("10.1.0.1 80", `weight 100\nMISC_CHECK {\nmisc_path /c\n${option}\n}`);
  const file = real("10.1.0.1 80", "weight 100\nFILE_CHECK {\ntrack_file load\n}");
  const cases: readonly (readonly [string, string, string, Words])[] = [
    ["in any order", web(), table(service, row("10.1.0.2"), row("10.1.0.1")), {}],
    [
      "with a real server that failed its check",
      web(),
      table(service, row("10.1.0.1")),
      { "10.1.0.2:80": "down" },
    ],
    [
      "with one whose check has not spoken yet (alpha, a reload)",
      web("alpha"),
      table(service),
      { "10.1.0.1:80": "?", "10.1.0.2:80": "?" },
    ],
    ["with every check failed", web(), table(service), { "10.1.0.1:80": "down", "10.1.0.2:80": "down" }],
    [
      "with the sorry server in the place of all",
      web(sorry),
      table(service, row("10.1.0.9", "-g -w 1")),
      { "10.1.0.1:80": "down", "10.1.0.2:80": "down" },
    ],
    [
      "with the sorry server there because the quorum is lost, one real server being up",
      web(`quorum 150\n${sorry}`),
      table(service, row("10.1.0.9", "-g -w 1")),
      { "10.1.0.1:80": "down" },
    ],
    [
      "with an inhibited sorry server waiting at weight 0",
      web(`${sorry}\nsorry_server_inhibit`),
      table(service, row("10.1.0.1"), row("10.1.0.2"), row("10.1.0.9", "-g -w 0")),
      {},
    ],
    [
      "with a failed check and inhibit_on_failure",
      web("inhibit_on_failure"),
      table(service, row("10.1.0.1"), row("10.1.0.2", "-g -w 0")),
      { "10.1.0.2:80": "down" },
    ],
    [
      "with inhibit_on_failure before the first check, alpha",
      web("alpha\ninhibit_on_failure"),
      table(service, row("10.1.0.1", "-g -w 0"), row("10.1.0.2", "-g -w 0")),
      { "10.1.0.1:80": "?", "10.1.0.2:80": "?" },
    ],
    [
      "with inhibit_on_failure while the sorry server serves",
      web(`quorum 150\ninhibit_on_failure\n${sorry}`),
      table(service, row("10.1.0.1", "-g -w 0"), row("10.1.0.2", "-g -w 0"), row("10.1.0.9", "-g -w 1")),
      { "10.1.0.2:80": "down" },
    ],
    [
      "with the weight that a misc_dynamic script gave",
      web("", misc("misc_dynamic")),
      table(service, row("10.1.0.1", "-g -w 7")),
      {},
    ],
    [
      "with the weight that a tracked file gave",
      web("", file),
      table(service, row("10.1.0.1", "-g -w 7")),
      {},
    ],
    [
      "of weight 0 in the file",
      web("", real("10.1.0.1 80", "weight 0")),
      table(service, row("10.1.0.1", "-g -w 0")),
      {},
    ],
    [
      "whose Route rows have the service's port",
      web("", real("10.1.0.1 8080")),
      table(service, row("10.1.0.1")),
      {},
    ],
    [
      "of a group with a range",
      `virtual_server_group G {\n10.0.0.1-2 80\n}\n${virtual("group G", `${head}${real("10.1.0.1 80")}`)}`,
      table(
        service,
        row("10.1.0.1"),
        "-A -t 10.0.0.2:80 -s wlc",
        "-a -t 10.0.0.2:80 -r 10.1.0.1:80 -g -w 100",
      ),
      {},
    ],
    [
      "of firewall marks of both families",
      virtual("fwmark 7", `lb_algo wlc\nlb_kind NAT\n${real("10.1.0.1 80")}`) +
        virtual("fwmark 7", `lb_algo wlc\nlb_kind DR\n${real("2001:db8::1")}`),
      table(
        "-A -f 7 -s wlc",
        "-a -f 7 -r 10.1.0.1:80 -m -w 100",
        "-A -f 7 -6 -s wlc",
        "-a -f 7 -6 -r [2001:db8::1]:0 -g -w 100",
      ),
      {},
    ],
    [
      "over IPv6, one packet a time, wrapped in GUE, with thresholds",
      virtual(
        "2001:db8::64 53",
        `lb_algo wlc\nprotocol UDP\nops\nlvs_method TUN type gue port 5555\n${real("2001:db8::21 53", "weight 7\nuthreshold 100\nlthreshold 50")}`,
      ),
      table(
        "-A -u [2001:db8::64]:53 -s wlc -o",
        "-a -u [2001:db8::64]:53 -r [2001:db8::21]:53 -i -w 7 -x 100 -y 50 --tun-type gue --tun-port 5555 --tun-nocsum",
      ),
      {},
    ],
    [
      "with persistence, a mask, an engine and scheduler flags",
      virtual(
        "10.0.0.1 5060",
        `lb_algo sh\nsh-port\nlb_kind DR\nprotocol UDP\npersistence_timeout 50\npersistence_granularity 255.255.255.0\npersistence_engine sip\n${real("10.1.0.1 5060")}`,
      ),
      table(
        "-A -u 10.0.0.1:5060 -s sh -p 50 -M 255.255.255.0 --pe sip -b sh-port",
        "-a -u 10.0.0.1:5060 -r 10.1.0.1:5060 -g -w 100",
      ),
      {},
    ],
    [
      "with a mask that says nothing, whichever of the two names it",
      web("persistence_timeout 50"),
      table(`${service} -p 50 -M 255.255.255.255`, row("10.1.0.1"), row("10.1.0.2")),
      {},
    ],
    ["without a virtual server that has no real servers", web() + virtual("10.0.0.2 80", head), asAsked, {}],
    [
      "of a service that stands in two blocks",
      web("", real("10.1.0.1 80")) + web("", real("10.1.0.2 80")),
      asAsked,
      {},
    ],
    ["with the timeouts of lvs_timeouts", `global_defs {\nlvs_timeouts tcp 900\n}\n${web()}`, asAsked, {}],
  ];
  it.each(cases)("%s", (_, file_, table_, words) => expect(drift(file_, table_, words)).toEqual([]));
});
