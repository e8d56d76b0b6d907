import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { knownValue } from "@lvs/core/director/fact";
import type { Speakers } from "@lvs/core/director/speakers";
import { directorStateSchema, type DirectorState } from "@lvs/core/director/state";
import type { Fleet } from "@lvs/core/fleet/model";
import { readTruth, type TruthItem } from "@lvs/core/fleet/truth";
import { startAgent } from "../lab/agent.ts";
import { down } from "../lab/down.ts";
import { mustExec, stationArgv } from "../lab/exec.ts";
import { injectFault } from "../lab/faults.ts";
import { projectRoot } from "../lab/machine/state.ts";
import { waitFor } from "../lab/machine/wait.ts";
import { up } from "../lab/up.ts";
import { startConsole, type TestConsole } from "./agent/console.ts";

/**
 * What the running agents hear on a real wire: each other, a second MASTER, a stranger. A lab of its own; one that LVS_LAB_NAME names is
 * used as it is and left up.
 */
const given = process.env["LVS_LAB_NAME"];
const lab = given ?? `vw${process.pid % 100_000}`;
const bundle = join(projectRoot, "apps/agent/dist/agent.mjs");
const hosts = { "lvs-1": "10.77.0.11", "lvs-2": "10.77.0.12" } as const;
type Name = keyof typeof hosts;
const client = "10.77.0.1";
const vip = "10.77.0.64";
const intervalMs = 1_000;
/** Three advert intervals, and what a loaded machine is late by. */
const withinMs = 3 * intervalMs + 500;

let testConsole: TestConsole;
const folder = mkdtempSync(join(tmpdir(), "lvs-stranger-"));
/** Everything any agent answered: no password may stand in it. */
const heard: string[] = [];

const stateOf = async (name: Name): Promise<DirectorState> => {
  const { data, error } = await testConsole.query(hosts[name], "state.read");
  expect(error).toBeUndefined();
  heard.push(JSON.stringify(data));
  return directorStateSchema.parse(data);
};

const wireOf = (state: DirectorState): Speakers => {
  const wire = knownValue(state.speakers);
  if (wire === undefined) throw new Error(JSON.stringify(state.speakers));
  return wire;
};

/** "second-master 10.77.0.11 10.77.0.12"; other people's virtual routers are no news. */
const findingsOf = (state: DirectorState): string[] =>
  wireOf(state)
    .findings.filter(({ code }) => code !== "unknown-virtual-router")
    .map(({ code, reason, sources }) =>
      [code, ...(reason === undefined ? [] : [reason]), ...sources.toSorted()].join(" "),
    )
    .toSorted();

const until = (name: Name, what: string, isSo: (state: DirectorState) => boolean) =>
  waitFor({ what: `${name}: ${what}`, everyMs: 100 }, async (note) => {
    try {
      const state = await stateOf(name);
      note(JSON.stringify([instanceOf(state)?.state, state.speakers]).slice(0, 900));
      return isSo(state) ? state : undefined;
    } catch (error) {
      note(String(error));
      return undefined;
    }
  });

const instanceOf = (state: DirectorState) => knownValue(state.vrrp)?.[0];
const isIn = (wanted: string) => (state: DirectorState) => instanceOf(state)?.state === wanted;
const hasFinding = (wanted: string) => (state: DirectorState) => findingsOf(state).includes(wanted);
const hasNone = (state: DirectorState) => findingsOf(state).length === 0;

/** As a console sees the two. */
const truthOf = async (): Promise<readonly TruthItem[]> => {
  const names = ["lvs-1", "lvs-2"] as const;
  const states = await Promise.all(names.map(stateOf));
  const nowMs = Date.now();
  const fleet: Fleet = {
    nowMs,
    clusters: [{ id: "c", name: "cdn" }],
    directors: names.flatMap((name, index) => {
      const state = states[index];
      const connection = { status: "connected", sinceMs: 0 } as const;
      const rest = { connection, heardAtMs: nowMs, clockOffsetMs: 0 };
      return state === undefined
        ? []
        : [{ id: name, name, clusterId: "c", address: hosts[name], port: 9443, state, ...rest }];
    }),
    realServers: [],
    runs: [],
  };
  return readTruth(fleet, nowMs).items;
};

