import { existsSync } from "node:fs";
import {
  extraClientAddresses,
  type Director,
  type Host,
  type LabPlan,
  type RealServer,
  type Station,
} from "../plan.ts";
import { mustRun, runCommand } from "./command.ts";
import { LabError } from "./failure.ts";
import { identify } from "./process.ts";
import { waitFor } from "./wait.ts";

/**
 * The wire: namespace NAME-wire holds a bridge with one port per host. Directors hang on taps, all others on veth
 * pairs into namespaces of their own. A second tap per director, not on the bridge, is its control link: it goes on
 * working when the wire is cut. Nothing is made outside these namespaces.
 */

const bridge = "br0";

/** The network namespace of a host; a director has none (it is a kernel of its own, its taps are on the wire). */
export function namespaceOf(lab: string, host: RealServer | Station | "wire"): string {
  return host === "wire" ? `${lab}-wire` : `${lab}-${host.name}`;
}

/** Every namespace a lab of this plan may own, by its exact name. */
export function namespacesOf(lab: string, plan: LabPlan): readonly string[] {
  return [
    namespaceOf(lab, "wire"),
    ...[...plan.stations, ...plan.realServers].map((host) => namespaceOf(lab, host)),
  ];
}

/** argv that runs `argv` inside a network namespace, same process, same file system. */
export function insideNamespace(namespace: string, argv: readonly string[]): readonly string[] {
  return ["nsenter", `--net=/run/netns/${namespace}`, ...argv];
}

/** The host's port on the bridge. */
export function portOf(host: Host): string {
  return host.kind === "director" ? wireTap(host) : `p-${host.name}`;
}

export const wireTap = (director: Director): string => `wire${director.index}`;
export const controlTap = (director: Director): string => `ctl${director.index}`;

async function batch(namespace: string, lines: readonly string[]): Promise<void> {
  await mustRun(["ip", "-n", namespace, "-batch", "-"], { stdin: `${lines.join("\n")}\n` });
}

/** Makes all namespaces, the bridge and its ports. The namespaces must not exist. */
export async function makeWire(lab: string, plan: LabPlan): Promise<void> {
  for (const namespace of namespacesOf(lab, plan)) await mustRun(["ip", "netns", "add", namespace]);
  const ends = [...plan.stations, ...plan.realServers];
  await batch(namespaceOf(lab, "wire"), [
    "link set lo up",
    `link add ${bridge} type bridge forward_delay 0 mcast_snooping 0`,
    `link set ${bridge} up`,
    ...plan.directors.flatMap((director) => [
      `tuntap add ${wireTap(director)} mode tap`,
      `link set ${wireTap(director)} master ${bridge} up`,
      `tuntap add ${controlTap(director)} mode tap`,
      `addr add 10.78.${director.index}.1/30 dev ${controlTap(director)}`,
      `link set ${controlTap(director)} up`,
    ]),
    ...ends.flatMap((host) => [
      `link add ${portOf(host)} type veth peer name eth0 netns ${namespaceOf(lab, host)}`,
      `link set ${portOf(host)} master ${bridge} up`,
    ]),
  ]);
  for (const host of ends) {
    await batch(namespaceOf(lab, host), [
      "link set lo up",
      `addr add ${host.address}/24 dev eth0`,
      `addr add ${host.address6}/64 dev eth0 nodad`,
      ...(host.name === "client" ? extraClientAddresses.map((extra) => `addr add ${extra}/24 dev eth0`) : []),
      "link set eth0 up",
    ]);
  }
}

/** Whether the host's port is on the bridge. */
export async function isLinked(lab: string, host: Host): Promise<boolean> {
  const path = `/sys/class/net/${portOf(host)}/master`;
  const argv = insideNamespace(namespaceOf(lab, "wire"), ["ip", "-o", "link", "show", "dev", portOf(host)]);
  const result = await runCommand(argv);
  if (result.exitCode !== 0) throw new LabError(`cannot ask for ${path}: ${result.stderr.trim()}`);
  return result.stdout.includes(` master ${bridge} `);
}

/**
 * Takes the host's port off the bridge: its frames go nowhere, as with a cable cut beyond the first switch
 * (the host itself still sees its link up). `linked: true` puts it back.
 */
export async function setLinked(lab: string, host: Host, linked: boolean): Promise<void> {
  const change = linked ? ["master", bridge] : ["nomaster"];
  await mustRun(["ip", "-n", namespaceOf(lab, "wire"), "link", "set", "dev", portOf(host), ...change]);
}

async function pidsInside(namespace: string): Promise<readonly number[]> {
  const result = await runCommand(["ip", "netns", "pids", namespace]);
  return result.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

/**
 * Kills what still runs inside these namespaces and removes them. Who is inside is ours: nobody else knows the names.
 * Gives how many processes it found.
 */
export async function removeNamespaces(namespaces: readonly string[]): Promise<number> {
  const existing = namespaces.filter((namespace) => existsSync(`/run/netns/${namespace}`));
  const killed = new Set<number>();
  for (const namespace of existing) {
    await waitFor(
      { what: `the processes in ${namespace} to end`, timeoutMs: 15_000, everyMs: 20 },
      async (note) => {
        const pids = (await pidsInside(namespace)).filter((pid) => identify(pid) !== null);
        for (const pid of pids) {
          killed.add(pid);
          try {
            process.kill(pid, "SIGKILL");
          } catch {
            // gone between the listing and now
          }
        }
        note(`still there: ${pids.join(" ")}`);
        return pids.length === 0 ? true : undefined;
      },
    );
    // A name whose namespace was never mounted (ip was killed in the middle) is a plain file: ip removes both.
    await mustRun(["ip", "netns", "delete", namespace]);
  }
  return killed.size;
}
