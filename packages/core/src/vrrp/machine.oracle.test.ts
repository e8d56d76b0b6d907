import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstanceConfig, RouterConfig } from "./machine-model.ts";
import type { Action, Host, Member, Script } from "./random-script.fixture.ts";
import { hostNames, priorities, script } from "./random-script.fixture.ts";
import { type Happening, linkTracker } from "./simulation.ts";
import type { Line, Run } from "./timeline.fixture.ts";
import { distinct, predict, show, uncertaintyMs, verdictOf } from "./timeline.fixture.ts";

/**
 * Random scripts of events done to real keepalived daemons (`-P`) in network namespaces of their own, and to the simulation. Every
 * daemon writes its states to one FIFO, whose order is the order of the machine.
 */

const count = Number(process.env["VRRP_ORACLE_SCRIPTS"] ?? 50);
const atOnce = Number(process.env["VRRP_ORACLE_AT_ONCE"] ?? 25);
const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
console.info(`vrrp/machine oracle: seed ${seed}`);

const isRoot = process.getuid?.() === 0;
const isInstalled = ["keepalived", "ip", "setpriv", "chrt"].every(
  (name) => spawnSync("which", [name]).status === 0,
);
if (!isRoot || !isInstalled) console.log("skipped: needs root, keepalived and iproute2");

