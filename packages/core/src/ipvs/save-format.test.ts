import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IpvsTable } from "./model.ts";
import { parseRules, parseSave, printRestore, printRule, printSave } from "./save-format.ts";
import { normalizeTable } from "./table.ts";
import { generateTable } from "./testing/generate-table.ts";

const tables = fc
  .record({ seed: fc.nat(), services: fc.nat(12), destinations: fc.nat(5) })
  .map(({ seed, services, destinations }) =>
    generateTable(seed, { services, destinations, withTraffic: false }),
  );

const settingsOf = (table: IpvsTable): unknown => normalizeTable(table).services;

describe("the save format", () => {
  it("what printRestore writes brings back the whole table, thresholds and high marks included", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const { value, diagnostics } = parseSave(printRestore(table));
        expect(diagnostics).toEqual([]);
        expect(settingsOf(value)).toEqual(settingsOf(table));
      }),
    );
  });

  it("what printSave writes reads back as the table without its thresholds", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const bare = table.services.map((service) => ({
          ...service,
          destinations: service.destinations.map((row) => ({ ...row, upperThreshold: 0, lowerThreshold: 0 })),
        }));
        const { value, diagnostics } = parseSave(printSave(table));
        expect(diagnostics).toEqual([]);
        expect(settingsOf(value)).toEqual(settingsOf({ ...table, services: bare }));
      }),
    );
  });

  it.each([
    "-A -t 10.0.0.1:80 -s wlc",
    "-A -u 10.0.0.1:53 -s sh -p 60 -M 255.255.255.0 --pe sip -o -b sh-fallback,sh-port",
    "-E -f 4000000000 -6 -s mh -p 60 -M 64",
    "-D --sctp-service [2001:db8::1]:7",
    "-a -t 10.0.0.1:80 -r 10.1.0.1:8080 -m -w 3 -x 100 -y 50",
    "-e -t 10.0.0.1:80 -r [2001:db8::5]:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum",
    "-d -f 7 -r 10.1.0.1:0",
    "-C",
    "-Z",
    "-Z -t 10.0.0.1:80",
    "--set 900 120 300",
    "--start-daemon master --mcast-interface eth0 --syncid 5 --sync-maxlen 1472 --mcast-group 224.0.0.81 --mcast-port 8848 --mcast-ttl 1",
    "--stop-daemon backup",
  ])("the rule %s reads and prints as itself", (line) => {
    const { value, diagnostics } = parseRules(line);
    expect(diagnostics).toEqual([]);
    expect(value.map(({ rule }) => printRule(rule))).toEqual([line]);
  });

  it.each([
    ["-At 10.0.0.1:80", "-A -t 10.0.0.1:80 -s wlc"],
    ["--add-service --tcp-service=10.0.0.1:80 --scheduler rr", "-A -t 10.0.0.1:80 -s rr"],
    ["-A -t10.0.0.1:80 -srr", "-A -t 10.0.0.1:80 -s rr"],
    ["-A -t 10.0.0.1:0 -p", "-A -t 10.0.0.1:0 -s wlc -p 360"],
    ["-A -t 10.0.0.1 -p -s rr", "-A -t 10.0.0.1:0 -s rr -p 360"],
    ["-a -t 10.0.0.1:80 -r 10.1.0.1", "-a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 1"],
    ["-a -t 10.0.0.1:80 -r 10.1.0.1:8080 -g", "-a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 1"],
    ["-a -t 10.0.0.1:80 -r 10.1.0.1:8080 -i", "-a -t 10.0.0.1:80 -r 10.1.0.1:80 -i -w 1 --tun-type ipip"],
    ["-A -t [::1]:80 -s sh -b flag-1", "-A -t [::1]:80 -s sh -b sh-fallback"],
    ["-A -u 10.0.0.1:53 -s rr -p 30 pe sip ops", "-A -u 10.0.0.1:53 -s rr -p 30 --pe sip -o"],
    ["-A -f -294967296 -s rr", "-A -f 4000000000 -s rr"],
    ["-A -f 7 -6 -s sh -p 60 -M 64 -b ", "-A -f 7 -6 -s sh -p 60 -M 64 -b flag-3"],
  ])("%s means %s", (line, meaning) => {
    const { value, diagnostics } = parseRules(line);
    expect(diagnostics).toEqual([]);
    expect(value.map(({ rule }) => printRule(rule))).toEqual([meaning]);
  });

  it.each([
    ["# a comment", "a rule begins with its command, as -A or -a"],
    ["-A -t 10.0.0.1:80 -A", "multiple commands specified"],
    ["-A -t 10.0.0.1:80 -s rr -s wrr", "multiple --scheduler options specified"],
    ["-A -t 10.0.0.1:80 --frob", "unknown option --frob"],
    ["-A -t", "--tcp-service needs an argument"],
    ["-A -s rr", "exactly one of -t, -u, --sctp-service, -f is needed"],
    ["-A -t 10.0.0.1:0", "Zero port specified for non-persistent service"],
    ["-A -t 10.0.0.1:80 -o", "One-Packet Scheduling is only for UDP virtual services"],
    ["-A -t 10.0.0.1:80 -s rr -b sh-port", "rr takes no scheduler flag sh-port"],
    ["-A -t [::1]:80 -p 3 -M 129", "illegal virtual server persistent mask specified"],
    ["-A -t web:http", "illegal virtual server address[:port] specified"],
    ["-A -f 0", "invalid fwmark value 0"],
    ["-a -t 10.0.0.1:80 -r [::1]:80 -m", "Different address family is allowed only for tunneling servers"],
    ["-a -t 10.0.0.1:80 -r 10.1.0.1 -w 2147483648", "illegal weight specified"],
    ["-A -t 10.0.0.1:80 -w 3", "--add-service takes no --weight"],
    ["-a -t 10.0.0.1:80 -r 10.1.0.1 -x 5 -y 6", "the lower threshold is above the upper one"],
    ["-A -6 -f 9", "-6 used before -f"],
    ["-d -t 10.0.0.1:80 -r 10.1.0.1 -g", "--delete-server takes no --gatewaying"],
    ["-a -t 10.0.0.1:80 -r 10.1.0.1 -i --tun-type gue", "the gue tunnel needs --tun-port"],
    ["-a -t 10.0.0.1:80 -r 10.1.0.1 -m --tun-csum", "Tunnel options conflict with forward method"],
    ["-a -t 10.0.0.1:80 -r [::1] -i", "illegal real server address[:port] specified"],
    ["-a -t 10.0.0.1:80 -r 10.1.0.1 -i -m", "only one of -g, -i, -m can be given"],
    ["-L", "--list changes nothing and is no rule"],
    ["-D -t 10.0.0.1:80 stray", "unexpected argument stray"],
  ])("%s is refused: %s", (line, reason) => {
    expect(parseRules(line)).toEqual({ value: [], diagnostics: [{ line: 1, text: line, reason }] });
  });

  it("rules that cannot be applied are diagnostics at their line, the rest is applied", () => {
    const { value, diagnostics } = parseSave(
      "-A -t 10.0.0.1:80\n-a -t 10.0.0.2:80 -r 10.1.0.1\n-A -t 10.0.0.1:80\n--set 1 2 3\n-a -t 10.0.0.1:80 -r 10.1.0.1\n",
    );
    expect(printSave(value)).toBe("-A -t 10.0.0.1:80 -s wlc\n-a -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 1\n");
    expect(diagnostics.map(({ line, reason }) => [line, reason])).toEqual([
      [2, "No such service"],
      [3, "Service already exists"],
      [4, "not a rule about services and real servers"],
    ]);
  });

  it("-C in the text forgets what stood before it", () => {
    expect(printSave(parseSave("-A -t 10.0.0.1:80\n-C\n-A -t 10.0.0.2:80\n").value)).toBe(
      "-A -t 10.0.0.2:80 -s wlc\n",
    );
  });

  it("names are read only through a lookup", () => {
    const lookup = {
      address: (host: string) => (host === "web" ? "10.0.0.1" : undefined),
      port: (name: string, protocol: string) => (name === "http" && protocol === "TCP" ? 80 : undefined),
    };
    expect(printSave(parseSave("-A -t web:http -s rr\n", lookup).value)).toBe("-A -t 10.0.0.1:80 -s rr\n");
    expect(parseSave("-A -u web:http -s rr\n", lookup).diagnostics.length).toBe(1);
  });
});
