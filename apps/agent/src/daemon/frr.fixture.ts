import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** FRR's vrrpd in a network namespace: somebody else's VRRP. It wants a macvlan with the virtual MAC for each virtual router. */

const programs = "/usr/lib/frr";

/** Why FRR cannot run here, or undefined. */
export const whyNoFrr = (): string | undefined => {
  if (process.getuid?.() !== 0) return "it needs root";
  const missing = [`${programs}/zebra`, `${programs}/vrrpd`].find((path) => !existsSync(path));
  return missing === undefined ? undefined : `${missing} is missing (Debian package frr)`;
};

export const ip = (args: readonly string[]): void => {
  const ran = spawnSync("ip", args, { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`ip ${args.join(" ")}: ${ran.stderr}`);
};

/** One virtual router of an interface, of both families where it has both lists. */
export interface FrrRouter {
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly advertIntervalMs: number;
  readonly addresses: readonly string[];
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
const isSix = (address: string): boolean => address.includes(":");

const configLines = ({
  virtualRouterId,
  version,
  priority,
  advertIntervalMs,
  addresses,
}: FrrRouter): string[] =>
  [
    `version ${version}`,
    `priority ${priority}`,
    `advertisement-interval ${advertIntervalMs}`,
    ...addresses.map((address) => `${isSix(address) ? "ipv6" : "ip"} ${address}`),
  ].map((line) => `vrrp ${virtualRouterId} ${line}`);

/** Starts both daemons and is gone, with them, when this process is. */
const starter = (folder: string): string => {
  const common = `-u frr -g frr -z ${folder}/zserv.api --vty_socket ${folder} -P 0`;
  return `${programs}/zebra -f ${folder}/zebra.conf -i ${folder}/zebra.pid ${common} &
until [ -S ${folder}/zserv.api ]; do sleep 0.05; done
${programs}/vrrpd -f ${folder}/vrrpd.conf -i ${folder}/vrrpd.pid ${common} &
wait`;
};

export class Frr {
  readonly #namespace: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "lvs-frr-"));
  readonly #child: ChildProcess;

  /** In a namespace with an interface eth0 that has its addresses. */
  constructor(namespace: string, routers: readonly FrrRouter[]) {
    this.#namespace = namespace;
    chmodSync(this.#folder, 0o755);
    const own = join(this.#folder, "frr");
    mkdirSync(own);
    for (const router of routers) this.#makeInterfaces(router);
    writeFileSync(join(own, "zebra.conf"), "");
    writeFileSync(
      join(own, "vrrpd.conf"),
      ["interface eth0", ...routers.flatMap(configLines), ""].join("\n"),
    );
    spawnSync("chown", ["-R", "frr:frr", own]);
    const inside = ["ip", "netns", "exec", namespace, "sh", "-c", starter(own)];
    const alone = ["unshare", "--pid", "--fork", "--kill-child", ...inside];
    this.#child = spawn("setpriv", ["--pdeathsig", "KILL", ...alone], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  #makeInterfaces({ virtualRouterId, addresses }: FrrRouter): void {
    for (const [family, isWanted] of [
      [1, (address: string) => !isSix(address)],
      [2, isSix],
    ] as const) {
      const held = addresses.filter(isWanted);
      if (held.length === 0) continue;
      const name = `vrrp${family}-${virtualRouterId}`;
      const inside = ["-n", this.#namespace];
      ip([...inside, "link", "add", name, "link", "eth0", "type", "macvlan", "mode", "bridge"]);
      ip([...inside, "link", "set", name, "address", `00:00:5e:00:${hex(family)}:${hex(virtualRouterId)}`]);
      ip([...inside, "link", "set", name, "up"]);
      for (const address of held) {
        const prefixed = isSix(address)
          ? [`${address}/64`, "dev", name, "nodad"]
          : [`${address}/24`, "dev", name];
        ip([...inside, "addr", "add", ...prefixed]);
      }
    }
  }

  /** Lines below `interface eth0`, typed as on its console. */
  configure(lines: readonly string[]): void {
    this.#vtysh(["configure terminal", "interface eth0", ...lines]);
  }

  /** Waits until the virtual router says this of itself (of IPv4). */
  async untilStatus(virtualRouterId: number, status: "Master" | "Backup"): Promise<void> {
    let said = "";
    for (const until = Date.now() + 20_000; Date.now() < until; await sleep(100)) {
      said = this.#vtysh([`show vrrp ${virtualRouterId}`]);
      if (new RegExp(`Status \\(v4\\) +${status}`, "u").test(said)) return;
    }
    throw new Error(`FRR is not ${status} of ${virtualRouterId}: ${said}`);
  }

  #vtysh(commands: readonly string[]): string {
    const args = ["--vty_socket", join(this.#folder, "frr"), "-d", "vrrpd"];
    const ran = spawnSync("vtysh", [...args, ...commands.flatMap((each) => ["-c", each])], {
      encoding: "utf8",
    });
    return ran.stdout + ran.stderr;
  }

  async stop(): Promise<void> {
    const hasEnded = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await hasEnded;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
