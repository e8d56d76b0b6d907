import { mustExecOnDirector } from "./hosts/director.ts";
import { waitFor } from "./machine/wait.ts";
import { vipsOf, type Director, type LabPlan } from "./plan.ts";

/** What one director shows of the cluster at this moment, in one command. */
export type DirectorView = {
  /** The VIPs of the plan that are on its eth0. */
  readonly vips: readonly string[];
  /** `ipvsadm -Ln`, as printed. */
  readonly table: string;
  /** `ipvsadm -Sn`, as printed: without counters, so equal tables are equal texts. */
  readonly rules: string;
};

const separator = "=== lab ===";

/** Reads addresses and table of a director (one command: forks are slow in there). */
export async function readDirectorView(
  name: string,
  plan: LabPlan,
  director: Director,
): Promise<DirectorView> {
  const script = `ip -4 -o addr show dev eth0; echo "${separator}"; ipvsadm -Ln; echo "${separator}"; ipvsadm -Sn`;
  const output = await mustExecOnDirector(name, director, ["sh", "-c", script]);
  const [addresses = "", table = "", rules = ""] = output.split(`${separator}\n`);
  const vips = vipsOf(plan).filter((vip) => addresses.includes(` ${vip}/`));
  return { vips, table, rules };
}

/** The rules the plan asks for, as sorted `ipvsadm -Sn` lines. */
export function expectedRules(plan: LabPlan): readonly string[] {
  const addressOf = (name: string) =>
    plan.realServers.find((server) => server.name === name)?.address ?? name;
  return plan.services
    .flatMap((service) => {
      const key = `-t ${service.vip}:${service.port}`;
      const persistence = service.persistence > 0 ? ` -p ${service.persistence}` : "";
      return [
        `-A ${key} -s wlc${persistence}`,
        ...service.realServers.map(
          (server) => `-a ${key} -r ${addressOf(server.name)}:${service.port} -g -w ${server.weight}`,
        ),
      ];
    })
    .toSorted();
}

/** The lines of an `ipvsadm -Sn` listing, sorted, so that two of them can be compared. */
export function sortedRules(rules: string): readonly string[] {
  return rules
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .toSorted();
}

async function problemOf(name: string, plan: LabPlan): Promise<string | null> {
  const expected = expectedRules(plan).join("\n");
  const holders = new Map<string, string[]>(vipsOf(plan).map((vip) => [vip, []]));
  for (const director of plan.directors) {
    const view = await readDirectorView(name, plan, director);
    for (const vip of view.vips) holders.get(vip)?.push(director.name);
    if (sortedRules(view.rules).join("\n") !== expected) return `${director.name}'s table:\n${view.table}`;
  }
  for (const instance of plan.instances) {
    for (const vip of instance.vips) {
      const held = holders.get(vip) ?? [];
      if (held.join() !== instance.master) return `${vip} is on ${held.join(" and ") || "no director"}`;
    }
  }
  return null;
}

/** Waits until every VIP is on its MASTER alone and every director's table is the one the plan asks for. */
export async function awaitCluster(name: string, plan: LabPlan): Promise<void> {
  await waitFor({ what: "the cluster to settle", everyMs: 200 }, async (note) => {
    const problem = await problemOf(name, plan);
    if (problem === null) return true;
    note(problem);
    return undefined;
  });
}
