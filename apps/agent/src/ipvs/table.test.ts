import { diffTables } from "@lvs/core/ipvs/diff";
import { type IpvsTable, virtualServiceSchema } from "@lvs/core/ipvs/model";
import { parseSave, printSave } from "@lvs/core/ipvs/save-format";
import { normalizeTable } from "@lvs/core/ipvs/table";
import { generateTable } from "@lvs/core/ipvs/testing/generate-table";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulatedSystem } from "../system/simulated/simulated-system.ts";
import { SystemError } from "../system/system-error.ts";
import { fingerprintWords, isSameFingerprint, writeFingerprint } from "../system/fingerprint.ts";
import { rowCount } from "./packed-service.ts";
import { hasIpvsadm, readTable, tableReader } from "./read-table.ts";
import { setWeight } from "./set-weight.ts";
import { applyChanges } from "./write-table.ts";

const rules = `-A -t 192.0.2.1:80 -s wlc -p 300
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 100
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 100
-A -u 192.0.2.1:53 -s rr
-a -u 192.0.2.1:53 -r 10.0.0.1:53 -m -w 1
`;
const tableOf = (text: string): IpvsTable => parseSave(text).value;
const web = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 } as const;

const knownTable = async (system: Parameters<typeof readTable>[0]): Promise<IpvsTable> => {
  const reading = await readTable(system);
  if (reading.status !== "known") throw new Error(`the table is ${reading.status}`);
  return reading.table;
};

