import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { lintConfig } from "./lint.ts";
import { preprocess } from "./preprocess.ts";

/**
 * Random sound configurations, and the same with one random fault each, read by `keepalived -t` in a network namespace that
 * has the interface they name. Seed and number of runs: FC_SEED, LINT_RUNS.
 */

const seed = Number(process.env["FC_SEED"] ?? Date.now() % 1_000_000_000);
const count = Number(process.env["LINT_RUNS"] ?? 300);
console.info(`keepalived/lint: seed ${seed}, ${count} configurations and as many with a fault`);

const folder = mkdtempSync(join(tmpdir(), "lvs-lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

const nat = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const oneOf = (...words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words);

/** Some of the lines, in their order. */
const some = (...lines: readonly fc.Arbitrary<string>[]): fc.Arbitrary<readonly string[]> =>
  fc
    .tuple(...lines.map((line) => fc.option(line, { nil: "" })))
    .map((chosen) => chosen.filter((line) => line !== ""));

const block = (head: string, ...inside: readonly (string | readonly string[])[]): readonly string[] => [
  `${head} {`,
  ...inside.flat().map((line) => `    ${line}`),
  "}",
];

const numbered = (name: string, max: number): fc.Arbitrary<string> =>
  nat(max).map((value) => `${name} ${value}`);

const timings = some(
  numbered("connect_timeout", 20),
  numbered("retry", 5),
  numbered("delay_before_retry", 9),
  numbered("delay_loop", 60),
  numbered("warmup", 9),
);

const checker: fc.Arbitrary<readonly string[]> = fc.oneof(
  timings.map((lines) => block("TCP_CHECK", lines)),
  fc
    .tuple(oneOf("HTTP_GET", "SSL_GET"), timings, fc.integer({ min: 200, max: 399 }))
    .map(([name, lines, code]) =>
      block(name, block("url", "path /health", `status_code ${code}`), lines, "http_protocol 1.1"),
    ),
  timings.map((lines) => block("SMTP_CHECK", "helo_name director.example.net", lines)),
  fc
    .tuple(timings, oneOf("A", "SOA", "TXT"))
    .map(([lines, type]) => block("DNS_CHECK", `type ${type}`, "name example.net", lines)),
  nat(30).map((timeout) => block("MISC_CHECK", 'misc_path "/bin/true"', `misc_timeout ${timeout}`)),
  timings.map((lines) => block("PING_CHECK", lines)),
);

const server = (service: number, index: number): fc.Arbitrary<readonly string[]> =>
  fc
    .tuple(
      some(
        numbered("weight", 200),
        fc.constant("inhibit_on_failure"),
        numbered("uthreshold", 4000),
        fc.constant('notify_down "/bin/true down"'),
      ),
      fc.array(checker, { maxLength: 2 }),
    )
    .map(([lines, checkers]) =>
      block(`real_server 198.51.100.${service * 10 + index} 80`, lines, ...checkers),
    );

const service = (index: number): fc.Arbitrary<readonly string[]> =>
  fc
    .tuple(
      some(
        numbered("delay_loop", 60),
        numbered("persistence_timeout", 900),
        fc.constant("alpha"),
        fc.constant("omega"),
        numbered("quorum", 2),
        fc.constant('quorum_up "/bin/true up"'),
        fc.constant("sorry_server 198.51.100.250 80"),
      ),
      oneOf("rr", "wrr", "lc", "wlc", "sh", "mh"),
      oneOf("DR", "NAT", "TUN"),
      oneOf("TCP", "UDP", "SCTP"),
      fc.tuple(server(index, 1), server(index, 2), server(index, 3)),
    )
    .map(([lines, scheduler, method, protocol, servers]) =>
      block(
        `virtual_server 192.0.2.${10 + index} 80`,
        `lb_algo ${scheduler}`,
        `lb_kind ${method}`,
        `protocol ${protocol}`,
        lines,
        ...servers,
      ),
    );

const instance = (index: number): fc.Arbitrary<readonly string[]> =>
  fc
    .tuple(
      some(
        fc.constant("nopreempt"),
        numbered("garp_master_delay", 10),
        numbered("garp_master_refresh", 60),
        fc.constant("smtp_alert"),
        fc.constant('notify_master "/bin/true master"'),
      ),
      nat(9),
      nat(200),
    )
    .map(([lines, interval, priority]) =>
      block(
        `vrrp_instance VI_${index}`,
        "state BACKUP",
        "interface eth0",
        `virtual_router_id ${50 + index}`,
        `priority ${priority}`,
        `advert_int ${interval}`,
        block("authentication", "auth_type PASS", "auth_pass s3cret"),
        block("track_script", "check"),
        block("virtual_ipaddress", `192.0.2.${10 + index}/24 dev eth0`),
        lines,
      ),
    );

const sound: fc.Arbitrary<readonly string[]> = fc
  .tuple(
    some(
      numbered("vrrp_garp_master_refresh", 60),
      fc.constant("vrrp_skip_check_adv_addr"),
      fc.constant("smtp_server 127.0.0.1"),
      numbered("smtp_connect_timeout", 60),
      fc.constant("checker_log_all_failures"),
    ),
    fc.tuple(instance(1), instance(2)),
    fc.tuple(service(1), service(2)),
  )
  .map(([lines, instances, services]) => [
    ...block("global_defs", "router_id lb1", "enable_script_security", "script_user root", lines),
    ...block("vrrp_script check", 'script "/bin/true"', "interval 2", "fall 2", "rise 2"),
    ...block("vrrp_sync_group G", block("group", "VI_1", "VI_2")),
    ...instances.flat(),
    ...services.flat(),
  ]);

type Fault = (lines: string[], at: number) => void;

const changeWord =
  (change: (words: string[]) => void): Fault =>
  (lines, at) => {
    const [, indent = "", content = ""] = /^(\s*)(.*)$/u.exec(lines[at] ?? "") ?? [];
    const words = content.split(" ");
    change(words);
    lines[at] = indent + words.join(" ");
  };

const faults: Record<string, Fault> = {
  "a letter of the keyword twice": changeWord((words) => {
    words[0] = (words[0] ?? "").replace(/[a-z]/u, "$&$&");
  }),
  "its last word gone": changeWord((words) => {
    if (words.length > 1) words.splice(words.at(-1) === "{" ? -2 : -1, 1);
  }),
  "a word too many": changeWord((words) => words.splice(words.at(-1) === "{" ? -1 : words.length, 0, "more")),
  "a number out of range": changeWord((words) => {
    const last = words.findLastIndex((word) => /^\d+$/u.test(word));
    if (last > 0) words[last] = "99999999999";
  }),
  "a number with a letter": changeWord((words) => {
    const last = words.findLastIndex((word) => /^\d+$/u.test(word));
    if (last > 0) words[last] = `${words[last]}x`;
  }),
  "a negative number": changeWord((words) => {
    const last = words.findLastIndex((word) => /^\d+$/u.test(word));
    if (last > 0) words[last] = `-${words[last]}`;
  }),
  "an address that is none": changeWord((words) => {
    const at = words.findIndex((word) => /^[\d.]+\.\d+(?:\/\d+)?$/u.test(word));
    if (at >= 0) words[at] = "192.0.2.300";
  }),
  "a line gone": (lines, at) => void lines.splice(at, 1),
  "a line twice": (lines, at) => void lines.splice(at, 0, lines[at] ?? ""),
  "a brace too many": (lines, at) => void lines.splice(at, 0, "}"),
  "a keyword of another block": (lines, at) => void lines.splice(at, 0, "virtual_router_id 77"),
};

/** Without script_user in front of them, scripts depend on the users of the machine. */
const firstChanged = 4;

const faulty = fc
  .tuple(sound, fc.constantFrom(...Object.keys(faults)), fc.nat())
  .map(([lines, fault, place]) => {
    const changed = [...lines];
    const at = firstChanged + (place % (lines.length - firstChanged));
    faults[fault]?.(changed, at);
    return { fault: `${fault}, line ${at + 1}: ${lines[at]?.trim()}`, lines: changed };
  });

/** What keepalived says of each, one message per line. All in one namespace, so that it is made once. */
const askKeepalived = (name: string, texts: readonly string[]): readonly (readonly string[])[] => {
  const inside = join(folder, name);
  mkdirSync(inside);
  texts.forEach((text, index) => writeFileSync(join(inside, `${index}.conf`), text));
  const script = `ip link add eth0 type veth peer name eth1 && ip link set eth0 up && ip link set eth1 up
    for file in *.conf; do timeout 10 keepalived -t -f "$file" > "$file.said" 2>&1; done`;
  const { status, stderr } = spawnSync("unshare", ["-n", "sh", "-c", script], {
    cwd: inside,
    encoding: "utf8",
  });
  if (status === null) throw new Error(`no keepalived to ask: ${stderr}`);
  return texts.map((_, index) =>
    readFileSync(join(inside, `${index}.conf.said`), "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  );
};

const textOf = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

const findingsIn = (text: string): readonly Diagnostic[] => {
  const tree = preprocess(new TextEncoder().encode(text), { path: "a.conf", configId: "lb1" });
  return [...tree.diagnostics, ...lintConfig(tree.value)];
};

const lineOf = (message: string): number | undefined => {
  const line = /Line (\d+)\)/u.exec(message)?.[1];
  return line === undefined ? undefined : Number(line);
};

/** How the two differ; empty where they agree. */
const disagreements = (said: readonly string[], findings: readonly Diagnostic[]): readonly string[] => {
  const lines = new Set(findings.filter(({ severity }) => severity !== "info").map(({ line }) => line));
  const differences: string[] = [];
  for (const message of said) {
    const line = lineOf(message);
    if (line === undefined ? lines.size === 0 : !lines.has(line))
      differences.push(`only keepalived: ${message}`);
  }
  if (said.length > 0) return differences;
  for (const { severity, line, code, message } of findings) {
    if (severity === "error") differences.push(`only the linter: line ${line} ${code}: ${message}`);
  }
  return differences;
};

describe("the linter beside keepalived -t", () => {
  it("finds no error in sound configurations, as keepalived", { timeout: 300_000 }, () => {
    const texts = fc.sample(sound, { seed, numRuns: count }).map(textOf);
    const said = askKeepalived("sound", texts);
    const problems = texts.flatMap((text, index) => [
      ...(said[index] ?? []).map((message) => `keepalived: ${message}`),
      ...findingsIn(text)
        .filter(({ severity }) => severity === "error")
        .map(({ line, message }) => `the linter: line ${line}: ${message}`),
    ]);
    expect([...new Set(problems)]).toEqual([]);
  });

  it("finds one random fault on the lines where keepalived does", { timeout: 300_000 }, () => {
    const trials = fc.sample(faulty, { seed, numRuns: count });
    const said = askKeepalived(
      "faulty",
      trials.map(({ lines }) => textOf(lines)),
    );
    const problems = trials.flatMap(({ fault, lines }, index) =>
      disagreements(said[index] ?? [], findingsIn(textOf(lines))).map(
        (difference) => `${fault} -> ${difference}`,
      ),
    );
    const complained = said.filter((messages) => messages.length > 0).length;
    console.info(`keepalived complained of ${complained} of ${count}`);
    expect(problems).toEqual([]);
  });
});
