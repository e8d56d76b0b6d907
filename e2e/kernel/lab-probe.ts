import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readDirectorView } from "../lab/convergence.ts";
import { mustExec, openLab } from "../lab/exec.ts";
import { runCommand } from "../lab/machine/command.ts";
import { namespacesOf } from "../lab/machine/network.ts";
import { labFolder } from "../lab/machine/state.ts";
import { waitFor } from "../lab/machine/wait.ts";
import { planLab } from "../lab/plan.ts";
import { readStatus } from "../lab/status.ts";

/** What the lab's own tests ask of a lab, and what they run in it. */

/** A stand-in for the agent's bundle: answers on the agent's port with a variable of its environment and its pid. */
export const answeringAgent = `
import { createServer } from "node:http";
createServer((_, answer) => answer.end(process.env.WORD + " " + process.pid)).listen(9443);
`;

/** Answers every connection with what it got, once the other side has ended its half. */
export const echoServer = `
require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
  const got = [];
  socket.on("data", (chunk) => got.push(chunk));
  socket.on("end", () => socket.end(Buffer.concat(got)));
  socket.on("error", () => {});
}).listen(8123, "127.0.0.1");
`;

/** Every director with what it shows. */
export const viewsOf = async (lab: string) => {
  const { plan } = openLab(lab);
  return Promise.all(
    plan.directors.map(async (director) => ({ director, view: await readDirectorView(lab, plan, director) })),
  );
};

/** Who holds each VIP at this moment, as `VIP: names`. */
export const holdersOf = async (lab: string) => {
  const status = await readStatus(lab);
  return status.addresses.vips.map((vip) => {
    const names = status.directors.filter(({ inside }) => inside?.vips.includes(vip) === true);
    return `${vip}: ${names.map(({ name }) => name).join(" ")}`;
  });
};

/** Waits until the VIPs are held as `holdersOf` would say it. */
export const untilHolders = (lab: string, expected: readonly string[]) =>
  waitFor({ what: `VIPs on ${expected.join(", ")}`, everyMs: 200 }, async (note) => {
    const holders = await holdersOf(lab);
    note(holders.join(", "));
    return holders.join() === expected.join() ? true : undefined;
  });

/** Whether the director's table has a line with this in it. */
export const hasRow = async (lab: string, director: string, row: string) =>
  (await mustExec(lab, director, ["ipvsadm", "-Ln"])).includes(row);

/** Everything on this machine that a lab of this name could have left. */
export async function tracesOf(lab: string): Promise<readonly string[]> {
  const namespaces = namespacesOf(lab, planLab("cdn")).filter((name) => existsSync(`/run/netns/${name}`));
  const processes = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(`${labFolder(lab)}/`);
      } catch {
        return false;
      }
    });
  const links = await runCommand(["ip", "-o", "link"]);
  const ports = links.stdout.split("\n").filter((line) => /wire|ctl|p-rs|br0/.test(line));
  return [...namespaces, ...processes, ...ports, ...(existsSync(labFolder(lab)) ? [labFolder(lab)] : [])];
}