describe("reading the table", () => {
  it("gives the kernel's table through its own bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const table = generateTable(seed, { services: 5, destinations: 4, withTraffic: true });
        const read = await knownTable(simulatedSystem({ ipvs: table }));
        expect(diffTables(read, table)).toEqual([]);
        expect(read.services.map(({ counters }) => counters)).toEqual(
          table.services.map(({ counters }) => counters),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("tells an empty table, a kernel without IPVS and a kernel that cannot be asked apart", async () => {
    expect(await readTable(simulatedSystem())).toMatchObject({ status: "known", table: { services: [] } });
    expect(await readTable(simulatedSystem({ ipvs: "absent" }))).toMatchObject({ status: "absent" });
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const subject = "netlink generic";
    system.kernel.failure = new SystemError({
      door: "netlink",
      code: "timed-out",
      subject,
      reason: "no answer",
    });
    expect(await readTable(system)).toMatchObject({ status: "failed", error: { code: "timed-out" } });
  });

  it("keeps the very same object for a service of which nothing changed", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const reader = tableReader(system);
    const read = async (): Promise<IpvsTable> => {
      const reading = await reader.read();
      if (reading.status !== "known") throw new Error(reading.status);
      return reading.table;
    };
    const first = await read();
    const second = await read();
    expect(second.services[0]).toBe(first.services[0]);
    await setWeight(system, { service: web, address: "10.0.0.1", port: 80, weight: 7 });
    const third = await read();
    expect(third.services[0]?.destinations[0]?.weight).toBe(7);
    expect(third.services[0]).not.toBe(first.services[0]);
    expect(third.services[1]).toBe(first.services[1]);
  });

  it("keeps the very same table where nothing changed, and the rows of services that only moved in the list", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const reader = tableReader(system);
    const read = async (): Promise<IpvsTable> => {
      const reading = await reader.read();
      if (reading.status !== "known") throw new Error(reading.status);
      return reading.table;
    };
    const first = await read();
    expect(await read()).toBe(first);
    const { ipvs } = system.kernel;
    if (ipvs === undefined) throw new Error("no ipvs");
    ipvs.table = tableOf(`-A -t 192.0.2.9:80 -s rr\n${rules}`);
    const moved = await read();
    expect(moved.services).toHaveLength(3);
    expect(moved.services[1]).toBe(first.services[0]);
    expect(moved.services[2]).toBe(first.services[1]);
  });

  it("gives services that are plain data to every reader: copied, compared, cloned and printed with their real servers", async () => {
    const [service] = (await knownTable(simulatedSystem({ ipvs: tableOf(rules) }))).services;
    if (service === undefined) throw new Error("no service");
    const rows = [{ address: "10.0.0.1", weight: 100 }, { address: "10.0.0.2" }];
    expect(service).toMatchObject({ scheduler: "wlc", destinations: rows });
    expect({ ...service }).toMatchObject({ destinations: rows });
    expect(structuredClone(service)).toMatchObject({ destinations: rows });
    expect(JSON.parse(JSON.stringify(service))).toMatchObject({ destinations: rows });
    expect(virtualServiceSchema.parse(service)).toMatchObject({ destinations: rows });
    expect(rowCount(service)).toBe(2);
  });

  it("shows counters that moved, beyond 32 bits too, and connections", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const { ipvs } = system.kernel;
    if (ipvs === undefined) throw new Error("no ipvs");
    const reader = tableReader(system);
    await reader.read();
    const counted = { connections: 7, inPackets: 9, outPackets: 0, inBytes: 2 ** 40 + 1, outBytes: 0 };
    ipvs.table = {
      ...ipvs.table,
      services: ipvs.table.services.map((each) => ({
        ...each,
        destinations: each.destinations.map((row) => ({ ...row, activeConnections: 3, counters: counted })),
      })),
    };
    const reading = await reader.read();
    expect(reading).toMatchObject({
      table: { services: [{ destinations: [{ activeConnections: 3, counters: counted }, {}] }, {}] },
    });
  });

  it("after a reading that failed half-way shows what changed before the failure, too", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const { ipvs } = system.kernel;
    if (ipvs === undefined) throw new Error("no ipvs");
    const reader = tableReader(system);
    await reader.read();
    ipvs.table = tableOf(rules.replace("10.0.0.1:80 -g -w 100", "10.0.0.1:80 -g -w 7"));
    const answer = ipvs.answer.bind(ipvs);
    let asked = 0;
    ipvs.answer = (request) => {
      asked += 1;
      // The information, the list, the first service; the second is refused.
      return asked === 4 ? { errno: 16, messages: [] } : answer(request);
    };
    expect(await reader.read()).toMatchObject({ status: "failed", error: { code: "busy" } });
    expect(await reader.read()).toMatchObject({
      status: "known",
      table: { services: [{ destinations: [{ weight: 7 }, { weight: 100 }] }, {}] },
    });
  });

  it("sees the module come and go between two readings of one reader", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const reader = tableReader(system);
    const { ipvs } = system.kernel;
    expect((await reader.read()).status).toBe("known");
    system.kernel.ipvs = undefined;
    expect((await reader.read()).status).toBe("absent");
    system.kernel.ipvs = ipvs;
    expect((await reader.read()).status).toBe("known");
  });

  it("never shows a service that went away while it was read as one without real servers", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const { ipvs } = system.kernel;
    if (ipvs === undefined) throw new Error("no ipvs");
    const answer = ipvs.answer.bind(ipvs);
    let asked = 0;
    ipvs.answer = (request) => {
      const reply = answer(request);
      asked += 1;
      // After the list of services (the second question) one of them is removed by hand.
      if (asked === 2) ipvs.table = { ...ipvs.table, services: ipvs.table.services.slice(1) };
      return reply;
    };
    const table = await knownTable(system);
    expect(table.services.map(({ id, destinations }) => [id.kind, destinations.length])).toEqual([
      ["address", 1],
    ]);
  });

  it("is a fact of its own beside whether ipvsadm is installed, which may fail by itself", async () => {
    const system = simulatedSystem({ ipvs: "absent" });
    expect(await hasIpvsadm(system)).toBe(false);
    system.files.put("/sbin/ipvsadm", "");
    expect(await hasIpvsadm(system)).toBe(true);
    const error = new SystemError({
      door: "files",
      code: "no-permission",
      subject: "/sbin",
      reason: "EACCES",
    });
    system.files.breakPath("/sbin/ipvsadm", error);
    await expect(hasIpvsadm(system)).rejects.toBe(error);
  });
});

