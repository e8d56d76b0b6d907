import { describe, expect, it } from "vitest";
import {
  asAsked,
  differencesOf,
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

describe("what a hand does to a table is named, with the command that undoes it", () => {
  const cases: readonly (readonly [string, string, string, Words, readonly string[]])[] = [
    [
      "ipvsadm -d of a real server whose check is good",
      web(),
      table(service, row("10.1.0.1")),
      {},
      [
        "realServerMissing of 10.1.0.2:80 in TCP 10.0.0.1:80: Route 100, kernel none",
        "ipvsadm -a -t 10.0.0.1:80 -r 10.1.0.2:80 -g -w 100",
      ],
    ],
    [
      "ipvsadm -a of a stranger",
      web(),
      table(asAsked, row("10.1.0.3", "-m -w 1")),
      {},
      [
        "realServerExtra of 10.1.0.3:80 in TCP 10.0.0.1:80: none, kernel Masq 1",
        "ipvsadm -d -t 10.0.0.1:80 -r 10.1.0.3:80",
      ],
    ],
    [
      "ipvsadm -a of a real server that its checker took out",
      web(),
      asAsked,
      { "10.1.0.2:80": "down" },
      [
        "realServerPutBack of 10.1.0.2:80 in TCP 10.0.0.1:80: none, kernel Route 100",
        "ipvsadm -d -t 10.0.0.1:80 -r 10.1.0.2:80",
      ],
    ],
    [
      "ipvsadm -e of one that inhibit_on_failure keeps at weight 0",
      web("inhibit_on_failure"),
      asAsked,
      { "10.1.0.2:80": "down" },
      [
        "realServerPutBack of 10.1.0.2:80 in TCP 10.0.0.1:80: Route 0, kernel Route 100",
        "ipvsadm -e -t 10.0.0.1:80 -r 10.1.0.2:80 -g -w 0",
      ],
    ],
    [
      "ipvsadm -e -w 3",
      web(),
      table(service, row("10.1.0.1", "-g -w 3"), row("10.1.0.2")),
      {},
      [
        "weight of 10.1.0.1:80 in TCP 10.0.0.1:80: 100, kernel 3",
        "ipvsadm -e -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 100",
      ],
    ],
    [
      "ipvsadm -e -w 0 of one whose check is good, with inhibit_on_failure",
      web("inhibit_on_failure"),
      table(service, row("10.1.0.1", "-g -w 0"), row("10.1.0.2")),
      {},
      [
        "weight of 10.1.0.1:80 in TCP 10.0.0.1:80: 100, kernel 0",
        "ipvsadm -e -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 100",
      ],
    ],
    [
      "ipvsadm -e -i -x 10: the command writes the whole row",
      web(),
      table(service, row("10.1.0.1", "-i -w 100 -x 10"), row("10.1.0.2")),
      {},
      [
        "forwarding of 10.1.0.1:80 in TCP 10.0.0.1:80: Route, kernel Tunnel",
        "ipvsadm -e -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 100",
        "upperThreshold of 10.1.0.1:80 in TCP 10.0.0.1:80: 0, kernel 10",
        "ipvsadm -e -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 100",
      ],
    ],
    [
      "another method where a script sets the weight: the script's weight stays",
      web("", real("10.1.0.1 80", "weight 100\nMISC_CHECK {\nmisc_path /c\nmisc_dynamic\n}")),
      table(service, row("10.1.0.1", "-m -w 7")),
      {},
      [
        "forwarding of 10.1.0.1:80 in TCP 10.0.0.1:80: Route, kernel Masq",
        "ipvsadm -e -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 7",
      ],
    ],
    [
      "another wrapping of a tunnel",
      virtual("10.0.0.1 80", `lb_algo wlc\nlb_kind TUN\nprotocol TCP\n${real("10.1.0.1 80")}`),
      table(service, row("10.1.0.1", "-i -w 100 --tun-type gre --tun-csum")),
      {},
      [
        "tunnel of 10.1.0.1:80 in TCP 10.0.0.1:80: ipip, kernel gre csum",
        "ipvsadm -e -t 10.0.0.1:80 -r 10.1.0.1:80 -i -w 100 --tun-type ipip",
      ],
    ],
    [
      "ipvsadm -E -s rr -p 30",
      web(),
      table("-A -t 10.0.0.1:80 -s rr -p 30", row("10.1.0.1"), row("10.1.0.2")),
      {},
      [
        "scheduler in TCP 10.0.0.1:80: wlc, kernel rr",
        "ipvsadm -E -t 10.0.0.1:80 -s wlc",
        "persistence in TCP 10.0.0.1:80: none, kernel persistent 30",
        "ipvsadm -E -t 10.0.0.1:80 -s wlc",
      ],
    ],
    [
      "ipvsadm -E with other flags, persistence and ops",
      virtual(
        "10.0.0.1 53",
        `lb_algo sh\nsh-port\nlb_kind DR\nprotocol UDP\npersistence_timeout 50\n${real("10.1.0.1 53")}`,
      ),
      table(
        "-A -u 10.0.0.1:53 -s sh -p 60 -M 255.255.0.0 -o -b sh-fallback",
        "-a -u 10.0.0.1:53 -r 10.1.0.1:53 -g -w 100",
      ),
      {},
      [
        "schedulerFlags in UDP 10.0.0.1:53: sh-port, kernel sh-fallback",
        "ipvsadm -E -u 10.0.0.1:53 -s sh -p 50 -b sh-port",
        "persistence in UDP 10.0.0.1:53: persistent 50, kernel persistent 60 mask 255.255.0.0",
        "ipvsadm -E -u 10.0.0.1:53 -s sh -p 50 -b sh-port",
        "onePacket in UDP 10.0.0.1:53: none, kernel ops",
        "ipvsadm -E -u 10.0.0.1:53 -s sh -p 50 -b sh-port",
      ],
    ],
    [
      "ipvsadm -D: the service with every real server that its checkers have not taken out",
      web(),
      "",
      { "10.1.0.2:80": "down" },
      [
        "serviceMissing in TCP 10.0.0.1:80: wlc, kernel none",
        "ipvsadm -A -t 10.0.0.1:80 -s wlc",
        "ipvsadm -a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 100",
      ],
    ],
    [
      "ipvsadm -A of a service that the file does not have",
      web(),
      table(asAsked, "-A -f 9 -6 -s rr -p 60", "-a -f 9 -6 -r [2001:db8::1]:0 -g -w 1"),
      {},
      ["serviceExtra in FWM 9 IPv6: none, kernel rr persistent 60", "ipvsadm -D -f 9 -6"],
    ],
    [
      "the sorry server gone while it is needed",
      web("sorry_server 10.1.0.9 80"),
      service,
      { "10.1.0.1:80": "down", "10.1.0.2:80": "down" },
      [
        "realServerMissing of 10.1.0.9:80 in TCP 10.0.0.1:80: Route 1, kernel none",
        "ipvsadm -a -t 10.0.0.1:80 -r 10.1.0.9:80 -g -w 1",
      ],
    ],
    [
      "the waiting sorry server gone",
      web("sorry_server 10.1.0.9 80\nsorry_server_inhibit"),
      asAsked,
      {},
      [
        "realServerMissing of 10.1.0.9:80 in TCP 10.0.0.1:80: Route 0, kernel none",
        "ipvsadm -a -t 10.0.0.1:80 -r 10.1.0.9:80 -g -w 0",
      ],
    ],
    [
      "ipvsadm --set against lvs_timeouts",
      `global_defs {\nlvs_timeouts tcp 7200 udp 300\n}\n${web()}`,
      asAsked,
      {},
      ["timeouts: 7200 120 300, kernel 900 120 300", "ipvsadm --set 7200 120 300"],
    ],
  ];
  it.each(cases)("%s", (_, file, table_, words, expected) =>
    expect(drift(file, table_, words)).toEqual(expected),
  );

  it("the commands, run in order, leave nothing that differs", () => {
    const broken = table(
      "-A -t 10.0.0.1:80 -s rr -p 30",
      row("10.1.0.1", "-i -w 3 -x 10"),
      row("10.1.0.3"),
      "-A -f 9 -s rr",
    );
    const file = web() + virtual("10.0.0.2 80", `${head}${real("10.1.0.1 80")}`);
    const commands = differencesOf(file, broken, {}).flatMap(({ undo }) => undo);
    const after = table(broken, ...commands.map((each) => each.replace(/^ipvsadm /u, "")));
    expect(drift(file, after)).toEqual([]);
  });
});

describe("a sorry server", () => {
  it("that is one of the real servers is judged as that real server", () => {
    const file = web("sorry_server 10.1.0.1 80");
    expect(drift(file, asAsked)).toEqual([]);
    expect(drift(file, table(service, row("10.1.0.2")))).toEqual([
      "realServerMissing of 10.1.0.1:80 in TCP 10.0.0.1:80: Route 100, kernel none",
      "ipvsadm -a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 100",
    ]);
  });
});
