import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { daemonResultSchema } from "@lvs/core/director/commands";
import { startAgent } from "../lab/agent.ts";
import { down } from "../lab/down.ts";
import { mustExec } from "../lab/exec.ts";
import { startLoad } from "../lab/load/load.ts";
import { projectRoot } from "../lab/machine/state.ts";
import { waitFor } from "../lab/machine/wait.ts";
import { up } from "../lab/up.ts";
import { startConsole, type TestConsole } from "./agent/console.ts";

/** A lab of its own; one that LVS_LAB_NAME names is used as it is and left up. */
const given = process.env["LVS_LAB_NAME"];
const lab = given ?? `os${process.pid % 100_000}`;
const bundle = join(projectRoot, "apps/agent/dist/agent.mjs");
const host = "10.77.0.11";
let testConsole: TestConsole;

const holds = (director: string) =>
  waitFor({ what: `the VIP on ${director}`, everyMs: 200 }, async () =>
    (await mustExec(lab, director, ["ip", "-o", "addr", "show", "eth0"])).includes("10.77.0.64/")
      ? true
      : undefined,
  );
const tell = async (path: string) => {
  const { data, error } = await testConsole.mutate(host, path);
  expect(error).toBeUndefined();
  return daemonResultSchema.parse(data);
};

beforeAll(async () => {
  if (!existsSync(bundle)) throw new Error(`the agent is not built: ${bundle}`);
  await up({ name: lab });
  testConsole = await startConsole(lab, "10.77.0.2");
  await mustExec(lab, "lvs-1", ["rm", "-f", "/var/lib/lvs-agent/identity.json"]);
  await startAgent(lab, "lvs-1", { LVS_AGENT_TOKEN: await testConsole.token() });
  await waitFor({ what: "the agent", everyMs: 300 }, async (note) => {
    try {
      return (await testConsole.query(host, "state.read")).error === undefined ? true : undefined;
    } catch (error) {
      note(String(error));
      return undefined;
    }
  });
  await holds("lvs-1");
  // A VRRP process of the last two seconds is not asked for its VIPs.
  await mustExec(lab, "lvs-1", ["sleep", "2.5"]);
});

afterAll(async () => {
  testConsole.close();
  if (given === undefined) await down({ name: lab });
});

it("a MASTER that is stopped by its agent refuses no client, and leaves nothing behind", async () => {
  const load = startLoad({ lab, seconds: 60, ratePerSecond: 50, clients: 10 });
  const stopped = await tell("daemon.stop");
  await holds("lvs-2");
  const left = await mustExec(lab, "lvs-1", ["sh", "-c", "ipvsadm -Sn; ip route show type blackhole"]);
  const report = await load.stop();
  expect(stopped.outcome === "done" && stopped.output.join("\n")).toMatch(/10\.77\.0\.64 left after \d+ ms/u);
  expect(left.trim()).toBe("");
  expect(report.ok).toBeGreaterThan(50);
  expect(report.reasons["ECONNREFUSED"] ?? 0).toBe(0);
  expect(report.reasons["EHOSTUNREACH"] ?? 0).toBe(0);
  expect(await tell("daemon.start")).toMatchObject({ outcome: "done" });
  await holds("lvs-1");
});
