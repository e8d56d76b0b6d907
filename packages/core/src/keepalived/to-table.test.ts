import { describe, expect, it } from "vitest";
import { composeModel } from "./compose.ts";
import { parseConfig } from "./parse.ts";
import { toTable } from "./to-table.ts";

const tableOf = (text: string) =>
  toTable(composeModel(parseConfig(new TextEncoder().encode(text), { path: "a.conf" }).value).value);

/** The table as `ipvsadm -Sn` would save it. */
const saved = (text: string): string[] =>
  tableOf(text).value.services.flatMap(
    ({ id, scheduler, persistence, onePacket, schedulerFlags, destinations }) => {
      const option = { TCP: "-t", UDP: "-u", SCTP: "--sctp-service" };
      const bracket = (address: string): string => (address.includes(":") ? `[${address}]` : address);
      const service =
        id.kind === "address"
          ? `${option[id.protocol]} ${bracket(id.address)}:${id.port}`
          : `-f ${id.mark}${id.family === "inet6" ? " -6" : ""}`;
      const flags = [
        ...(persistence === undefined ? [] : [`-p ${persistence.timeoutS}`]),
        ...(persistence?.mask === undefined ? [] : [`-M ${persistence.mask}`]),
        ...(persistence?.engine === undefined ? [] : [`--pe ${persistence.engine}`]),
        ...(onePacket ? ["-o"] : []),
        ...(schedulerFlags.length === 0 ? [] : [`-b ${schedulerFlags.join(",")}`]),
      ];
      const method = { Masq: "-m", Route: "-g", Tunnel: "-i", Local: "-g" };
      return [
        ["-A", service, "-s", scheduler, ...flags].join(" "),
        ...destinations.map(
          ({ address, port, forwarding, weight }) =>
            `-a ${service} -r ${bracket(address)}:${port} ${method[forwarding]} -w ${weight}`,
        ),
      ];
    },
  );

const server = (head: string, lines: string): string => `virtual_server ${head} {\n${lines}\n}\n`;
const real = (head: string, lines = ""): string => `real_server ${head} {\n${lines}\n}\n`;
const codes = (text: string): string[] => tableOf(text).diagnostics.map(({ code }) => code);

