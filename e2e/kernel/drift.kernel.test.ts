import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directorStateSchema, type DirectorState } from "@lvs/core/director/state";
import { startAgent } from "../lab/agent.ts";
import { down } from "../lab/down.ts";
import { mustExec } from "../lab/exec.ts";
import { injectFault } from "../lab/faults.ts";
import { projectRoot } from "../lab/machine/state.ts";
import { waitFor } from "../lab/machine/wait.ts";
import { up } from "../lab/up.ts";
import { startConsole, type TestConsole } from "./agent/console.ts";

/** A lab of its own; one that LVS_LAB_NAME names is used as it is and left up. */
const given = process.env["LVS_LAB_NAME"];
const lab = given ?? `kd${process.pid % 100_000}`;
const lvs1 = "10.77.0.11";
const service = "10.77.0.64:80";
/** Two sweeps of a second, and what a busy machine adds to the question. */
const twoSweepsMs = 4_000;

let testConsole: TestConsole;

const readState = async (): Promise<DirectorState> =>
  directorStateSchema.parse((await testConsole.query(lvs1, "state.read")).data);

/** "weight 10.77.0.22 by hand: 100, kernel 3" */
const driftOf = ({ drift }: DirectorState): string[] =>
  drift.status === "known"
    ? drift.value.items.map(
        ({ by, configured = "none", kernel = "none", kind, realServer }) =>
          `${kind} ${realServer?.address ?? "service"} by ${by}: ${configured}, kernel ${kernel}`,
      )
    : [drift.status];

const until = (
  what: string,
  isSo: (state: DirectorState) => boolean,
  limit: { readonly timeoutMs?: number } = {},
) =>
  waitFor({ what, ...limit, everyMs: 100 }, async (note) => {
    const state = await readState();
    note(JSON.stringify([driftOf(state), state.health]).slice(0, 800));
    return isSo(state) ? state : undefined;
  });

const ipvsadm = (...argv: string[]) => mustExec(lab, "lvs-1", ["ipvsadm", ...argv]);
const saved = () => ipvsadm("-S", "-n");
const none = (state: DirectorState): boolean => driftOf(state).length === 0;

/** Each as the agent gives it, on the director itself: by a shell, as an operator would. */
const undo = async (state: DirectorState): Promise<void> => {
  if (state.drift.status !== "known") throw new Error("drift is not known");
  const commands = new Set(state.drift.value.items.flatMap((item) => item.undo));
  await mustExec(lab, "lvs-1", ["sh", "-ec", [...commands].join("\n")]);
};

beforeAll(async () => {
  const bundle = join(projectRoot, "apps/agent/dist/agent.mjs");
  if (!existsSync(bundle)) throw new Error(`the agent is not built: ${bundle}`);
  await up({ name: lab });
  testConsole = await startConsole(lab, "10.77.0.2");
  // A given lab may know another console from before.
  await mustExec(lab, "lvs-1", ["rm", "-f", "/var/lib/lvs-agent/identity.json"]);
  await startAgent(lab, "lvs-1", { LVS_AGENT_TOKEN: await testConsole.token() });
  await waitFor({ what: "the table compared", everyMs: 200 }, async (note) => {
    try {
      const state = await readState();
      note(JSON.stringify(driftOf(state)));
      return none(state) ? state : undefined;
    } catch (error) {
      note(String(error));
      return undefined;
    }
  });
});

afterAll(async () => {
  testConsole.close();
  if (given === undefined) await down({ name: lab });
});