/** Long enough not to stand in a counter by chance. */
const password = "Pw7xQz9K";

/** Gives both directors that password before their agents look. */
const setPassword = async (): Promise<void> => {
  const change = `sed -i 's/auth_pass .*/auth_pass ${password}/' /etc/keepalived/keepalived.conf; /etc/init.d/keepalived restart`;
  await Promise.all(["lvs-1", "lvs-2"].map((director) => mustExec(lab, director, ["sh", "-c", change])));
};

let stranger: ChildProcess | undefined;

/** A keepalived in the client's namespace, with the directors' virtual router id. */
const startStranger = (lines: readonly string[]): void => {
  const path = join(folder, "keepalived.conf");
  const head = ["vrrp_instance VI_X {", "interface eth0", "virtual_router_id 51", "advert_int 1"];
  writeFileSync(path, [...head, ...lines, "}", ""].join("\n"));
  const pids = ["-p", join(folder, "pid"), "-r", join(folder, "vrrp.pid")];
  const words = stationArgv(lab, "client", ["keepalived", "-P", "-n", "-l", "-f", path, ...pids]);
  stranger = spawn("setpriv", ["--pdeathsig", "KILL", ...words], { stdio: "ignore" });
};

const stopStranger = async (): Promise<void> => {
  if (stranger === undefined) return;
  const hasEnded = once(stranger, "close");
  stranger.kill("SIGTERM");
  await hasEnded;
  stranger = undefined;
};

const authentication = (password: string): string[] => [
  "authentication {",
  "auth_type PASS",
  `auth_pass ${password}`,
  "}",
];

beforeAll(async () => {
  if (!existsSync(bundle)) throw new Error(`the agent is not built: ${bundle}`);
  await up({ name: lab });
  await setPassword();
  testConsole = await startConsole(lab, "10.77.0.2");
  for (const director of ["lvs-1", "lvs-2"]) {
    await mustExec(lab, director, ["rm", "-f", "/var/lib/lvs-agent/identity.json"]);
    await startAgent(lab, director, { LVS_AGENT_TOKEN: await testConsole.token() });
  }
  await until("lvs-1", "MASTER", isIn("MASTER"));
  await until("lvs-2", "BACKUP", isIn("BACKUP"));
});

afterEach(async () => {
  await stopStranger();
  await until("lvs-1", "MASTER again, nothing found", (state) => isIn("MASTER")(state) && hasNone(state));
  await until("lvs-2", "BACKUP again, nothing found", (state) => isIn("BACKUP")(state) && hasNone(state));
});

afterAll(async () => {
  testConsole.close();
  rmSync(folder, { recursive: true, force: true });
  if (given === undefined) await down({ name: lab });
});

describe("on the wire of a pair", () => {
  it("the BACKUP hears the MASTER as it is configured, the MASTER hears nobody, and nothing is wrong", async () => {
    const two = await until("lvs-2", "lvs-1 heard", (state) => (wireOf(state).speakers[0]?.adverts ?? 0) > 2);
    expect(wireOf(two)).toMatchObject({
      links: ["eth0"],
      deaf: [],
      speakers: [
        {
          link: "eth0",
          virtualRouterId: 51,
          instance: "VI_CACHE",
          source: hosts["lvs-1"],
          version: 2,
          priority: 180,
          advertIntervalMs: intervalMs,
          addresses: [vip],
          authentication: "password",
          isSpeaking: true,
        },
      ],
      findings: [],
    });
    expect(wireOf(two).speakers[0]?.disagreement).toBeUndefined();
    const one = await stateOf("lvs-1");
    expect(wireOf(one)).toMatchObject({ links: ["eth0"], deaf: [], findings: [] });
    expect((await truthOf()).map(({ kind }) => kind)).toEqual([]);
  });

  it("VRRP dropped on the BACKUP makes a second MASTER: it is named within three adverts, with the place, until it is healed", async () => {
    await injectFault({ lab, kind: "vrrp-block", host: "lvs-2" });
    const sources = `${hosts["lvs-1"]} ${hosts["lvs-2"]}`;
    const split = await until("lvs-2", "a second MASTER", hasFinding(`second-master ${sources}`));
    const finding = wireOf(split).findings.find(({ code }) => code === "second-master");
    const sinceMaster = (finding?.sinceMs ?? 0) - (instanceOf(split)?.lastTransition?.atMs ?? 0);
    console.log(`second MASTER named ${Math.round(sinceMaster)} ms after it became one`);
    expect(sinceMaster).toBeLessThanOrEqual(withinMs);
    const items = await waitFor({ what: "split brain", everyMs: 200 }, async () => {
      const found = await truthOf();
      return found.some(({ kind }) => kind === "splitBrain") ? found : undefined;
    });
    // The packets arrive on its wire, so that what drops them is on it.
    expect(items.find(({ kind }) => kind === "secondMaster")).toMatchObject({
      director: { name: "lvs-2" },
      reading: "blockedHere",
      rival: { director: { name: "lvs-1" } },
    });
    await injectFault({ lab, kind: "vrrp-unblock", host: "lvs-2" });
    await until("lvs-2", "nothing found", (state) => isIn("BACKUP")(state) && hasNone(state));
  });
});

