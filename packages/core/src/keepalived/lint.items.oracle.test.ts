import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lintParsed } from "./lint-parsed.ts";
import { preprocess } from "./preprocess.ts";

/** Elements of lists, line by line: the linter finds something on exactly the lines of which `keepalived -t` complains. */

const addresses = [
  "192.0.2.5",
  "192.0.2.5/33",
  "192.0.2.5/x",
  "192.0.2.5/+5",
  "192.0.2.5/-5",
  "192.0.2.5/24:80",
  "192.0.2.05",
  "192.0.2.5,",
  "::1.2.3.4 dev eth0",
  "2001:db8::1/129 dev eth0",
  "name",
  "192.0.2.5/24 brd +",
  "192.0.2.5/31 brd -",
  "192.0.2.5 broadcast +",
  "192.0.2.5/24 brd 192.0.2.300",
  "2001:db8::1 brd ::1",
  "192.0.2.5/24 peer 192.0.2.9",
  "192.0.2.5 peer 192.0.2.9/24",
  "192.0.2.5 peer 192.0.2.9 peer 192.0.2.8",
  "192.0.2.5 peer 2001:db8::2",
  "192.0.2.5/24 brd 192.0.2.255 peer 192.0.2.6",
  "192.0.2.5 label eth0:1",
  "192.0.2.5 label abcdefghijklmnopq",
  "2001:db8::1 label eth0:1",
  "192.0.2.5 scope link",
  "192.0.2.5 scope 0x10",
  "192.0.2.5 scope 300",
  "192.0.2.5 scope bogus",
  "2001:db8::1 scope 0",
  "2001:db8::1 scope host",
  "192.0.2.5 preferred_lft forever",
  "192.0.2.5 preferred_lft x",
  "192.0.2.5 dev eth0 dev eth1",
  "192.0.2.5 netmask 255.255.255.0",
  "192.0.2.5 no-track",
  "192.0.2.5 constructor",
  "192.0.2.5 home noprefixroute no_track",
] as const;

const routes = [
  "10.0.0.0/8 via 192.0.2.9 dev eth0",
  "10.0.0.0/8 via 192.0.2.9",
  "default via 192.0.2.9 dev eth0",
  "src 192.0.2.1 default via 192.0.2.9 dev eth0",
  "src 192.0.2.1 to 10.0.0.0/8 via 192.0.2.9 dev eth0",
  "blackhole 10.0.0.0/8 dev eth0",
  "5 10.0.0.0/8 dev eth0",
  "to blackhole 10.0.0.0/8 dev eth0",
  "10.0.0.0/33 dev eth0",
  "10.0.0.0/8 gateway 192.0.2.1 dev eth0",
  "10.0.0.0/8 via 2001:db8::9 dev eth0",
  "10.0.0.0/8 via inet6 2001:db8::9 dev eth0",
  "2001:db8::/32 via 192.0.2.9 dev eth0",
  "10.0.0.0/8 gw 192.0.2.9 dev eth0",
  "10.0.0.0/8 via 192.0.2.1 or 192.0.2.2",
  "10.0.0.0/8 via 192.0.2.1 or 192.0.2.2 or 192.0.2.3",
  "10.0.0.0/8 via 192.0.2.1 or 192.0.2.2 nexthop via 192.0.2.3",
  "10.0.0.0/8 dev eth0 metric x",
  "10.0.0.0/8 dev eth0 table 0x10",
  "10.0.0.0/8 dev eth0 table 08",
  "10.0.0.0/8 dev eth0 table no-such-table",
  "10.0.0.0/8 dev eth0 scope link",
  "10.0.0.0/8 dev eth0 scope 300",
  "10.0.0.0/8 dev eth0 tos 16",
  "10.0.0.0/8 dev eth0 tos no-such-field",
  "10.0.0.0/8 dev eth0 realms 5/6",
  "10.0.0.0/8 dev eth0 realms no-such-realm",
  "2001:db8::/32 dev eth0 realms 5",
  "10.0.0.0/8 dev eth0 mtu lock 1400",
  "10.0.0.0/8 dev eth0 rtt 5ms rttvar 0.5s",
  "10.0.0.0/8 dev eth0 rtt 5.5",
  "10.0.0.0/8 dev eth0 rtt 121s",
  "10.0.0.0/8 dev eth0 rtt 5sx",
  "10.0.0.0/8 dev eth0 hoplimit 256",
  "10.0.0.0/8 dev eth0 quickack 2",
  "10.0.0.0/8 dev eth0 features x",
  "10.0.0.0/8 dev eth0 pref high",
  "2001:db8::/32 dev eth0 pref high expires 5",
  "10.0.0.0/8 dev eth0 expires 5",
  "10.0.0.0/8 dev eth0 protocol static",
  "10.0.0.0/8 dev eth0 protocol static no_track",
  "10.0.0.0/8 dev eth0 proto static",
  "10.0.0.0/8 dev eth0 as to 192.0.2.3",
  "10.0.0.0/8 dev eth0 ttl-propagate x",
  "10.0.0.0/8 nexthop via 192.0.2.9 weight 300",
  "10.0.0.0/8 dev eth0 nexthop via 192.0.2.9 no-such-word",
  "10.0.0.0/8 dev eth0 nexthop via 192.0.2.9 dev eth0 nexthop via 192.0.2.10 dev eth1",
  "inet6 2001:db8::/32 dev eth0",
  "via 192.0.2.9 dev eth0",
  "toString",
] as const;