describe("the table a file asks for", () => {
  it.each([
    [
      "one service with its real servers in order",
      server(
        "10.0.0.1 80",
        `lb_algo rr\nlb_kind DR\nprotocol TCP\n${real("10.1.0.2 80", "weight 3")}${real("10.1.0.1 80")}`,
      ),
      [
        "-A -t 10.0.0.1:80 -s rr",
        "-a -t 10.0.0.1:80 -r 10.1.0.2:80 -g -w 3",
        "-a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 1",
      ],
    ],
    [
      "keepalived's defaults: wlc, NAT, UDP, the service's port",
      server("10.0.0.1 53", `weight 7\n${real("10.1.0.1")}${real("10.1.0.2 5353")}`),
      [
        "-A -u 10.0.0.1:53 -s wlc",
        "-a -u 10.0.0.1:53 -r 10.1.0.1:53 -m -w 7",
        "-a -u 10.0.0.1:53 -r 10.1.0.2:5353 -m -w 7",
      ],
    ],
    [
      "Route and Tunnel take the service's port, whatever is written",
      server(
        "10.0.0.1 80",
        `protocol TCP\nlb_kind TUN\n${real("10.1.0.1 8080")}${real("10.1.0.2 81", "lvs_method NAT")}`,
      ),
      [
        "-A -t 10.0.0.1:80 -s wlc",
        "-a -t 10.0.0.1:80 -r 10.1.0.1:80 -i -w 1",
        "-a -t 10.0.0.1:80 -r 10.1.0.2:81 -m -w 1",
      ],
    ],
    [
      "port 0 needs persistence, so it gets it",
      server("10.0.0.1", `protocol TCP\nlb_kind DR\n${real("10.1.0.1")}`),
      ["-A -t 10.0.0.1:0 -s wlc -p 360", "-a -t 10.0.0.1:0 -r 10.1.0.1:0 -g -w 1"],
    ],
    [
      "persistence with mask and engine",
      server(
        "10.0.0.1 5060",
        `protocol UDP\nlb_kind DR\npersistence_timeout\npersistence_granularity 255.255.255.0\npersistence_engine sip\nops\n${real("10.1.0.1 5060")}`,
      ),
      [
        "-A -u 10.0.0.1:5060 -s wlc -p 360 -M 255.255.255.0 --pe sip -o",
        "-a -u 10.0.0.1:5060 -r 10.1.0.1:5060 -g -w 1",
      ],
    ],
    [
      "ops counts for UDP only; sh flags after lb_algo sh only",
      server(
        "10.0.0.1 80",
        `protocol TCP\nops\nsh-port\nlb_algo sh\nsh-fallback\nlb_kind DR\n${real("10.1.0.1 80")}`,
      ),
      ["-A -t 10.0.0.1:80 -s sh -b sh-fallback", "-a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 1"],
    ],
    [
      "marks, whose family is that of the real servers, without ports",
      server("fwmark 7", `lb_kind DR\n${real("2001:DB8::1 80")}`) +
        server("fwmark 8", `lb_kind NAT\n${real("10.1.0.1 80")}`),
      [
        "-A -f 7 -6 -s wlc",
        "-a -f 7 -6 -r [2001:db8::1]:0 -g -w 1",
        "-A -f 8 -s wlc",
        "-a -f 8 -r 10.1.0.1:80 -m -w 1",
      ],
    ],
    [
      "a group with ranges, each port its own",
      `virtual_server_group G {\n10.0.0.254-255 80\n2001:db8::ff-101 443\n}\n${server("group G", `protocol TCP\nlb_kind TUN\n${real("10.1.0.1")}`)}`,
      [
        "-A -t 10.0.0.254:80 -s wlc",
        "-a -t 10.0.0.254:80 -r 10.1.0.1:80 -i -w 1",
        "-A -t 10.0.0.255:80 -s wlc",
        "-a -t 10.0.0.255:80 -r 10.1.0.1:80 -i -w 1",
        "-A -t [2001:db8::ff]:443 -s wlc",
        "-a -t [2001:db8::ff]:443 -r 10.1.0.1:443 -i -w 1",
        "-A -t [2001:db8::100]:443 -s wlc",
        "-a -t [2001:db8::100]:443 -r 10.1.0.1:443 -i -w 1",
        "-A -t [2001:db8::101]:443 -s wlc",
        "-a -t [2001:db8::101]:443 -r 10.1.0.1:443 -i -w 1",
      ],
    ],
    [
      "another family through a tunnel only",
      server(
        "10.0.0.1 80",
        `protocol TCP\nlb_kind DR\n${real("2001:db8::1 80")}${real("2001:db8::2 80", "lvs_method TUN")}`,
      ),
      ["-A -t 10.0.0.1:80 -s wlc", "-a -t 10.0.0.1:80 -r [2001:db8::2]:80 -i -w 1"],
    ],
  ])("%s", (_, text, expected) => {
    expect(saved(text)).toEqual(expected);
  });

  it.each([
    ["10.0.0.64/30 80", ["10.0.0.64", "10.0.0.65", "10.0.0.66", "10.0.0.67"]],
    ["10.0.0.1-10.0.0.3 80", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]],
    ["10.0.0.254-255 80", ["10.0.0.254", "10.0.0.255"]],
    ["2001:db8::e-11 80", ["2001:db8::e", "2001:db8::f", "2001:db8::10", "2001:db8::11"]],
    ["2001:db8::/127 80", ["2001:db8::", "2001:db8::1"]],
  ])("a group of %s is one service for each of its addresses", (entry, expected) => {
    const address = entry.includes(":") ? "2001:db8:1::1" : "10.1.0.1";
    const text = `virtual_server_group G {\n${entry}\n}\n${server("group G", `protocol TCP\n${real(`${address} 80`)}`)}`;
    const { services } = tableOf(text).value;
    expect(services.map(({ id }) => (id.kind === "address" ? id.address : ""))).toEqual(expected);
  });

  it.each([
    ["of the other family", "10.0.0.1 80\n", "2001:db8::1 80"],
    ["of both with a mark of neither", "10.0.0.1 80\n2001:db8::1 80\nfwmark 5\n", "10.1.0.1 80"],
    ["of nothing", "", "10.1.0.1 80"],
  ])("a virtual server whose group is %s is not in it", (_, entries, address) => {
    const text = `virtual_server_group G {\n${entries}}\n${server("group G", `protocol TCP\n${real(address)}`)}`;
    expect(tableOf(text).value.services).toEqual([]);
    expect(codes(text)).toEqual(["unsuitable-server-group"]);
  });

  it("leaves out a virtual server without real servers, even with a sorry_server", () => {
    const text = server("10.0.0.1 80", "protocol TCP\nsorry_server 10.1.0.9 80");
    expect(saved(text)).toEqual([]);
    expect(tableOf(text).diagnostics).toMatchObject([{ code: "no-real-servers", path: "a.conf", line: 1 }]);
  });

  it("says what is there twice, and keeps the first", () => {
    const twice = server(
      "10.0.0.1 80",
      `lb_algo rr\nprotocol TCP\n${real("10.1.0.1 80", "weight 1")}${real("10.1.0.1 80", "weight 2")}`,
    );
    const more = server("10.0.0.1 80", `lb_algo lc\nprotocol TCP\n${real("10.1.0.2 80")}`);
    expect(codes(twice + more)).toEqual(["duplicate-real-server", "duplicate-virtual-server"]);
    expect(saved(twice + more)).toEqual([
      "-A -t 10.0.0.1:80 -s rr",
      "-a -t 10.0.0.1:80 -r 10.1.0.1:80 -m -w 1",
      "-a -t 10.0.0.1:80 -r 10.1.0.2:80 -m -w 1",
    ]);
  });

  it("does not expand a range without end, and names a group that is not there", () => {
    const wide = `virtual_server_group G {\n2001:db8::0-ffff 80\n2001:db8:1::0-ffff 80\n}\n${server("group G", `protocol TCP\n${real("2001:db8:9::1 80")}`)}`;
    expect(new Set(codes(wide))).toEqual(new Set(["too-many-services"]));
    expect(codes(server("group NO", real("10.0.0.1 80")))).toEqual(["unknown-server-group"]);
  });
});
