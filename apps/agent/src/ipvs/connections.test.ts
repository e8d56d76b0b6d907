import {
  type HeardReading,
  hearAll,
  isCapped,
  type ReadingNews,
} from "@lvs/core/director/connection-reading";
import type { ConnectionFilter } from "@lvs/core/ipvs/connections";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { describe, expect, it } from "vitest";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import { SystemError } from "../system/system-error.ts";
import { findConnections, streamConnections, type Search } from "./connections.ts";

/** As ip_vs_conn.c writes it. */
const header = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n";
const lines = [
  "TCP C0000205 D431 C0000201 0050 0A000001 0050 ESTABLISHED     898",
  "TCP C0000205 0000 C0000201 0050 0A000001 0050 NONE            292",
  "TCP C0000206 D432 C0000201 0050 0A000002 0050 FIN_WAIT        100",
  "UDP C0000207 0035 C0000201 0035 0A000001 0035 UDP              12",
  "TCP 2001:0db8:0000:0000:0000:0000:0000:0005 D431 2001:0db8:0000:0000:0000:0000:0000:0001 01BB 2001:0db8:0000:0000:0000:0000:0000:0011 01BB ESTABLISHED     500",
  "TCP C6336400 0000 C0000201 0050 0A000002 0050 NONE            250",
];
const rules = `-A -t 192.0.2.1:80 -s wlc -p 300 -M 255.255.255.0
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 100
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 0
`;
const { value: table } = parseSave(rules);

const systemWith = (entries: readonly string[]): SimulatedSystem => {
  const system = simulatedSystem({ ipvs: table });
  system.files.put("/proc/net/ip_vs_conn", header + entries.map((line) => `${line}\n`).join(""));
  return system;
};

const find = (
  system: SimulatedSystem,
  filter: ConnectionFilter,
  options: Partial<Search> = {},
): AsyncIterable<ReadingNews> =>
  findConnections(system, { sieve: { kind: "matching", filter }, limit: 1_000, ...options });
const known = async (news: AsyncIterable<ReadingNews>): Promise<HeardReading> => {
  const reading = await hearAll(news);
  if (reading.end?.kind !== "ended") throw new Error("not to its end");
  return reading;
};
const serving = (client: string): AsyncIterable<ReadingNews> =>
  findConnections(systemWith(lines), {
    sieve: { kind: "serving", client, services: [...table.services] },
    limit: 1_000,
  });

describe("a question about connections", () => {
  it("without a filter counts everything, templates apart", async () => {
    const answer = await known(find(systemWith(lines), {}));
    expect(answer.entryCount).toBe(6);
    expect(answer.totals).toEqual({
      connections: 4,
      templates: 2,
      byState: { ESTABLISHED: 2, FIN_WAIT: 1, UDP: 1 },
      byRealServer: {
        "10.0.0.1:80": {
          connections: 1,
          templates: 1,
          byState: { ESTABLISHED: 1 },
          longestTemplateS: 292,
        },
        "10.0.0.2:80": { connections: 1, templates: 1, byState: { FIN_WAIT: 1 }, longestTemplateS: 250 },
        "10.0.0.1:53": { connections: 1, templates: 0, byState: { UDP: 1 }, longestTemplateS: 0 },
        "[2001:db8::11]:443": {
          connections: 1,
          templates: 0,
          byState: { ESTABLISHED: 1 },
          longestTemplateS: 0,
        },
      },
    });
  });

  it.each([
    ["client", { client: "192.0.2.5" }, [0, 1]],
    ["IPv6 client in any spelling", { client: "2001:0db8::0005" }, []],
    ["canonical IPv6 client", { client: "2001:db8::5" }, [4]],
    ["real server", { realServer: { address: "10.0.0.1" } }, [0, 1, 3]],
    ["real server and port", { realServer: { address: "10.0.0.1", port: 53 } }, [3]],
    ["state", { state: "FIN_WAIT" }, [2]],
    ["kind", { kind: "template" as const }, [1, 5]],
    [
      "service",
      { service: { kind: "address" as const, protocol: "UDP" as const, address: "192.0.2.1", port: 53 } },
      [3],
    ],
    ["client with nothing", { client: "203.0.113.1" }, []],
  ])("by %s gives exactly its entries, and says how many there are in all", async (_, filter, expected) => {
    const answer = await known(find(systemWith(lines), filter));
    const all = await known(find(systemWith(lines), {}));
    expect(answer.connections).toEqual(expected.map((index) => all.connections[index]));
    expect(answer.entryCount).toBe(6);
    expect(isCapped(answer)).toBe(false);
  });

  it("is capped, and its totals still count every match", async () => {
    const many = Array.from({ length: 5000 }, (_, index) => {
      const port = (1024 + index).toString(16).toUpperCase().padStart(4, "0");
      return `TCP C0000205 ${port} C0000201 0050 0A000001 0050 ESTABLISHED     ${index % 900}`;
    });
    const answer = await known(find(systemWith(many), { client: "192.0.2.5" }, { limit: 10 }));
    expect(answer.connections).toHaveLength(10);
    expect(answer.connections.at(-1)?.client.port).toBe(1033);
    expect(answer.totals.connections).toBe(5000);
    expect(isCapped(answer)).toBe(true);
  });

  it("that was ended has no end: half a table says nothing of what was not found", async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await hearAll(find(systemWith(lines), {}, { signal: abort.signal }))).toMatchObject({
      connections: [],
      end: undefined,
    });
  });

  it("says how many lines it could not understand", async () => {
    const answer = await known(find(systemWith([...lines, "TCP something else"]), {}));
    expect(answer.end).toMatchObject({ unreadable: { count: 1, first: "TCP something else" } });
  });

  it("tells a kernel without IPVS from one that could not be asked", async () => {
    expect(await hearAll(find(simulatedSystem(), {}))).toMatchObject({ end: { kind: "absent" } });
    const system = systemWith(lines);
    const error = new SystemError({ door: "files", code: "no-permission", subject: "it", reason: "EACCES" });
    system.files.breakPath("/proc/net/ip_vs_conn", error);
    await expect(hearAll(find(system, {}))).rejects.toBe(error);
  });

  it("can be streamed and left early", async () => {
    const found = [];
    for await (const some of streamConnections(systemWith(lines), { state: "ESTABLISHED" }))
      found.push(...some);
    expect(found.map(({ client }) => client.address)).toEqual(["192.0.2.5", "2001:db8::5"]);
    const abort = new AbortController();
    abort.abort();
    for await (const some of streamConnections(systemWith(lines), {}, abort.signal))
      throw new Error(`${some.length} entries after the end`);
  });
});

describe("which real server serves a client", () => {
  it("is told by its own connections, and by the template of its network", async () => {
    const own = await known(serving("192.0.2.5"));
    expect(own.connections.map(({ kind, destination }) => [kind, destination.address])).toEqual([
      ["connection", "10.0.0.1"],
      ["template", "10.0.0.1"],
    ]);
    const neighbour = await known(serving("198.51.100.77"));
    expect(
      neighbour.connections.map(({ kind, destination, expiresS }) => [kind, destination.address, expiresS]),
    ).toEqual([["template", "10.0.0.2", 250]]);
  });

  it("is nobody for a client without an entry", async () => {
    const answer = await known(serving("203.0.113.9"));
    expect(answer.connections).toEqual([]);
    expect(answer.entryCount).toBe(6);
  });
});