const rules = [
  "from 192.0.2.0/24 table 5 preference 100",
  "from 192.0.2.0/24 table 5",
  "from 192.0.2.0/24 preference 5",
  "to 192.0.2.0/24 from all table 5 preference 4",
  "from 192.0.2.0/24 to 2001:db8::/32 table 5 preference 5",
  "from 192.0.2.0/33 table 5 preference 5",
  "table no-such-table preference 5",
  "table 0 preference 5",
  "table 5 table 6 preference 5",
  "type blackhole preference 5",
  "unicast preference 5",
  "6 preference 5",
  "300 preference 5",
  "from 192.0.2.0/24 goto 50 preference 5",
  "from 192.0.2.0/24 goto 3 preference 5",
  "goto 5",
  "fwmark 0x5/0xff table 5 preference 5",
  "fwmark 5/ table 5 preference 5",
  "fwmark x table 5 preference 5",
  "realms 5 nop preference 6",
  "tos 256 table 5 preference 5",
  "uidrange 1-2x table 4 preference 4",
  "uidrange 5 table 4 preference 3",
  "sport 5 table 5 preference 3",
  "dport 5-6 table 5 preference 3",
  "ipproto 300 table 5 preference 4",
  "protocol 5 table 5 preference 4",
  "protocol 5 no_track table 5 preference 4",
  "suppress_prefixlength x table 5 preference 4",
  "preference 0x10 table 5",
  "preference 08 table 5",
  "l3mdev preference 4",
  "src 192.0.2.0/24 table 5 preference 4",
] as const;

const instance = (list: string, items: readonly string[]): string =>
  `vrrp_instance V {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1/24\n}\n${list} {\n${items.join("\n")}\n}\n}\n`;

const configs = [
  ["addresses of an instance", instance("virtual_ipaddress_excluded", addresses)],
  [
    "static addresses",
    `static_ipaddress {\n${addresses.map((item) => (item.includes(" dev ") ? item : `${item} dev eth0`)).join("\n")}\n192.0.2.5 dev eth0 use_vmac\n}\n`,
  ],
  ["routes of an instance", instance("virtual_routes", routes)],
  ["static routes", `static_routes {\n${routes.join("\n")}\n}\n`],
  ["rules of an instance", instance("virtual_rules", rules)],
  ["static rules", `static_rules {\n${rules.join("\n")}\n}\n`],
  ...["192.0.2.5 label", "192.0.2.5 peer", "2001:db8::1 scope"].map(
    (item) => [`address ${item}`, instance("virtual_ipaddress_excluded", [item])] as const,
  ),
  ...["10.0.0.0/8 dev eth0 mtu", "10.0.0.0/8 via", "10.0.0.0/8 dev eth0 src"].map(
    (item) => [`route ${item}`, instance("virtual_routes", [item])] as const,
  ),
  ...["from", "from 192.0.2.0/24 table"].map(
    (item) => [`rule ${item}`, instance("virtual_rules", [item])] as const,
  ),
] as const;

const isInstalled = spawnSync("keepalived", ["--version"]).error === undefined;
const folder = mkdtempSync(join(tmpdir(), "lvs-items-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lines keepalived complains of, each in a namespace with the interfaces the items name. */
const complainedOf = (): readonly (readonly number[])[] => {
  configs.forEach(([, text], index) => writeFileSync(join(folder, `${index}.conf`), text));
  const script = `ip link add eth0 type veth peer name eth1 && ip link set eth0 up && ip link set eth1 up
    for file in *.conf; do timeout 10 keepalived -t -f "$file" > "$file.said" 2>&1; done`;
  spawnSync("unshare", ["-n", "sh", "-c", script], { cwd: folder });
  return configs.map((_, index) => {
    const said = readFileSync(join(folder, `${index}.conf.said`), "latin1");
    return distinct([...said.matchAll(/Line (\d+)\)/gu)].map(([, line]) => Number(line)));
  });
};

const distinct = (lines: readonly number[]): readonly number[] =>
  [...new Set(lines)].toSorted((a, b) => a - b);

const shown = (text: string, lines: readonly number[]): readonly string[] =>
  lines.map((line) => text.split("\n")[line - 1] ?? "");

describe.skipIf(!isInstalled)("elements of lists beside keepalived -t (skipped: not installed)", () => {
  const said = isInstalled ? complainedOf() : [];

  it.each(configs.map(([name, text], index) => [name, text, index] as const))("%s", (_, text, index) => {
    const parsed = preprocess(new TextEncoder().encode(text), { path: "a.conf", configId: "lb1" });
    const found = lintParsed(parsed).filter(
      ({ severity, code }) => severity !== "info" && code !== "duplicate-vip",
    );
    expect(shown(text, distinct(found.map(({ line }) => line)))).toEqual(shown(text, said[index] ?? []));
  });
});