describe("a stranger with our virtual router id", () => {
  it("and another password is a second MASTER that is not believed: named within three adverts, gone after it ends", async () => {
    startStranger([
      "priority 100",
      ...authentication("Wr0ngPwd"),
      "virtual_ipaddress {",
      "10.77.0.250/24",
      "}",
    ]);
    const found = await until("lvs-1", "both findings", (state) => findingsOf(state).length >= 2);
    expect(findingsOf(found)).toEqual([
      `not-believed password ${client}`,
      `second-master ${client} ${hosts["lvs-1"]}`,
    ]);
    const speaker = wireOf(found).speakers.find(({ source }) => source === client);
    for (const { code, sinceMs } of wireOf(found).findings) {
      const afterMs = sinceMs - (speaker?.firstHeardMs ?? 0);
      console.log(`${code} named ${Math.round(afterMs)} ms after its first advert`);
      expect(afterMs).toBeLessThanOrEqual(withinMs);
    }
    expect(isIn("MASTER")(found)).toBe(true);
    expect((await truthOf()).find(({ kind }) => kind === "stranger")).toMatchObject({
      source: { address: client, director: undefined },
      reason: "password",
    });
    const stoppedMs = Date.now();
    await stopStranger();
    await until("lvs-1", "nothing found", hasNone);
    const goneMs = Date.now() - stoppedMs;
    console.log(`gone ${goneMs} ms after it left`);
    expect(goneMs).toBeLessThanOrEqual(withinMs + 1_500);
  });

  it("that is killed is no longer told of once its next adverts are missing", async () => {
    startStranger([
      "priority 100",
      ...authentication("Wr0ngPwd"),
      "virtual_ipaddress {",
      "10.77.0.250/24",
      "}",
    ]);
    await until("lvs-1", "both findings", (state) => findingsOf(state).length >= 2);
    const script = `kill -9 $(cat ${join(folder, "vrrp.pid")} ${join(folder, "pid")})`;
    await mustExec(lab, "client", ["sh", "-c", script]);
    stranger = undefined;
    const gone = await until("lvs-1", "nothing found", hasNone);
    expect(wireOf(gone).speakers.find(({ source }) => source === client)).toMatchObject({
      isSpeaking: false,
    });
    await mustExec(lab, "client", ["ip", "addr", "del", "10.77.0.250/24", "dev", "eth0"]);
  });

  it("that both believe takes the VIP, and the console says who has it, not that nobody has", async () => {
    startStranger(["priority 250", ...authentication(password), "virtual_ipaddress {", vip, "}"]);
    await until("lvs-1", "BACKUP", isIn("BACKUP"));
    await until("lvs-2", "the stranger heard", (state) =>
      wireOf(state).speakers.some(({ source }) => source === client),
    );
    const items = await truthOf();
    expect(items.filter(({ kind }) => kind === "noHolder")).toEqual([]);
    expect(items.filter(({ kind }) => kind === "stranger")).toMatchObject([
      { source: { address: client, director: undefined }, priority: 250, reason: undefined },
    ]);
  });
});

it("no password stands in anything the agents answered", () => {
  expect(heard.length).toBeGreaterThan(20);
  for (const secret of [password, "Wr0ngPwd"]) {
    const bytes = Buffer.from(secret).join(",");
    expect(heard.some((text) => text.includes(secret) || text.includes(bytes))).toBe(false);
  }
});