describe("ipvsadm by hand", () => {
  const hands: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      "-e, another weight",
      ["-e", "-t", service, "-r", "10.77.0.22:80", "-g", "-w", "3"],
      ["weight 10.77.0.22 by hand: 100, kernel 3"],
    ],
    [
      "-d, a real server whose check is good",
      ["-d", "-t", service, "-r", "10.77.0.22:80"],
      ["realServerMissing 10.77.0.22 by hand: Route 100, kernel none"],
    ],
    [
      "-a, a stranger",
      ["-a", "-t", service, "-r", "10.77.0.99:80", "-i", "-w", "1"],
      ["realServerExtra 10.77.0.99 by hand: none, kernel Tunnel 1"],
    ],
    [
      "-E, another scheduler and persistence",
      ["-E", "-t", service, "-s", "rr", "-p", "30"],
      [
        "scheduler service by hand: wlc, kernel rr",
        "persistence service by hand: none, kernel persistent 30",
      ],
    ],
    [
      "-A, a service that the file does not have",
      ["-A", "-t", "10.77.0.64:81", "-s", "rr"],
      ["serviceExtra service by hand: none, kernel rr"],
    ],
    ["-D, the service", ["-D", "-t", service], ["serviceMissing service by hand: wlc, kernel none"]],
  ];

  it.each(hands)(
    "%s is named within two sweeps and is gone with the commands that come with it",
    async (...at) => {
      const [, argv, expected] = at;
      const before = await saved();
      await until("no drift", none);
      await ipvsadm(...argv);
      const state = await until(
        expected.join("; "),
        (now) => driftOf(now).join("; ") === expected.join("; "),
        { timeoutMs: twoSweepsMs },
      );
      await undo(state);
      await until("no drift", none, { timeoutMs: twoSweepsMs });
      expect(await saved()).toBe(before);
    },
  );

  it("is not put back by a reload, which the screen says, and is by a restart", async () => {
    await ipvsadm("-d", "-t", service, "-r", "10.77.0.22:80");
    await ipvsadm("-e", "-t", service, "-r", "10.77.0.23:80", "-g", "-w", "3");
    const named = (state: DirectorState) => driftOf(state).length === 2;
    await until("both", named, { timeoutMs: twoSweepsMs });
    await mustExec(lab, "lvs-1", ["/etc/init.d/keepalived", "reload"]);
    await mustExec(lab, "lvs-1", ["sleep", "4"]);
    expect(await saved()).toContain("-r 10.77.0.23:80 -g -w 3");
    expect(await saved()).not.toContain("10.77.0.22:80");
    await until("both still", named);
    await mustExec(lab, "lvs-1", ["/etc/init.d/keepalived", "restart"]);
    await until("no drift", none);
    expect(await saved()).toContain("-r 10.77.0.23:80 -g -w 100");
    expect(await saved()).toContain("10.77.0.22:80");
  });
});

describe("no drift is", () => {
  it("a failed check, its row gone from the table, nor its way back", async () => {
    const seen = new Set<string>();
    const watch = async (isThere: boolean): Promise<void> => {
      await until(isThere ? "rs2 back" : "rs2 out", (state) => {
        for (const each of driftOf(state)) seen.add(each);
        const verdict =
          state.health.status === "known" &&
          state.health.value.find(({ address }) => address === "10.77.0.22")?.verdict;
        return verdict === (isThere ? "up" : "down");
      });
      for (let looks = 0; looks < 20; looks += 1)
        for (const each of driftOf(await readState())) seen.add(each);
    };
    await injectFault({ lab, kind: "service-stop", host: "rs2" });
    await watch(false);
    expect(await saved()).not.toContain("10.77.0.22:80");
    await injectFault({ lab, kind: "service-start", host: "rs2" });
    await watch(true);
    expect([...seen]).toEqual([]);
  });

  it("a weight that the console has set: it is named as ours", async () => {
    const row = {
      service: { kind: "address", protocol: "TCP", address: "10.77.0.64", port: 80 },
      address: "10.77.0.24",
      port: 80,
    };
    await testConsole.mutate(lvs1, "table.setWeight", { row, weight: 0 });
    const state = await until("ours", (now) => driftOf(now).length === 1, { timeoutMs: twoSweepsMs });
    expect(driftOf(state)).toEqual(["weight 10.77.0.24 by console: 100, kernel 0"]);
    expect(state.drift).toMatchObject({ value: { count: 0 } });
    await testConsole.mutate(lvs1, "table.setWeight", { row, weight: 100 });
    await until("no drift", none, { timeoutMs: twoSweepsMs });
  });

  it("a row that its checker took out, asked of keepalived by an agent that was not there", async () => {
    await injectFault({ lab, kind: "service-stop", host: "rs3" });
    await until(
      "rs3 down",
      ({ health }) =>
        health.status === "known" &&
        health.value.some(({ address, verdict }) => address === "10.77.0.23" && verdict === "down"),
    );
    await injectFault({ lab, kind: "agent-kill", host: "lvs-1" });
    const state = await waitFor({ what: "the agent again", everyMs: 200 }, async (note) => {
      try {
        const now = await readState();
        note(JSON.stringify([driftOf(now), now.health]).slice(0, 800));
        const isSaid =
          now.health.status === "known" &&
          now.health.value.every(({ verdict }) => verdict !== "unknown") &&
          now.drift.status === "known";
        return isSaid ? now : undefined;
      } catch (error) {
        note(String(error));
        return undefined;
      }
    });
    expect(state.health).toMatchObject({
      value: expect.arrayContaining([
        expect.objectContaining({ address: "10.77.0.23", verdict: "down" }),
        expect.objectContaining({ address: "10.77.0.22", verdict: "up" }),
      ]),
    });
    expect(driftOf(state)).toEqual([]);
    await injectFault({ lab, kind: "service-start", host: "rs3" });
    await until("rs3 up", none);
  });
});
