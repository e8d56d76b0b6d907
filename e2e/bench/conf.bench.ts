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
 * keepalived.conf: parse, model and lint of a large file in a warm process, beside `keepalived -t` on the same file, by
 * processor time and by the clock. The same again after one keystroke, also where one virtual server holds all real servers,
 * and over sizes, to see that time grows no faster than the file.
 */

const path = "bench.conf";
const usualServersPerService = 20;

const addressOf = (network: number, index: number): string =>
  `10.${network + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;

/** Eight lines for each real server, as operators write them. */
const configOf = (serverCount: number, serversPerService = usualServersPerService): Uint8Array => {
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

/** Milliseconds: of the processors, as the machine may be busy with other work, and by the clock. */
interface Time {
  readonly processor: number;
  readonly wall: number;
}

const medianTime = (times: readonly Time[]): Time => ({
  processor: medianOf(times.map(({ processor }) => processor)),
  wall: medianOf(times.map(({ wall }) => wall)),
});

const timed = (runs: number, work: () => void): Time => {
  const times: Time[] = [];
  for (let run = 0; run < runs; run += 1) {
    const started = process.cpuUsage();
    const wallStart = performance.now();
    work();
    const wall = performance.now() - wallStart;
    const { user, system } = process.cpuUsage(started);
    times.push({ processor: (user + system) / 1000, wall });
  }
  return medianTime(times);
};

/** The time that keepalived takes for the same file; it must have read it to the end. */
const timeOfKeepalived = (bytes: Uint8Array, runs: number): Time => {
  const folder = mkdtempSync(join(tmpdir(), "lvs-bench-"));
  const file = join(folder, path);
  writeFileSync(file, bytes);
  const command = `TIMEFORMAT='time %U %S %R'; time keepalived -t -f ${file}`;
  const times: Time[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { stderr } = spawnSync("unshare", ["-n", "bash", "-c", command], { encoding: "utf8", cwd: folder });
    const [, user, system, wall] = /^time (\S+) (\S+) (\S+)$/mu.exec(stderr) ?? [];
    if (user === undefined || /Unknown keyword|missing/u.test(stderr))
      throw new Error(`keepalived did not read the file: ${stderr.slice(0, 400)}`);
    times.push({ processor: (Number(user) + Number(system)) * 1000, wall: Number(wall) * 1000 });
  }
  rmSync(folder, { recursive: true });
  return medianTime(times);
};

/** One digit of a weight in the middle of the file is typed over: parse, model and lint again. */
const timeOfKeystroke = (bytes: Uint8Array): Time => {
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

const sizes = [100, 1_000, 5_000, 10_000, 25_000, 50_000];

/** Processor time over sizes. Small files are read many times in one measurement, as the processor's clock is coarse. */
const timesOverSizes = (): { size: number; time: number }[] =>
  sizes.map((size) => {
    const bytes = configOf(size);
    const times = Math.max(Math.round(10_000 / size), 1);
    const readTimes = (): void => {
      for (let time = 0; time < times; time += 1) readAll(bytes.slice());
    };
    readTimes();
    return { size, time: timed(size > 10_000 ? 5 : 7, readTimes).processor / times };
  });

export async function run(): Promise<BenchLine[]> {
  const large = configOf(10_000);
  for (let round = 0; round < 12; round += 1) readAll(large.slice());
  const ours = timed(9, () => void readAll(large.slice()));
  const theirs = timeOfKeepalived(large, 9);
  const keystroke = timeOfKeystroke(large);
  const whole = configOf(10_000, 10_000);
  const wholeKeystroke = timeOfKeystroke(whole);
  const wholeTheirs = timeOfKeepalived(whole, 3);
  const points = timesOverSizes();
  const exponent = growth(points);
  const listed = points.map(({ size, time }) => `${size}: ${time.toFixed(2)} ms`).join(", ");
  process.stdout.write(`conf sizes (real servers: processor time): ${listed}\n`);
  return [
    ...linesOf("conf parse+model+lint of 10,000 real servers", { ours, theirs, limit: 1 }),
    ...linesOf("conf again after one keystroke", { ours: keystroke, theirs, limit: 0.1 }),
    ...linesOf("conf again after one keystroke, all 10,000 in one virtual server", {
      ours: wholeKeystroke,
      theirs: wholeTheirs,
      limit: 0.1,
    }),
    {
      name: "conf growth of time from 100 to 50,000 real servers (exponent; theirs: linear)",
      ours: exponent,
      theirs: 1,
      unit: "",
      ratio: exponent,
      goal: "exponent at most 1.15",
      met: exponent <= 1.15,
    },
  ];
}

/** The same by processor time and by the clock. */
const linesOf = (name: string, at: { ours: Time; theirs: Time; limit: number }): BenchLine[] =>
  (["processor", "wall"] as const).map((kind) => {
    const [ours, theirs] = [at.ours[kind], at.theirs[kind]];
    return {
      name: `${name}, beside keepalived -t`,
      ours,
      theirs,
      unit: `ms of ${kind} time`,
      ratio: ours / theirs,
      goal: `ratio at most ${at.limit}`,
      met: ours / theirs <= at.limit,
    };
  });
