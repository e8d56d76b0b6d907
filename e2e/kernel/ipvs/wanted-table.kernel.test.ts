import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printSave } from "@lvs/core/ipvs/save-format";
import { composeModel } from "@lvs/core/keepalived/compose";
import { preprocess } from "@lvs/core/keepalived/preprocess";
import { toTable } from "@lvs/core/keepalived/to-table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNoLab } from "../../lab/machine/requirements.ts";
import type { BareRun } from "./bare-kernel.ts";
import { runOnBareKernel } from "./bare-kernel.ts";

/** keepalived itself programs a kernel from each file: its table is the one we say the file asks for, as `ipvsadm -Sn` text. */

const problems = whyNoLab();
if (problems.length > 0) console.log(`skipped: ${problems.join("; ")}`);

const limitMs = 180_000;

const block = (head: string, ...lines: readonly string[]): string => `${head} {\n${lines.join("\n")}\n}\n`;
const real = (address: string, ...lines: readonly string[]): string =>
  block(`real_server ${address}`, ...lines);
const service = (head: string, method: string, ...lines: readonly string[]): string =>
  block(`virtual_server ${head}`, "lb_algo wrr", `lb_kind ${method}`, ...lines);

/** No file has a checker: every real server counts as up, so the table is whole as soon as keepalived has read the file. */
const configs: Readonly<Record<string, string>> = {
  "forwarding methods, weights and limits":
    service(
      "192.0.2.10 80",
      "NAT",
      "protocol TCP",
      real("198.51.100.1 8080", "weight 3", "uthreshold 90", "lthreshold 10"),
      real("198.51.100.2 80", "weight 0"),
      real("198.51.100.3"),
    ) +
    service(
      "192.0.2.11 80",
      "DR",
      "protocol TCP",
      real("198.51.100.1 80"),
      real("198.51.100.2 8080", "weight 7"),
    ) +
    service(
      "192.0.2.12 53",
      "TUN",
      "protocol UDP",
      "ops",
      real("198.51.100.1 53"),
      real("198.51.100.2 53", "lvs_method NAT"),
    ) +
    service("192.0.2.13 5060", "DR", "protocol SCTP", "weight 4", real("198.51.100.1 5060")),
  "a group of ranges, nets and marks":
    block(
      "virtual_server_group G",
      "192.0.2.10-12 80",
      "192.0.2.64/30 80",
      "192.0.2.20 80",
      "fwmark 7",
      "fwmark 8",
    ) +
    service("group G", "NAT", "protocol TCP", real("198.51.100.1 8080", "weight 2"), real("198.51.100.2 80")),
  "ranges of every form, of both families":
    block("virtual_server_group A", "192.0.2.253-192.0.2.255 80", "192.0.2.5-5 81", "192.0.2.9/32 82") +
    block("virtual_server_group B", "2001:db8:0:1::e-11 80", "2001:db8:0:2::/126 80", "fwmark 9") +
    block("virtual_server_group C", "fwmark 11 inet6", "fwmark 12 inet") +
    service("group A", "DR", "protocol TCP", real("198.51.100.1 80")) +
    service("group B", "NAT", "protocol TCP", real("2001:db8::1 80")) +
    service("group C", "TUN", real("198.51.100.1")),
  "groups that do not suit":
    block("virtual_server_group A", "192.0.2.1 80") +
    block("virtual_server_group B", "192.0.2.2 80", "2001:db8:0:1::2 80", "fwmark 9") +
    block("virtual_server_group C") +
    service("group A", "DR", "protocol TCP", real("2001:db8::1 80")) +
    service("group B", "TUN", "protocol TCP", real("198.51.100.1 80")) +
    service("group C", "DR", "protocol TCP", real("198.51.100.1 80")) +
    service("192.0.2.9 80", "DR", "protocol TCP", real("198.51.100.1 80")),
  "marks, with their family by word or by real server":
    service("fwmark 1", "DR", real("198.51.100.1"), real("198.51.100.2")) +
    service("fwmark 2", "DR", "ip_family inet6", real("2001:db8::1")) +
    service("fwmark 3", "NAT", real("2001:db8::2 80")) +
    service("fwmark 4", "TUN", real("198.51.100.1 80")),
  "IPv6, and a tunnel from one family to the other":
    service(
      "2001:db8:0:1::10 80",
      "DR",
      "protocol TCP",
      real("2001:db8::1 80"),
      real("2001:db8::2 80", "weight 5"),
    ) +
    service("2001:db8:0:1::11 80", "TUN", "protocol TCP", real("198.51.100.1 80"), real("2001:db8::2 80")),
  "persistence, its granularity and its engine":
    service("192.0.2.10 80", "DR", "protocol TCP", "persistence_timeout 50", real("198.51.100.1 80")) +
    service("192.0.2.11 80", "DR", "protocol TCP", "persistence_timeout", real("198.51.100.1 80")) +
    service(
      "192.0.2.12 80",
      "DR",
      "protocol TCP",
      "persistence_timeout 600",
      "persistence_granularity 255.255.255.0",
      real("198.51.100.1 80"),
    ) +
    service("192.0.2.13 0", "DR", "protocol TCP", real("198.51.100.1 0")) +
    service(
      "192.0.2.14 5060",
      "DR",
      "protocol UDP",
      "persistence_timeout 60",
      "persistence_engine sip",
      real("198.51.100.1 5060"),
    ) +
    service(
      "2001:db8:0:1::10 80",
      "DR",
      "protocol TCP",
      "persistence_timeout 60",
      "persistence_granularity 64",
      real("2001:db8::1 80"),
    ),
  "schedulers and their flags": ["rr", "lc", "wlc", "lblc", "lblcr", "dh", "sed", "nq", "fo", "ovf"]
    .map((scheduler, index) =>
      service(
        `192.0.2.${index + 10} 80`,
        "DR",
        "protocol TCP",
        `lb_algo ${scheduler}`,
        real("198.51.100.1 80"),
      ),
    )
    .concat(
      service(
        "192.0.2.30 80",
        "DR",
        "protocol TCP",
        "lb_algo sh",
        "sh-port",
        "sh-fallback",
        real("198.51.100.1 80"),
      ),
      service("192.0.2.31 80", "DR", "protocol TCP", "lb_algo mh", "mh-port", real("198.51.100.1 80")),
    )
    .join(""),
  "what keepalived drops, and definitions and sequences":
    "$NET=198.51.100\n" +
    service(
      "192.0.2.10 80",
      "DR",
      "protocol TCP",
      "real_server ${NET}.1 80 {",
      "}",
      real("198.51.100.1 80", "weight 9"),
    ) +
    service("192.0.2.11 80", "DR", "protocol TCP", real("2001:db8::1 80"), real("198.51.100.4 80")) +
    service("192.0.2.12 80", "DR", "protocol TCP") +
    service("group NOSUCH", "DR", "protocol TCP", real("198.51.100.1 80")) +
    service("192.0.2.300 80", "DR", "protocol TCP", real("198.51.100.1 80")) +
    "$ONE= \\\nreal_server ${NET}.${n} 80 { \\\nweight ${n} \\\n}\n" +
    service("192.0.2.13 80", "DR", "protocol TCP", "~SEQ(n, 1, 3) $ONE"),
};

