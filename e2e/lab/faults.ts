import { hostNamed, mustExec, openLab } from "./exec.ts";
import { awaitDirector, powerOff, powerOn } from "./hosts/director.ts";
import { awaitRealServer, startRealServer, stopRealServer } from "./hosts/real-server.ts";
import { LabError } from "./machine/failure.ts";
import { withLock } from "./machine/lock.ts";
import { setLinked } from "./machine/network.ts";
import type { Host } from "./plan.ts";

/** What can be broken, on which kind of host, and what it does. */
export const faults = {
  "service-stop": "real server: `service WHAT stop` (nginx unless told, or ssh)",
  "service-start": "real server: `service WHAT start`",
  "service-kill": "real server: kill -9 of all processes of WHAT (nginx unless told, or ssh)",
  "keepalived-stop": "director: an orderly stop (priority 0 goes out, VIPs and table are removed)",
  "keepalived-start": "director: start it again",
  "keepalived-kill": "director: kill -9 of all three keepalived processes (its VIPs stay behind)",
  "keepalived-child-kill": "director: kill -9 of one child, WHAT: vrrp (unless told) or checkers",
  "agent-kill": "director: kill -9 of the agent (its service brings it back after 1 s)",
  "kernel-kill": "director: kill -9 of its kernel, as a power cut; boot-director brings it back",
  "link-cut": "any host: its port leaves the bridge; it still sees its link up",
  "link-restore": "any host: its port is on the bridge again",
  "vrrp-block": "director: VRRP neither leaves nor arrives (as behind a firewall), all else does",
  "vrrp-unblock": "director: VRRP passes again",
  "host-kill": "real server: everything in it dies at once",
  "host-start": "real server: start it again",
} as const;

export type FaultKind = keyof typeof faults;

/** The fault of this name, or null. */
export function parseFaultKind(text: string): FaultKind | null {
  return Object.keys(faults).find((kind): kind is FaultKind => kind === text) ?? null;
}

export type Fault = {
  readonly lab?: string;
  readonly kind: FaultKind;
  readonly host: string;
  /** The service or the child, for the kinds that ask for one. */
  readonly what?: string;
};

const killByPidFile = (path: string) => ["sh", "-c", `kill -9 "$(cat ${path})"`];

/**
 * All processes of one name, in this pid namespace only: a real server sees no others, nor does a director. They are
 * stopped before the first is killed: keepalived's children tidy up when they see their parent die, and it starts
 * them again when it sees them die.
 */
const killByName = (name: string) => [
  "sh",
  "-c",
  `pids=
   for comm in /proc/[0-9]*/comm; do
     read -r name <"$comm" 2>/dev/null || continue
     pid=\${comm#/proc/}; [ "$name" = "${name}" ] && pids="$pids \${pid%/comm}"
   done
   [ -z "$pids" ] || { kill -STOP $pids; kill -9 $pids; }`,
];

/** Drops protocol 112 in both directions, IPv4 and IPv6, before IP sees it. */
const vrrpBlock = [
  "sh",
  "-ec",
  `modprobe -d /mnt/modules -a sch_ingress cls_u32 act_gact
   tc qdisc add dev eth0 clsact
   for way in ingress egress; do
     tc filter add dev eth0 $way protocol ip prio 1 u32 match ip protocol 112 0xff action drop
     tc filter add dev eth0 $way protocol ipv6 prio 2 u32 match ip6 protocol 112 0xff action drop
   done`,
];

const processOf = (service: string) => (service === "ssh" ? "sshd" : service);

function serviceOf(fault: Fault): string {
  const service = fault.what ?? "nginx";
  if (service !== "nginx" && service !== "ssh")
    throw new LabError(`no service "${service}"; there are nginx, ssh`);
  return service;
}

function childPidFile(fault: Fault): string {
  const child = fault.what ?? "vrrp";
  if (child !== "vrrp" && child !== "checkers")
    throw new LabError(`no child "${child}"; there are vrrp, checkers`);
  return `/run/${child}.pid`;
}

/** By the pid that its service tells, whatever runs it. */
const killAgent = ["sh", "-c", 'kill -9 "$(/etc/init.d/lvs-agent status | tr -dc 0-9)"'];

/** The command that makes a fault happen from within the host; null for those made from outside. */
function commandOf(fault: Fault): readonly string[] | null {
  switch (fault.kind) {
    case "service-stop":
      return ["service", serviceOf(fault), "stop"];
    case "service-start":
      return ["service", serviceOf(fault), "start"];
    case "service-kill":
      return killByName(processOf(serviceOf(fault)));
    case "keepalived-stop":
      return ["/etc/init.d/keepalived", "stop"];
    case "keepalived-start":
      return ["/etc/init.d/keepalived", "start"];
    case "keepalived-kill":
      return killByName("keepalived");
    case "keepalived-child-kill":
      return killByPidFile(childPidFile(fault));
    case "agent-kill":
      return killAgent;
    case "vrrp-block":
      return vrrpBlock;
    case "vrrp-unblock":
      return ["tc", "qdisc", "del", "dev", "eth0", "clsact"];
    case "kernel-kill":
    case "link-cut":
    case "link-restore":
    case "host-kill":
    case "host-start":
      return null;
  }
}

function expectKind(fault: Fault, host: Host): void {
  const wanted = faults[fault.kind].split(":")[0];
  const kind = host.kind === "real-server" ? "real server" : host.kind;
  if (wanted !== "any host" && wanted !== kind)
    throw new LabError(`${fault.kind} is for a ${wanted}, not for ${host.name}`);
}

async function actFromOutside(name: string, fault: Fault, host: Host): Promise<void> {
  if (fault.kind === "link-cut" || fault.kind === "link-restore") {
    await setLinked(name, host, fault.kind === "link-restore");
  } else if (fault.kind === "kernel-kill" && host.kind === "director") {
    if (!(await powerOff(name, host))) throw new LabError(`${host.name} was off already`);
  } else if (fault.kind === "host-kill" && host.kind === "real-server") {
    if (!(await stopRealServer(name, host))) throw new LabError(`${host.name} was off already`);
  } else if (fault.kind === "host-start" && host.kind === "real-server") {
    await startRealServer(name, openLab(name).plan, host);
    await awaitRealServer(name, host);
  }
}

/** Makes one fault happen (or mends it), and returns when it has. */
export async function injectFault(fault: Fault): Promise<void> {
  const { name, plan } = openLab(fault.lab);
  const host = hostNamed(plan, fault.host);
  expectKind(fault, host);
  const command = commandOf(fault);
  if (command !== null) {
    await mustExec(name, host.name, command);
    return;
  }
  await withLock({ name, doing: `${fault.kind} ${host.name}`, timeoutMs: 60_000 }, () =>
    actFromOutside(name, fault, host),
  );
}

/** Boots a director whose kernel was killed, with the disk it had; returns when it runs commands. */
export async function bootDirector(lab: string | undefined, director: string): Promise<void> {
  const { name, plan } = openLab(lab);
  const host = hostNamed(plan, director);
  if (host.kind !== "director") throw new LabError(`${director} is not a director`);
  await withLock({ name, doing: `boot ${director}`, timeoutMs: 60_000 }, async () => {
    await powerOn(name, host);
    await awaitDirector(name, host);
  });
}
