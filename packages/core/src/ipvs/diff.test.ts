import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeSchema } from "./change.ts";
import { applyChanges, diffTables, isSameTable } from "./diff.ts";
import type { IpvsTable } from "./model.ts";
import { noCounters, noRates } from "./model.ts";
import { parseSave, printRule } from "./save-format.ts";
import { normalizeTable, serviceKey } from "./table.ts";
import { generateTable } from "./testing/generate-table.ts";

const tableOf = (rules: string): IpvsTable => parseSave(rules).value;
const changesOf = (before: string, after: string): string[] =>
  diffTables(tableOf(before), tableOf(after)).map(printRule);

/** Two tables with much in common: parts of one pool, some rows edited. */
const pairs = fc
  .record({ seed: fc.nat(), keep: fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }), edit: fc.nat(3) })
  .map(({ seed, keep, edit }) => {
    const pool = generateTable(seed, { services: 8, destinations: 4, withTraffic: true });
    const other = generateTable(seed + 1, { services: 8, destinations: 4, withTraffic: true });
    const pick = (from: number): IpvsTable => ({
      ...pool,
      services: pool.services.filter((_, index) => keep[from + index] === true),
    });
    const after = pick(8);
    const edited = after.services.map((service, index) => {
      const { scheduler, schedulerFlags, destinations } = other.services[index] ?? service;
      if (index % 4 !== edit) return service;
      const rows = service.destinations.map((row) => ({
        ...row,
        weight: row.weight + 1,
        forwarding: row.forwarding,
      }));
      return { ...service, scheduler, schedulerFlags, destinations: [...rows.slice(1), ...destinations] };
    });
    return { before: pick(0), after: { ...after, services: edited } };
  });

const settingsOf = (table: IpvsTable): unknown =>
  normalizeTable(table).services.map((service) => ({
    ...service,
    counters: noCounters,
    rates: noRates,
    destinations: service.destinations.map((row) => ({
      ...row,
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      counters: noCounters,
      rates: noRates,
    })),
  }));

describe("a difference of two tables", () => {
  it("applied to the first gives the second, in normal form, with no problem", () => {
    fc.assert(
      fc.property(pairs, ({ before, after }) => {
        const changes = diffTables(before, after);
        const { table, problems } = applyChanges(before, changes);
        expect(problems).toEqual([]);
        expect(settingsOf(table)).toEqual(settingsOf(after));
        expect(isSameTable(table, after)).toBe(true);
        expect(changes.map((change) => changeSchema.parse(change))).toEqual(changes);
      }),
    );
  });

  it("of a table with itself in any order and with any counters is empty", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const table = generateTable(seed, { services: 6, destinations: 4, withTraffic: true });
        const turned = {
          ...table,
          services: table.services.toReversed().map((service) => ({
            ...service,
            counters: noCounters,
            destinations: service.destinations.toReversed().map((row) => ({ ...row, activeConnections: 7 })),
          })),
        };
        expect(diffTables(table, turned)).toEqual([]);
      }),
    );
  });

  it("adds and edits before it removes, so that no service stands without real servers on the way", () => {
    fc.assert(
      fc.property(pairs, ({ before, after }) => {
        const kinds = diffTables(before, after).map(({ kind }) => kind.startsWith("remove"));
        expect(kinds.indexOf(true) === -1 || !kinds.slice(kinds.indexOf(true)).includes(false)).toBe(true);
      }),
    );
    const before = "-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.1.0.1\n";
    const after = "-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.1.0.2\n";
    expect(changesOf(before, after)).toEqual([
      "-a -t 10.0.0.1:80 -r 10.1.0.2:80 -g -w 1",
      "-d -t 10.0.0.1:80 -r 10.1.0.1:80",
    ]);
  });

  it("edits in place what keeps its key", () => {
    const before = "-A -t 10.0.0.1:80 -s rr -p 60\n-a -t 10.0.0.1:80 -r 10.1.0.1 -w 3\n";
    const after = "-A -t 10.0.0.1:80 -s wlc\n-a -t 10.0.0.1:80 -r 10.1.0.1 -w 0 -x 9\n";
    expect(changesOf(before, after)).toEqual([
      "-E -t 10.0.0.1:80 -s wlc",
      "-e -t 10.0.0.1:80 -r 10.1.0.1:80 -g -w 0 -x 9",
    ]);
  });

  it("removes a service with one change", () => {
    expect(changesOf("-A -f 7\n-a -f 7 -r 10.1.0.1:80\n", "")).toEqual(["-D -f 7"]);
  });

  it("a change that cannot be done is named, and the ones after it are done", () => {
    const table = tableOf("-A -t 10.0.0.1:80\n");
    const changes = diffTables(tableOf(""), tableOf("-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.1.0.1\n"));
    const { table: result, problems } = applyChanges(table, [
      ...changes,
      { kind: "removeService", service: { kind: "fwmark", mark: 1, family: "inet" } },
    ]);
    expect(problems.map(({ reason }) => reason)).toEqual(["Service already exists", "No such service"]);
    expect(result.services[0]?.destinations.length).toBe(1);
  });

  it("editing keeps what the kernel has counted", () => {
    const [service] = generateTable(5, { services: 1, destinations: 1, withTraffic: true }).services;
    if (service === undefined) throw new Error("one service was asked for");
    const before = { version: "", size: 0, services: [service] };
    const edited = { version: "", size: 0, services: [{ ...service, scheduler: "rr", schedulerFlags: [] }] };
    const { table } = applyChanges(before, diffTables(before, edited));
    expect(table.services.map(({ counters }) => counters)).toEqual([service.counters]);
    expect(table.services.map(({ id }) => serviceKey(id))).toEqual([serviceKey(service.id)]);
  });
});