const names = Object.keys(configs);

/** Rows in an order of their own: the kernel's is that of its hash. */
const sorted = (text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();

const wantedBy = (text: string): readonly string[] => {
  const tree = preprocess(new TextEncoder().encode(text), { path: "a.conf", configId: "lvs-1" }).value;
  return sorted(printSave(toTable(composeModel(tree).value).value));
};

/** The checker process alone: it programs the table. It is left as soon as the table is the wanted one, else after ten seconds. */
const script = `
export LC_ALL=C
for conf in *.conf; do
  n=\${conf%.conf}
  ipvsadm -C
  keepalived -n -l -C -f /mnt/share/$conf -p /run/k.pid -c /run/c.pid >$n.log 2>&1 &
  for turn in $(seq 100); do
    ipvsadm -S -n | sort >$n.kernel
    cmp -s $n.kernel $n.wanted && break
    sleep 0.1
  done
  kill -TERM $!
  wait $!
done
exit 0
`;

describe.skipIf(problems.length > 0)("the table that keepalived programs", () => {
  let run: BareRun | undefined;

  beforeAll(async () => {
    const files = Object.fromEntries(
      names.flatMap((name, index) => [
        [`${index}.conf`, configs[name] ?? ""],
        [
          `${index}.wanted`,
          wantedBy(configs[name] ?? "")
            .map((line) => `${line}\n`)
            .join(""),
        ],
      ]),
    );
    run = await runOnBareKernel({ script, files, timeoutMs: limitMs });
  }, limitMs + 30_000);
  afterAll(() => run?.remove());

  it.each(names.map((name, index) => [name, index] as const))("%s", (name, index) => {
    const kernel = readFileSync(join(run?.folder ?? "", `${index}.kernel`), "utf8");
    expect(sorted(kernel)).not.toEqual([]);
    expect(wantedBy(configs[name] ?? "")).toEqual(sorted(kernel));
  });
});
