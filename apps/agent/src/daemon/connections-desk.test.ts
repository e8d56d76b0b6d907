import { describe, expect, it } from "vitest";
import { hearAll, isCapped } from "@lvs/core/director/connection-reading";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { Lock } from "../configuration/lock.ts";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import { SystemError } from "../system/system-error.ts";
import { connectionsDesk } from "./connections-desk.ts";

/** As ip_vs_conn.c writes it. */
const header = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n";
const lines = [
  "TCP C0000205 D431 C0000201 0050 0A000001 0050 ESTABLISHED     898",
  "TCP C0000205 D432 C0000201 0050 0A000001 0050 FIN_WAIT         98",
  "TCP C0000205 D433 C0000201 0050 0A000001 0050 ESTABLISHED     899",
  "TCP C0000206 D434 C0000201 0050 0A000002 0050 ESTABLISHED     100",
  "TCP C0000200 0000 C0000201 0050 0A000002 0050 NONE            250",
];
const { value: table } = parseSave(`-A -t 192.0.2.1:80 -s wlc -p 300 -M 255.255.255.0
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 100
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 0
`);

const machine = (): SimulatedSystem => {
  const system = simulatedSystem({ ipvs: table });
  system.files.put("/proc/net/ip_vs_conn", header + lines.map((line) => `${line}\n`).join(""));
  return system;
};
const deskOf = (system: SimulatedSystem, last?: IpvsTable) =>
  connectionsDesk({ system, lock: new Lock(), table: () => last });
const { signal } = new AbortController();
const questions = [
  { kind: "matching", filter: {}, limit: 9 },
  { kind: "serving", client: "192.0.2.5", limit: 9 },
] as const;

describe("a question about connections", () => {
  it("carries no more rows than asked for, counts all of them, and says how many entries to expect", async () => {
    const services = table.services.map((service) => ({
      ...service,
      destinations: service.destinations.map((row) => ({
        ...row,
        activeConnections: 2,
        inactiveConnections: 1,
      })),
    }));
    const found = deskOf(machine(), { ...table, services }).find(
      { kind: "matching", filter: {}, limit: 2 },
      signal,
    );
    const reading = await hearAll(found);
    expect(reading).toMatchObject({
      expected: 6,
      entryCount: 5,
      totals: { connections: 4, templates: 1, byState: { ESTABLISHED: 3, FIN_WAIT: 1 } },
      end: { kind: "ended" },
    });
    expect(isCapped(reading)).toBe(true);
    expect(reading.connections).toHaveLength(2);
  });

  it("reads the table first where it is not known: a template's clients are those of its service's mask", async () => {
    const desk = deskOf(machine());
    const found = desk.find({ kind: "serving", client: "192.0.2.77", limit: 9 }, signal);
    expect(await hearAll(found)).toMatchObject({
      expected: undefined,
      totals: { connections: 0, templates: 1 },
    });
  });

  it("says which drained real server is still held, and for how long", async () => {
    expect(await deskOf(machine(), table).drainHolds(signal)).toMatchObject({
      status: "known",
      holds: [{ realServer: { address: "10.0.0.2", port: 80 }, templates: 1, longestExpiresS: 250 }],
    });
  });

  it("names the busiest clients first", async () => {
    const answer = await deskOf(machine(), table).busiest({ filter: {}, limit: 1 }, signal);
    expect(answer).toMatchObject({
      status: "known",
      clients: [{ address: "192.0.2.5", connections: 3, established: 2, templates: 0 }],
      clientCount: 3,
    });
  });

  it("a kernel without ip_vs is an answer, a table that cannot be read is none", async () => {
    const bare = deskOf(simulatedSystem({ ipvs: "absent" }));
    const none = { status: "absent", reason: "no ip_vs module" };
    for (const question of questions)
      expect(await hearAll(bare.find(question, signal))).toMatchObject({
        end: { kind: "absent", reason: none.reason },
      });
    expect(await bare.drainHolds(signal)).toMatchObject(none);
    expect(await bare.busiest({ filter: {}, limit: 9 }, signal)).toMatchObject(none);
    const silent = machine();
    const reason = "does not answer";
    silent.kernel.failure = new SystemError({ door: "netlink", code: "failed", subject: "IPVS", reason });
    await expect(hearAll(deskOf(silent).find(questions[1], signal))).rejects.toThrow(reason);
    await expect(deskOf(silent).drainHolds(signal)).rejects.toThrow(reason);
  });
});
