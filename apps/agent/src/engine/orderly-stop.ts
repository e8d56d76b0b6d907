import { dropQuietly, stopDropping } from "./address-gap.ts";
import type { ProcessId } from "../system/processes.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

/** The running daemon's processes, and what steers it. */
export interface StopParts {
  readonly system: System;
  readonly parent: ProcessId;
  /** Undefined: keepalived runs without it. */
  readonly vrrp: ProcessId | undefined;
  readonly checkers: ProcessId | undefined;
  /** How long the parent waits for its children before it kills them (keepalived.conf(5) child_wait_time). */
  readonly childWaitMs: number;
  /** The VIPs that stand on this director; undefined: it could not be asked. */
  readonly heldAddresses: () => Promise<readonly string[] | undefined>;
  /** The service manager's stop. */
  readonly runService: () => Promise<readonly string[]>;
}

type Whole = StopParts & { readonly vrrp: ProcessId; readonly checkers: ProcessId };

/** keepalived.conf(5), main.c: the parent's patience unless the file says otherwise. */
export const usualChildWaitMs = 5_000;
/** Of the parent's patience, left to the checkers for taking the table down. */
const teardownMs = 1_000;
/**
 * After priority 0 the peer takes over within its skew time, below one advert_int (one second unless told), and its gratuitous ARP moves the
 * clients. Until then packets still come here: those that reach IPVS without the VIP (firewall marks with a local route) and the
 * answers of masqueraded requests need the table.
 */
const holdMs = 1_000;
/** The least time that VIPs need to leave: notify scripts and a busy machine counted in. */
const leastLeaveMs = 500;
const pauseLimitMs = 500;
/** The parent learns of the pause by SIGCHLD; one that comes after its SIGTERM it takes for the child's end (main.c sigend). */
const settleMs = 100;
const lookMs = 30;
/** A service manager that starts again what ends by itself must know of the stop before the parent ends. */
const managerLeadMs = 300;
const goneLimitMs = 6_000;

/**
 * Stops keepalived so that no client is refused: VIPs first, table last. Left alone, both children stop at the same time, and while the VIPs
 * still stand without the table, the director's own TCP answers clients with resets. So the checkers are paused until the VIPs
 * have left. The parent is told before the service manager: systemd continues whatever it stops. The checkers go on in every case.
 */
export async function stopOrderly(parts: StopParts): Promise<readonly string[]> {
  const { vrrp, checkers, childWaitMs } = parts;
  if (vrrp === undefined || checkers === undefined) return parts.runService();
  if (childWaitMs < teardownMs + holdMs + leastLeaveMs) {
    const why = `child_wait_time is ${childWaitMs / 1000} s: too short to hold the table until the VIPs have left`;
    return [why, ...(await parts.runService())];
  }
  const held = await parts.heldAddresses();
  if (held?.length === 0) return parts.runService();
  return stopWhole({ ...parts, vrrp, checkers }, held);
}

async function stopWhole(whole: Whole, held: readonly string[] | undefined): Promise<readonly string[]> {
  const { system, parent, checkers } = whole;
  const lines: string[] = [];
  try {
    const dropped = await dropQuietly(system, held ?? []);
    if (dropped.length > 0)
      lines.push(`packets to ${dropped.join(", ")} are dropped here while nobody has it`);
    if (!(await pause(system, checkers))) {
      lines.push(`the checkers (${checkers.pid}) did not pause: the table goes together with the VIPs`);
      return [...lines, ...(await whole.runService())];
    }
    lines.push(`kill -STOP ${checkers.pid}: the checkers pause, the table stays until the VIPs have left`);
    await system.processes.signal(parent, "SIGTERM");
    lines.push(`kill -TERM ${parent.pid}: keepalived stops`, await leaving(whole, held));
    await system.clock.sleep(holdMs);
    const service = whole.runService();
    // Awaited below; until then its failure is nobody's.
    service.catch(() => undefined);
    await Promise.race([service, system.clock.sleep(managerLeadMs)]).catch(() => undefined);
    lines.push(await proceed(system, checkers));
    lines.push(...(await service));
  } finally {
    await proceed(system, checkers);
    await stopDropping(system);
  }
  await until(system, goneLimitMs, async () => !(await isAlive(system, checkers)));
  return lines;
}

/** Whether it stands still. */
async function pause(system: System, checkers: ProcessId): Promise<boolean> {
  await giveWay(system, checkers);
  await system.processes.signal(checkers, "SIGSTOP");
  const isPaused = async () => (await system.processes.find(checkers.pid))?.state === "T";
  if (!(await until(system, pauseLimitMs, isPaused))) return false;
  await system.clock.sleep(settleMs);
  return true;
}

/**
 * Of two SIGCHLD that the parent has not read the kernel keeps the first (signal(7)). On a director with one CPU, checkers that go on and end
 * before the parent runs leave it waiting for their end until child_wait_time is over; so they let it run first. Without it the
 * stop only takes longer.
 */
async function giveWay(system: System, { pid }: ProcessId): Promise<void> {
  try {
    await system.commands.run(["renice", "-n", "19", "-p", String(pid)], { timeoutMs: 1_000 });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

/** Lets the checkers go on. They may have ended: the parent kills children that keep it waiting. */
async function proceed(system: System, checkers: ProcessId): Promise<string> {
  try {
    await system.processes.signal(checkers, "SIGCONT");
    return `kill -CONT ${checkers.pid}: the checkers take the virtual services out of the table`;
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== "not-found") throw error;
    return `the checkers (${checkers.pid}) were ended before they took the virtual services out of the table`;
  }
}

/** Waits until the VIPs have left: none of them stands, or the VRRP process has ended, which takes them away first. */
async function leaving(whole: Whole, held: readonly string[] | undefined): Promise<string> {
  const { system, vrrp, childWaitMs } = whole;
  const startMs = system.clock.monotonicMs();
  let standing = held;
  const haveLeft = async (): Promise<boolean> => {
    if (standing !== undefined) standing = await stillStanding(system, standing);
    return standing?.length === 0 || !(await isAlive(system, vrrp));
  };
  const isDone = await until(system, childWaitMs - teardownMs - holdMs - managerLeadMs, haveLeft);
  const tookMs = Math.round(system.clock.monotonicMs() - startMs);
  const names = held?.join(", ") ?? "the VIPs";
  return isDone
    ? `${names} left after ${tookMs} ms; the table is held for another ${holdMs} ms`
    : `${standing?.join(", ") ?? "the VIPs"} did not leave within ${tookMs} ms`;
}

/** Which of these addresses stand on an interface. Throws SystemError. */
export async function stillStanding(
  system: System,
  addresses: readonly string[],
): Promise<readonly string[]> {
  const snapshot = await system.addresses.snapshot();
  const standing = new Set(snapshot.addresses.map((each) => each.address));
  return addresses.filter((address) => standing.has(address));
}

async function isAlive(system: System, { pid, startTicks }: ProcessId): Promise<boolean> {
  const found = await system.processes.find(pid);
  return found?.startTicks === startTicks && found.state !== "Z";
}

async function until(system: System, limitMs: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const endMs = system.clock.monotonicMs() + limitMs;
  for (;;) {
    if (await isSo()) return true;
    if (system.clock.monotonicMs() >= endMs) return false;
    await system.clock.sleep(lookMs);
  }
}
