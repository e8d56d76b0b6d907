import { expect, test } from "vitest";
import { clientCount, drainHoldCount } from "./connection-counts.ts";
import { connectionPhase } from "./connection-phase.ts";
import { parseProcConnections } from "./proc-connections.ts";
import { parseSave } from "./save-format.ts";
import { serviceKey } from "./table.ts";

const table = parseSave(`-A -t 10.0.0.1:80 -s rr -p 300 -M 255.255.255.0
-a -t 10.0.0.1:80 -r 10.1.0.1 -w 0
-a -t 10.0.0.1:80 -r 10.1.0.2 -w 1
-A -f 10 -s rr -p 300
-a -f 10 -r 10.1.0.9:0 -w 0
-A -t 10.0.0.1:0 -s rr -p 300
-a -t 10.0.0.1:0 -r 10.1.0.1:0 -w 0
`).value;

/** As a 6.1 kernel writes them. */
const entries = (text: string) => parseProcConnections(text).value;
const first = entries(`TCP 0A090005 C001 0A000001 0050 0A010001 0050 ESTABLISHED     899
TCP 0A090000 0000 0A000001 0050 0A010001 0050 NONE            360
TCP 0A0A0000 0000 0A000001 0050 0A010002 0050 NONE            999
`);
const second = entries(`TCP 0A090005 C002 0A000001 0050 0A010001 0050 FIN_WAIT        119
TCP 0A090100 0000 0A000001 0050 0A010001 0050 NONE            20
IP  0A080007 0000 0000000A 0000 0A010009 0000 ASSURED         100
TCP 0A080007 0000 0A000001 0000 0A010001 0000 NONE            50
TCP 0A0A0001 D001 0A000001 0050 0A010002 0050 ESTABLISHED     899
TCP 0A0A0001 D002 0A000001 0050 0A010002 0050 SYN_RECV        899
TCP 0A0A0001 D003 0A000001 0050 0A010002 0050 ESTABLISHED     899
`);

test("templates of a drained real server hold it until the last of them expires; others hold nothing", () => {
  const count = drainHoldCount(table);
  count.add(first);
  count.add(second);
  expect(
    count
      .holds()
      .map((hold) => [
        serviceKey(hold.service),
        hold.realServer.address,
        hold.templates,
        hold.longestExpiresS,
      ]),
  ).toEqual([
    ["TCP 10.0.0.1:80", "10.1.0.1", 2, 360],
    ["FWM 10", "10.1.0.9", 1, 100],
    ["TCP 10.0.0.1:0", "10.1.0.1", 1, 50],
  ]);
});

test("the busiest clients come first, equals by address, and all are counted", () => {
  const count = clientCount();
  count.add(first);
  count.add(second);
  expect(count.top(3)).toEqual({
    clients: [
      {
        address: "10.10.0.1",
        connections: 3,
        established: 2,
        finWait: 0,
        templates: 0,
        byRealServer: { "10.1.0.2:80": 3 },
      },
      {
        address: "10.8.0.7",
        connections: 0,
        established: 0,
        finWait: 0,
        templates: 2,
        byRealServer: { "10.1.0.9:0": 1, "10.1.0.1:0": 1 },
      },
      {
        address: "10.9.0.5",
        connections: 2,
        established: 1,
        finWait: 1,
        templates: 0,
        byRealServer: { "10.1.0.1:80": 2 },
      },
    ],
    clientCount: 6,
  });
});

test("a state is open only while it carries traffic, and a template is none whatever its state", () => {
  const phase = (state: string) => connectionPhase({ kind: "connection", state });
  expect(["SYN_RECV", "ESTABLISHED", "UDP", "TIME_WAIT", "SHUTDOWN_SENT", "BUG!"].map(phase)).toEqual([
    "opening",
    "open",
    "open",
    "closing",
    "closing",
    "unknown",
  ]);
  expect(connectionPhase({ kind: "template", state: "NONE" })).toBe("template");
});
