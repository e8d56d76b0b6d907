import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lintParsed } from "./lint-parsed.ts";
import { preprocess } from "./preprocess.ts";

/**
 * Single behaviours of keepalived, each met in somebody's configuration: the linter finds something on every line where
 * `keepalived -t` complains, and no error where it does not. `eth0` and `eth1` exist.
 */

const instance = (...lines: readonly string[]): string =>
  `vrrp_instance V {\ninterface eth0\nvirtual_router_id 51\n${lines.join("\n")}\n}\n`;
const vip = (address: string): string => `virtual_ipaddress {\n${address}\n}`;
const service = (...lines: readonly string[]): string =>
  `virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n${lines.join("\n")}\nreal_server 192.0.2.2 80 {\n}\n}\n`;
const check = (...lines: readonly string[]): string =>
  `virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\n${lines.join("\n")}\n}\n}\n`;

const probes: readonly string[] = [
  instance(vip("192.0.2.10"), "native_ipv6"),
  instance("native_ipv6", vip("192.0.2.10")),
  instance("unicast_src_ip 192.0.2.4", "native_ipv6", vip("192.0.2.10")),
  instance(vip("2001:db8::5"), "native_ipv6"),
  instance(vip("192.0.2.10"), "use_ipvlan ipv 2001:db8::5"),
  instance("use_ipvlan 2001:db8::5", vip("192.0.2.7")),
  instance(vip("192.0.2.10"), 'use_vmac ""'),
  "garp_group {\ninterface eth0\ngarp_interval -1\ngna_interval 99999999999\n}\n",
  "garp_group {\ninterface eth0\ngarp_interval x\n}\n",
  "garp_group {\ninterfaces {\n}\ngarp_interval 1\n}\n",
  "track_file S {\nfile\n}\n",
  "virtual_server_group a b {\n192.0.2.1 80\n}\n",
  "global_defs {\nsmtp_server **\n}\n",
  "global_defs {\nsmtp_server 192.0.2.5/24\n}\n",
  "global_defs {\nstartup_script /bin/true no-such-user\n}\n",
  "global_defs {\nvrrp_cpu_affinity 8000\n}\n",
  "vrrp_script S {\nscript /bin/true\nuser no-such-user\n}\n",
  ...[
    "0x18",
    "09",
    "1.256",
    "1.2.65535",
    "1.2.65536",
    "1.2.3.4.5",
    "4294967296",
    "1.",
    "010.0.0.1",
    "0x",
  ].map((word) => service(`persistence_granularity ${word}`)),
  ...["a.example", "ab.example", "example.a.b.", "a", "b.", ".", "..", "ab..", "1.2"].map((name) =>
    check(`DNS_CHECK {\nname ${name}\n}`),
  ),
  check("MISC_CHECK {\nmisc_path /bin/true\nuser no-such-user\n}"),
  ...["group {\nC\n}\nsmtp_alert", "group\n{\nC {\nD\n}\nE\n}", "group C\nsmtp_alert", "smtp_alert"].map(
    (lines) => `vrrp_sync_group G {\ngroup {\nV\nV2\n}\n${lines}\n}\n${instance(vip("192.0.2.10"))}`,
  ),
  `vrrp_sync_group G {\ngroup {\n}\ngroup {\nV\n}\n}\n${instance(vip("192.0.2.10"))}`,
  ...[
    "vrrp_script S {\nscript /bin/true",
    "vrrp_track_process S {\nprocess sshd",
    "bfd_instance S {\nneighbor_ip 192.0.2.9",
  ].flatMap((tracker, index) => {
    const list = ["track_script", "track_process", "track_bfd"][index] ?? "";
    return ["S bad", "none bad", "S weight 999", "none weight 999"].map(
      (item) => `${tracker}\n}\n${instance(vip("192.0.2.10"), `${list} {\n${item}\n}`)}`,
    );
  }),
  "vrrp_sync_group S {\n{\nA\n}\ntrack_file {\nA\n}\n}\n",
  "vrrp_sync_group S {\n{\nA\n}\nbfd_instance {\nA\n}\n}\n",
  `track_group G {\ngroup {\nV\n}\ngroup {\nV\n}\n}\n${instance(vip("192.0.2.10"))}`,
  ...[
    [[], []],
    [["192.0.2.1"], []],
    [[], ["192.0.2.1"]],
    [["192.0.2.1"], ["192.0.2.1"]],
    [["192.0.2.1"], ["192.0.2.3"]],
    [["2001:db8::1"], []],
    [[], ["2001:db8::1"]],
  ].map((sources) =>
    sources
      .map(
        (source, index) =>
          `bfd_instance B${index} {\nneighbor_ip 192.0.2.2\n${source.map((one) => `source_ip ${one}\n`).join("")}}\n`,
      )
      .join(""),
  ),
  instance("unicast_ttl 64", vip("192.0.2.10"), "unicast_peer {\n2001:db8::7\n}"),
  instance("unicast_ttl 64", vip("192.0.2.10"), "unicast_peer {\n192.0.2.7\n2001:db8::7\n}"),
  instance("virtual_ipaddress { @lb1 192.0.2.10\n@lb2 192.0.2.11\n}"),
  instance("virtual_ipaddress { @lb2 192.0.2.300\n@lb1 192.0.2.301\n}"),
  ...["use_vmac", "use_vmac\nuse_vmac_addr", "use_vmac_addr", "priority 5"].flatMap((lines) =>
    ["192.0.2.10", "192.0.2.10 dev eth0", "192.0.2.10 dev eth1"].flatMap((item) => [
      instance(lines, vip(`${item} use_vmac`)),
      instance(lines, vip("192.0.2.9"), `virtual_ipaddress_excluded {\n${item} use_vmac\n}`),
    ]),
  ),
  ...["fwmark 0", "fwmark 00", "fwmark 0x5", "fwmark 1"].map(
    (target) =>
      `virtual_server ${target} {\nlb_algo rr\nlb_kind DR\nreal_server 192.0.2.2 {\nweight 1\n}\n}\n`,
  ),
  instance("track_script { ~LST(s, A, B) $s }", vip("192.0.2.10")),
];

const folder = mkdtempSync(join(tmpdir(), "lvs-probes-"));
afterAll(() => rmSync(folder, { recursive: true }));

const askAll = (): readonly (readonly string[])[] => {
  probes.forEach((text, index) => writeFileSync(join(folder, `${index}.conf`), text));
  const script = `ip link add eth0 type veth peer name eth1 && ip link set eth0 up && ip link set eth1 up
    for file in *.conf; do timeout 10 keepalived -t -i lb1 -f "$file" > "$file.said" 2>&1; done`;
  spawnSync("unshare", ["-n", "sh", "-c", script], { cwd: folder });
  return probes.map((_, index) =>
    readFileSync(join(folder, `${index}.conf.said`), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("SECURITY VIOLATION")),
  );
};

describe("what keepalived -t says of single lines", () => {
  const said = askAll();

  it.each(probes.map((text, index) => [text, said[index] ?? []] as const))("%j", (text, messages) => {
    const findings = lintParsed(
      preprocess(new TextEncoder().encode(text), { path: "a.conf", configId: "lb1" }),
    );
    const lines = findings.map(({ line }) => line);
    const complainedOf = messages.flatMap((message) => Number(/Line (\d+)\)/u.exec(message)?.[1] ?? 0) || []);
    expect(lines).toEqual(expect.arrayContaining([...new Set(complainedOf)]));
    if (messages.length === 0) expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    else expect(findings.filter(({ code }) => code !== "reload-check")).not.toEqual([]);
  });
});
