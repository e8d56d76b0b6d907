import { countConnections } from "@lvs/core/ipvs/connections";
import { parseConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { parseSave } from "@lvs/core/ipvs/save-format";
import { describe, expect, it } from "vitest";
import { serverColumns, serverColumnsAtMost, serverRows, shortNames } from "./server-rows.ts";

const { value: table } = parseSave(`-A -t 192.0.2.1:80 -s wlc -p 300
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 0
-a -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 100
-a -t 192.0.2.1:80 -r 10.0.0.3:80 -g -w 100
-A -t 192.0.2.2:80 -s wlc
-a -t 192.0.2.2:80 -r 10.0.0.2:80 -g -w 50
`);

const service = "TCP 192.0.2.1:80";

const totalsOf = (lines: string) => countConnections(parseConnectionListing(lines).value);
const totals = totalsOf(`TCP 14:56  ESTABLISHED 192.0.2.5:39783    192.0.2.1:80       10.0.0.2:80
TCP 14:56  ESTABLISHED 192.0.2.5:39784    192.0.2.1:80       10.0.0.2:80
TCP 01:44  FIN_WAIT    192.0.2.5:39612    192.0.2.1:80       10.0.0.2:80
TCP 00:30  SYN_RECV    192.0.2.6:39612    192.0.2.1:80       10.0.0.2:80
TCP 04:50  NONE        192.0.2.8:0        192.0.2.1:80       10.0.0.1:80
TCP 04:10  NONE        192.0.2.7:0        192.0.2.1:80       10.0.0.1:80
TCP 14:00  ESTABLISHED 192.0.2.9:1        192.0.2.1:80       10.0.0.9:80
`);

describe("the matches by real server", () => {
  const rows = serverRows(totals, { table, service, isComplete: true });
  const rowOf = (key: string) => rows.find((row) => row.key === key);

  it("are counted by state, the busiest first, and one that gets none stands there with its zero", () => {
    expect(rows.map(({ key }) => key)).toEqual(["10.0.0.2:80", "10.0.0.1:80", "10.0.0.9:80", "10.0.0.3:80"]);
    expect(rowOf("10.0.0.2:80")?.states).toEqual({ ESTABLISHED: 2, FIN_WAIT: 1, other: 1 });
    expect(rowOf("10.0.0.3:80")).toMatchObject({ connections: 0, templates: 0, weights: [100] });
  });

  it("say for how long templates still hold a drained one", () => {
    expect(rowOf("10.0.0.1:80")).toMatchObject({
      isDrained: true,
      templates: 2,
      longestTemplateS: 290,
      states: { ESTABLISHED: 0, FIN_WAIT: 0, other: 0 },
    });
    expect(rowOf("10.0.0.2:80")).toMatchObject({ isDrained: false, longestTemplateS: undefined });
  });

  it("tell one that left the table from one whose table is not known", () => {
    expect(rowOf("10.0.0.9:80")).toMatchObject({ weights: [], isDrained: false, traceKeys: [] });
    const [unknown] = serverRows(totals, { table: undefined, service, isComplete: true });
    expect(unknown).toMatchObject({ weights: undefined, isDrained: false });
  });

  it("without a service have the weights and the traces of each that a real server stands in", () => {
    const all = serverRows(totals, { table, service: undefined, isComplete: true });
    expect(all.map(({ key }) => key)).not.toContain("10.0.0.3:80");
    expect(all[0]).toMatchObject({
      key: "10.0.0.2:80",
      weights: [100, 50],
      traceKeys: ["TCP 192.0.2.1:80 10.0.0.2:80", "TCP 192.0.2.2:80 10.0.0.2:80"],
    });
  });
});

describe("the real servers beside the clients", () => {
  it("are those with most entries, in the order of their names", () => {
    const many = Object.fromEntries(
      Array.from({ length: serverColumnsAtMost + 2 }, (_, index) => [`10.0.0.${index}:80`, index]),
    );
    const columns = serverColumns([{ byRealServer: many }, { byRealServer: { "10.0.0.0:80": 99 } }, {}]);
    expect(columns).toHaveLength(serverColumnsAtMost);
    expect(columns[0]).toBe("10.0.0.0:80");
    expect(columns).not.toContain("10.0.0.1:80");
    expect(columns).toEqual(columns.toSorted());
    expect(serverColumns([{}])).toEqual([]);
  });

  it("are called by their last number only where nothing else differs", () => {
    expect([...shortNames(["10.0.0.1:80", "10.0.0.2:80"]).values()]).toEqual([".1", ".2"]);
    for (const keys of [
      ["10.0.0.1:80", "10.0.0.1:81"],
      ["10.0.0.1:80", "10.0.1.1:80"],
      ["[2001:db8::1]:80", "10.0.0.1:80"],
    ])
      expect([...shortNames(keys).values()]).toEqual(keys);
  });
});
