import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeModel } from "@lvs/core/keepalived/compose";
import type { ConfigTree } from "@lvs/core/keepalived/cst";
import { lintConfig } from "@lvs/core/keepalived/lint";
import { parseConfig, reparseConfig } from "@lvs/core/keepalived/parse";
import { preprocess } from "@lvs/core/keepalived/preprocess";
import type { BenchLine } from "./bench-line.ts";

/**
 * keepalived.conf: parse, model and lint of a large file in a warm process, beside `keepalived -t` on the same file. The
 * same again after one keystroke, and over sizes, to see that time grows no faster than the file.
 */

const path = "bench.conf";
const serversPerService = 20;

const addressOf = (network: number, index: number): string =>
  `10.${network + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;

/** Eight lines for each real server, as operators write them. */
const configOf = (serverCount: number): Uint8Array => {
  const lines = ["global_defs {", "    router_id bench", "}", ""];
  lines.push("vrrp_instance VI_1 {", "    interface lo", "    virtual_router_id 51", "    priority 150");
  lines.push("    virtual_ipaddress {", "        10.0.0.1/32", "    }", "    virtual_ipaddress_excluded {");
  for (let service = 0; service * serversPerService < serverCount; service += 1)
    lines.push(`        ${addressOf(100, service)}`);
  lines.push("    }", "}", "");
  for (let server = 0; server < serverCount; server += 1) {
    const service = Math.floor(server / serversPerService);
    if (server % serversPerService === 0) {
      lines.push(`virtual_server ${addressOf(100, service)} 80 {`);
      lines.push("    lb_algo wlc", "    lb_kind DR", "    protocol TCP");
    }
    lines.push(`    real_server ${addressOf(1, server)} 80 {`);
    lines.push("        weight 100", "        TCP_CHECK {", "            connect_timeout 3");
    lines.push("            retry 3", "            delay_before_retry 3", "        }", "    }");
    if (server % serversPerService === serversPerService - 1 || server === serverCount - 1) lines.push("}");
  }
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
};

const readAll = (bytes: Uint8Array): ConfigTree => {
  const tree = preprocess(bytes, { path, configId: "bench" }).value;
  composeModel(tree);
  lintConfig(tree);
  return tree;
};

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Processor time of this process in milliseconds, as the machine may be busy with other work. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const timed = (runs: number, work: () => void): number => {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = processorTime();
    work();
    times.push(processorTime() - start);
  }
  return medianOf(times);
};

/** The processor time that keepalived takes for the same file; it must have read it to the end. */
const timeOfKeepalived = (bytes: Uint8Array): number => {
  const folder = mkdtempSync(join(tmpdir(), "lvs-bench-"));
  const file = join(folder, path);
  writeFileSync(file, bytes);
  const command = `TIMEFORMAT='cpu %U %S'; time keepalived -t -f ${file}`;
  const times: number[] = [];
  for (let run = 0; run < 9; run += 1) {
    const { stderr } = spawnSync("unshare", ["-n", "bash", "-c", command], { encoding: "utf8" });
    const [, user, system] = /^cpu (\S+) (\S+)$/mu.exec(stderr) ?? [];
    if (user === undefined || /Unknown keyword|missing/u.test(stderr))
      throw new Error(`keepalived did not read the file: ${stderr.slice(0, 400)}`);
    times.push((Number(user) + Number(system)) * 1000);
  }
  rmSync(folder, { recursive: true });
  return medianOf(times);
};

/** One digit of a weight in the middle of the file is typed over: parse, model and lint again. */
const timeOfKeystroke = (bytes: Uint8Array): number => {
  const middle = Math.floor(bytes.length / 2);
  const at = bytes.indexOf(0x31, middle);
  let tree = parseConfig(bytes, { path }).value;
  composeModel(tree);
  lintConfig(tree);
  let digit = 0x32;
  return timed(25, () => {
    digit = digit === 0x39 ? 0x31 : digit + 1;
    tree = reparseConfig(tree, { start: at, end: at + 1, bytes: Uint8Array.of(digit) }).value;
    composeModel(tree);
    lintConfig(tree);
  });
};

/** Exponent of time over size by least squares on logarithms: 1 is linear. */
const growth = (points: readonly { size: number; time: number }[]): number => {
  const xs = points.map(({ size }) => Math.log(size));
  const ys = points.map(({ time }) => Math.log(time));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const above = xs.reduce((sum, x, index) => sum + (x - x0) * ((ys[index] ?? 0) - y0), 0);
  return above / xs.reduce((sum, x) => sum + (x - x0) ** 2, 0);
};

export async function run(): Promise<BenchLine[]> {
  const large = configOf(10_000);
  for (let round = 0; round < 12; round += 1) readAll(large.slice());
  const ours = timed(9, () => void readAll(large.slice()));
  const theirs = timeOfKeepalived(large);
  const keystroke = timeOfKeystroke(large);
  const sizes = [100, 1_000, 5_000, 10_000, 25_000, 50_000];
  const points = sizes.map((size) => {
    const bytes = configOf(size);
    readAll(bytes.slice());
    return { size, time: timed(size > 10_000 ? 3 : 7, () => void readAll(bytes.slice())) };
  });
  const exponent = growth(points.filter(({ size }) => size >= 1_000));
  const listed = points.map(({ size, time }) => `${size}: ${time.toFixed(1)} ms`).join(", ");
  process.stdout.write(`conf sizes (real servers: time): ${listed}\n`);
  return [
    lineOf("conf parse+model+lint of 10,000 real servers, beside keepalived -t", { ours, theirs, limit: 1 }),
    lineOf("conf again after one keystroke, beside keepalived -t", { ours: keystroke, theirs, limit: 0.1 }),
    {
      name: "conf growth of time from 1,000 to 50,000 real servers (exponent; theirs: linear)",
      ours: exponent,
      theirs: 1,
      unit: "",
      ratio: exponent,
      goal: "exponent at most 1.15",
      met: exponent <= 1.15,
    },
  ];
}

const lineOf = (name: string, at: { ours: number; theirs: number; limit: number }): BenchLine => {
  const ratio = at.ours / at.theirs;
  return {
    name,
    ours: at.ours,
    theirs: at.theirs,
    unit: "ms of processor time",
    ratio,
    goal: `ratio at most ${at.limit}`,
    met: ratio <= at.limit,
  };
};
