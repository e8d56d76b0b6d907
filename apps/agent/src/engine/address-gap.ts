import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

/** Marks our routes (ip-route(8) `proto`, a number that no one else has in /etc/iproute2/rt_protos): what we made can be found again. */
const protocol = "213";
const limitMs = 2_000;

/**
 * Between the moment at which the VIPs leave this director and the one at which the peer has them, clients' packets still come here. Where
 * forwarding is on, the kernel would send them round between the directors until it answers "host unreachable", and connects
 * fail at once; dropped without a word, clients try again within a second and reach the peer. A local address goes before
 * these routes, so they mean nothing while a VIP stands here. Returns the addresses it was done for.
 */
export async function dropQuietly(system: System, addresses: readonly string[]): Promise<readonly string[]> {
  const done: string[] = [];
  for (const address of addresses) {
    const family = address.includes(":") ? "-6" : "-4";
    if (await runIp(system, [family, "route", "add", "blackhole", address, "proto", protocol])) {
      done.push(address);
    }
  }
  return done;
}

/** Takes every such route away, of a former run of the agent as well. */
export async function stopDropping(system: System): Promise<void> {
  for (const family of ["-4", "-6"]) {
    await runIp(system, [family, "route", "flush", "type", "blackhole", "proto", protocol]);
  }
}

async function runIp(system: System, words: readonly string[]): Promise<boolean> {
  try {
    return (await system.commands.run(["ip", ...words], { timeoutMs: limitMs })).exitCode === 0;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}