const prefix = `vrrp${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "lvs-vrrp-"));
const fifo = join(folder, "fifo");
const wire = `${prefix}w`;
const namespaces: string[] = [];
const children = new Set<ChildProcess>();
const lines: Line[] = [];

const ip = (args: readonly string[], input?: string): void => {
  const ran = spawnSync("ip", args, { input, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`ip ${args.join(" ")}: ${ran.stderr}`);
};

/** While daemons run nothing may hold this process up; the moment is the one after the command, taken where it ran. */
const ipMeanwhile = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const command = `ip ${args.join(" ")} && date +%s%3N`;
    const child = spawn("chrt", ["-r", "50", "sh", "-c", command], { stdio: ["ignore", "pipe", "ignore"] });
    let said = "";
    child.stdout.on("data", (data) => (said += String(data)));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(Number(said)) : reject(new Error(command))));
  });

const addressOf = (host: Host): string => `192.0.2.${hostNames.indexOf(host) + 1}`;

/** A director in its own namespace, with the daemon that runs in it. */
class Director {
  readonly host: Host;
  readonly #label: string;
  readonly #namespace: string;
  readonly #script: Script;
  readonly #member: Member;
  #daemon: { child: ChildProcess; vrrpPidFile: string } | undefined;
  #priority: number;
  #starts = 0;
  isLinkUp = true;
  isIsolated = false;

  constructor(given: { script: Script; host: Host; label: string; member: Member }) {
    this.host = given.host;
    this.#label = given.label;
    this.#namespace = `${prefix}${given.label}`;
    this.#script = given.script;
    this.#member = given.member;
    this.#priority = given.member.priority;
    namespaces.push(this.#namespace);
    ip(["netns", "add", this.#namespace]);
    const end = ["link", "add", given.label, "type", "veth", "peer", "name", "eth0"];
    ip(["-n", wire, ...end, "netns", this.#namespace]);
    const inside = `link set lo up\naddr add ${addressOf(given.host)}/24 dev eth0\nlink set eth0 up\n`;
    ip(["-n", this.#namespace, "-batch", "-"], inside);
    ip(
      ["-n", wire, "-batch", "-"],
      `link set ${given.label} master ${this.bridge}\nlink set ${given.label} up\n`,
    );
    writeFileSync(this.#trackFile, "0");
  }

  get bridge(): string {
    return `br${this.#label.slice(0, -1)}`;
  }

  get #trackFile(): string {
    return join(folder, `${this.#label}.track`);
  }

  get isRunning(): boolean {
    return this.#daemon !== undefined;
  }

  /** With weights all members of a group track alike, as keepalived asks; otherwise the first alone. */
  #isTracking(index: number): boolean {
    return index === 0 || this.#script.usesWeights;
  }

  get config(): RouterConfig {
    const names = this.#script.isGrouped ? [`${this.#label}1`, `${this.#label}2`] : [`${this.#label}1`];
    const instances = names.map((name, index): InstanceConfig => ({
      ...this.#member,
      name,
      priority: this.#priority,
      virtualRouterId: 10 + index,
      link: "eth0",
      address: addressOf(this.host),
      addresses: [`192.0.2.${101 + index}`],
      version: this.#script.version,
      advertIntervalMs: this.#script.intervalMs,
      downTimerAdverts: 3,
      trackers: [
        { kind: "interface", tracker: linkTracker("eth0"), weight: 0, isReversed: false },
        ...(this.#isTracking(index)
          ? [{ kind: "file", tracker: "drain", weight: this.#script.weight, isReversed: false } as const]
          : []),
      ],
    }));
    return {
      instances,
      groups:
        names.length > 1
          ? [{ name: `${this.#label}G`, instances: names, usesTrackerWeights: this.#script.usesWeights }]
          : [],
    };
  }

  #write(): string {
    const path = join(folder, `${this.#label}.conf`);
    const { instances, groups } = this.config;
    const blocks = instances.flatMap((each, index) => [
      `vrrp_instance ${each.name} {`,
      `state ${each.startsAsMaster ? "MASTER" : "BACKUP"}`,
      "interface eth0",
      `version ${each.version}`,
      `virtual_router_id ${each.virtualRouterId}`,
      `priority ${each.priority}`,
      `advert_int ${each.advertIntervalMs / 1000}`,
      ...(each.canPreempt ? [] : ["nopreempt"]),
      ...(each.preemptDelayMs > 0 ? [`preempt_delay ${each.preemptDelayMs / 1000}`] : []),
      "virtual_ipaddress {",
      ...each.addresses,
      "}",
      ...(this.#isTracking(index) ? ["track_file {", `drain weight ${this.#script.weight}`, "}"] : []),
      "}",
    ]);
    const all = groups.flatMap(({ name, instances: members, usesTrackerWeights }) => [
      `vrrp_sync_group ${name} {`,
      "group {",
      ...members,
      "}",
      ...(usesTrackerWeights ? ["sync_group_tracking_weight"] : []),
      "}",
    ]);
    const text = [
      "global_defs {",
      "script_user root",
      `vrrp_notify_fifo ${fifo}`,
      "}",
      "track_file drain {",
      `file ${this.#trackFile}`,
      "}",
      ...blocks,
      ...all,
      "",
    ];
    writeFileSync(path, text.join("\n"));
    return path;
  }

  /** Resolves with the moment of its first state. */
  async start(): Promise<number> {
    this.#starts += 1;
    const vrrpPidFile = join(folder, `${this.#label}.${this.#starts}.vrrp.pid`);
    const seen = lines.length;
    const daemon = ["keepalived", "-P", "-n", "-l", "-D", "-f", this.#write(), "-r", vrrpPidFile];
    const pids = ["-p", join(folder, `${this.#label}.${this.#starts}.pid`)];
    const inside = [
      "--pdeathsig",
      "KILL",
      "chrt",
      "-r",
      "50",
      "ip",
      "netns",
      "exec",
      this.#namespace,
      ...daemon,
      ...pids,
    ];
    const log = openSync(join(folder, `${this.#label}.log`), "a");
    const child = spawn("setpriv", inside, { stdio: ["ignore", log, log] });
    children.add(child);
    child.once("exit", () => children.delete(child));
    this.#daemon = { child, vrrpPidFile };
    for (const until = Date.now() + 15_000; Date.now() < until;) {
      const own = (line: Line): boolean => line.name.startsWith(this.#label) && line.state !== "STOP";
      const first = lines.slice(seen).find(own);
      if (first !== undefined) return first.atMs;
      await sleep(5);
    }
    throw new Error(
      `${this.#label} does not start: ${readFileSync(join(folder, `${this.#label}.log`), "utf8")}`,
    );
  }

  stop(): void {
    this.#daemon?.child.kill("SIGTERM");
    this.#daemon = undefined;
  }

  /** Both processes at once, and neither may put the other back. */
  kill(): void {
    if (this.#daemon === undefined) return;
    const { child, vrrpPidFile } = this.#daemon;
    child.kill("SIGSTOP");
    process.kill(Number(readFileSync(vrrpPidFile, "utf8").trim()), "SIGKILL");
    child.kill("SIGKILL");
    this.#daemon = undefined;
  }

  reload(priority: number): void {
    if (this.#priority !== 255) this.#priority = priority;
    this.#write();
    this.#daemon?.child.kill("SIGHUP");
  }

  async setLink(isUp: boolean): Promise<number> {
    this.isLinkUp = isUp;
    return ipMeanwhile(["-n", wire, "link", "set", this.#label, isUp ? "up" : "down"]);
  }

  async setIsolated(isIsolated: boolean): Promise<number> {
    this.isIsolated = isIsolated;
    return ipMeanwhile([
      "-n",
      wire,
      "link",
      "set",
      this.#label,
      ...(isIsolated ? ["nomaster"] : ["master", this.bridge]),
    ]);
  }

  track(value: number): void {
    writeFileSync(this.#trackFile, String(value));
  }
}

type Doing = { readonly director: Director; readonly action: Action };

/** Does one action and says what was done; nothing where it makes no sense (a killed daemon is not reloaded). */
const perform = async ({ director, action }: Doing): Promise<Happening | undefined> => {
  const { host: router } = director;
  const base = priorities[Math.abs(action.value) % priorities.length] ?? 100;
  const beganMs = Date.now();
  switch (action.kind) {
    case "toggled":
      if (!director.isRunning) {
        const atMs = await director.start();
        return { atMs, router, kind: "started", config: director.config };
      }
      director.stop();
      return { atMs: beganMs, router, kind: "stopped" };
    case "killed":
      if (!director.isRunning) return undefined;
      director.kill();
      return { atMs: beganMs, router, kind: "killed" };
    case "reloaded":
      if (!director.isRunning) return undefined;
      director.reload(base + hostNames.indexOf(director.host));
      return { atMs: Date.now(), router, kind: "reloaded", config: director.config };
    case "link": {
      const isUp = !director.isLinkUp;
      const atMs = await director.setLink(isUp);
      const report = { kind: "state", isUp } as const;
      return { atMs, router, kind: "tracked", tracker: linkTracker("eth0"), report };
    }
    case "isolation": {
      const atMs = await director.setIsolated(!director.isIsolated);
      return { atMs, router, kind: director.isIsolated ? "isolated" : "rejoined" };
    }
    case "tracked": {
      const report = { kind: "value", value: action.value } as const;
      director.track(action.value);
      return { atMs: Date.now(), router, kind: "tracked", tracker: "drain", report };
    }
  }
};

type Stage = { readonly given: Script; readonly label: string; readonly directors: readonly Director[] };

const build = (given: Script, label: string): Stage => {
  const bridge = `link add br${label} type bridge stp_state 0 mcast_snooping 0\nlink set br${label} up\n`;
  ip(["-n", wire, "-batch", "-"], bridge);
  const directors = given.hosts.map((member, index) => {
    const host = hostNames[index] ?? "a";
    return new Director({ script: given, host, label: `${label}${host}`, member });
  });
  return { given, label, directors };
};

/** A script done to real daemons: all start one after the other, then the actions, then silence until all has settled. */
const run = async ({ given, label, directors }: Stage, place: number): Promise<Run> => {
  await sleep(place * 150);
  const starts = directors.map(({ host }): Action => ({ host, kind: "toggled", gap: 0.7, value: 0 }));
  const happenings: Happening[] = [];
  for (const action of [...starts, ...given.actions]) {
    const director = directors.find(({ host }) => host === action.host);
    if (director === undefined) continue;
    const done = await perform({ director, action });
    if (done === undefined) continue;
    happenings.push(done);
    await sleep(action.gap * given.intervalMs);
  }
  await sleep(5 * given.intervalMs + 1500);
  const endMs = Date.now();
  const observed = lines.filter(({ name }) => name.startsWith(label));
  for (const director of directors) director.kill();
  return { happenings, observed, endMs };
};

const report = (given: Script, of: Run): string => {
  const fromMs = of.happenings[0]?.atMs ?? 0;
  const done = of.happenings.map((each) => {
    const { atMs, router, kind } = each;
    const detail = "report" in each ? JSON.stringify(each.report) : "";
    const priority = "config" in each ? each.config.instances[0]?.priority : "";
    return `${Math.round(atMs - fromMs)} ${router} ${kind} ${detail}${priority}`;
  });
  const parts = [JSON.stringify(given.hosts), `v${given.version} ${given.intervalMs}ms`, ...done];
  const predicted = show(predict(of), fromMs);
  return [...parts, "predicted:", predicted, "observed:", show(distinct(of.observed), fromMs)].join("\n");
};

/** Reads the FIFO in a process of its own, before all others, and says when each line came. */
const readerProgram = `const fs = require("node:fs");
const fd = fs.openSync(process.argv[1], "r+");
const room = Buffer.alloc(65536);
for (;;) {
  const length = fs.readSync(fd, room);
  const atMs = Date.now();
  const text = room.toString("latin1", 0, length).replaceAll("\\0", "");
  fs.writeSync(1, text.split("\\n").filter(Boolean).map((line) => atMs + " " + line + "\\n").join(""));
}`;

const listen = (): void => {
  spawnSync("mkfifo", [fifo]);
  const program = ["-r", "60", process.execPath, "-e", readerProgram, fifo];
  const reader = spawn("chrt", program, { stdio: ["ignore", "pipe", "inherit"] });
  children.add(reader);
  let rest = "";
  reader.stdout.on("data", (data) => {
    const all = `${rest}${String(data)}`.split("\n");
    rest = all.pop() ?? "";
    for (const line of all) {
      const found = /^(\d+) (?:INSTANCE|GROUP) "([^"]+)" (\w+) /u.exec(`${line} `);
      // An event, not a state: a lower MASTER was heard.
      if (found?.[3] === "MASTER_RX_LOWER_PRI") continue;
      lines.push({ atMs: Number(found?.[1]), name: found?.[2] ?? line, state: found?.[3] ?? "?" });
    }
  });
};

describe.skipIf(!isRoot || !isInstalled)("real keepalived", () => {
  beforeAll(() => {
    listen();
    ip(["netns", "add", wire]);
  });

  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await sleep(100);
    for (const name of [...namespaces, wire]) spawnSync("ip", ["netns", "del", name]);
    if (process.env["VRRP_ORACLE_KEEP"] === undefined && existsSync(folder))
      rmSync(folder, { recursive: true, force: true });
  });

  it(`does in ${count} random scripts what the machine predicts: states, order, times within one interval (events timed to ${uncertaintyMs} ms; a script that disagreed is played again with few beside it, at most twice)`, async () => {
    const scripts = fc.sample(script, { seed, numRuns: count });
    let exact = 0;
    let transitions = 0;
    let failures = new Map<number, string>();
    for (const [turn, waveSize] of [atOnce, 5, 3].entries()) {
      const turned = turn === 0 ? [...scripts.keys()] : [...failures.keys()];
      failures = new Map();
      for (let from = 0; from < turned.length; from += waveSize) {
        const wave = turned.slice(from, from + waveSize);
        const built = wave.flatMap((index) => {
          const each = scripts[index];
          return each === undefined ? [] : [{ index, each, play: build(each, `s${index}t${turn}x`) }];
        });
        const runs = await Promise.all(built.map(({ play }, place) => run(play, place)));
        for (const [at, { index, each }] of built.entries()) {
          const ran = runs[at];
          if (ran === undefined) continue;
          const { isExact, problem } = verdictOf(ran, each.intervalMs);
          if (turn === 0) transitions += distinct(ran.observed).length;
          if (isExact) exact += 1;
          if (problem !== undefined) failures.set(index, `script ${index}: ${problem}\n${report(each, ran)}`);
        }
      }
      if (failures.size > 0) console.info(`turn ${turn + 1}: ${failures.size} scripts disagreed`);
    }
    console.info(
      `${count} scripts, ${transitions} transitions; ${exact} scripts as at the noted moments exactly`,
    );
    expect([...failures.values()].join("\n\n")).toBe("");
    expect(transitions).toBeGreaterThan(count * 4);
  });
});