describe("writing the table", () => {
  it("makes any table into any other by the difference alone", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (before, after) => {
        const shape = { services: 6, destinations: 4, withTraffic: false };
        const system = simulatedSystem({ ipvs: generateTable(before, shape) });
        const wanted = generateTable(after, shape);
        const changes = diffTables(await knownTable(system), wanted);
        expect(await applyChanges(system, changes)).toEqual({ status: "applied", count: changes.length });
        expect(printSave(normalizeTable(await knownTable(system)))).toBe(printSave(normalizeTable(wanted)));
      }),
      { numRuns: 30 },
    );
  });

  it("says of each refused change why, does the others, and reports the table reached", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const row = { address: "10.0.0.9", port: 80 };
    const added = { ...row, forwarding: "Route", weight: 1, upperThreshold: 0, lowerThreshold: 0 } as const;
    const result = await applyChanges(system, [
      { kind: "removeDestination", service: web, destination: row },
      { kind: "addDestination", service: web, destination: added },
      { kind: "addDestination", service: web, destination: added },
      { kind: "removeService", service: { ...web, port: 81 } },
    ]);
    expect(result).toMatchObject({
      status: "partly",
      appliedCount: 1,
      refused: [
        { errno: "ENOENT", reason: "No such destination" },
        { errno: "EEXIST", reason: "Destination already exists" },
        { errno: "ESRCH", reason: "No such service" },
      ],
    });
    if (result.status !== "partly" || result.reached.status !== "known") throw new Error("not reached");
    expect(result.reached.table.services[0]?.destinations).toHaveLength(3);
  });

  it("without the module fails and says so", async () => {
    const system = simulatedSystem({ ipvs: "absent" });
    const result = await applyChanges(system, [{ kind: "removeService", service: web }]);
    expect(result).toMatchObject({
      status: "failed",
      error: { code: "not-found" },
      reached: { status: "absent" },
    });
  });
});

describe("setting a weight", () => {
  const target = { service: web, address: "10.0.0.2", port: 80, weight: 0 };

  it("changes that weight and nothing else, and reads it back", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    const result = await setWeight(system, { ...target, expectedWeight: 100 });
    expect(result).toMatchObject({ status: "done", previousWeight: 100, destination: { weight: 0 } });
    const expected = rules.replace("10.0.0.2:80 -g -w 100", "10.0.0.2:80 -g -w 0");
    expect(printSave(await knownTable(system))).toBe(expected);
  });

  it("refuses a row that is not there or carries another weight, and writes nothing", async () => {
    const system = simulatedSystem({ ipvs: tableOf(rules) });
    expect(await setWeight(system, { ...target, port: 81 })).toMatchObject({ reason: "no-such-destination" });
    const other = { ...target, service: { ...web, port: 443 } };
    expect(await setWeight(system, other)).toMatchObject({ reason: "no-such-service" });
    expect(await setWeight(system, { ...target, expectedWeight: 50 })).toMatchObject({
      reason: "other-weight",
      found: { weight: 100 },
    });
    expect(printSave(await knownTable(system))).toBe(rules);
  });
});

describe("a fingerprint", () => {
  it("differs after a change of any byte", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, by) => {
          const changed = bytes.slice();
          changed[at % bytes.length] = ((changed[at % bytes.length] ?? 0) + by) & 255;
          const fingerprints = new Int32Array(3 * fingerprintWords);
          for (const [place, each] of [bytes, changed, bytes.slice()].entries())
            writeFingerprint(each, fingerprints, place * fingerprintWords);
          expect(isSameFingerprint(fingerprints, 0, fingerprints, fingerprintWords)).toBe(false);
          expect(isSameFingerprint(fingerprints, 0, fingerprints, 2 * fingerprintWords)).toBe(true);
        },
      ),
    );
  });
});
