import { describe, expect, it } from "vitest";
import { parseProcTable } from "./proc-format.ts";
import { parseProcStats } from "./proc-stats.ts";

describe("/proc/net/ip_vs", () => {
  it("is read with marks in hexadecimal, persistence in jiffies and masks of both families", () => {
    const text = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
UDP  0A000001:0035 sh ops persistent 30000 FFFFFF00
TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:01BB wrr persistent 36000 40000000
  -> [2001:0db8:0000:0000:0000:0000:0000:0005]:01BB      Route   1      3          4
FWM  10001000 wlc
  -> 0A010001:0000      Local   0      0          0
`;
    const { value, diagnostics } = parseProcTable(text);
    expect(diagnostics).toEqual([]);
    expect(value.size).toBe(4096);
    expect(value.services).toEqual([
      {
        id: { kind: "address", protocol: "UDP", address: "10.0.0.1", port: 53 },
        scheduler: "sh",
        onePacket: true,
        persistence: { timeoutJiffies: 30_000, mask: "255.255.255.0" },
        destinations: [],
      },
      {
        id: { kind: "address", protocol: "TCP", address: "2001:db8::1", port: 443 },
        scheduler: "wrr",
        onePacket: false,
        persistence: { timeoutJiffies: 36_000, mask: "64" },
        destinations: [
          {
            address: "2001:db8::5",
            port: 443,
            forwarding: "Route",
            weight: 1,
            activeConnections: 3,
            inactiveConnections: 4,
          },
        ],
      },
      {
        id: { kind: "fwmark", mark: 0x10_00_10_00 },
        scheduler: "wlc",
        onePacket: false,
        destinations: [
          {
            address: "10.1.0.1",
            port: 0,
            forwarding: "Local",
            weight: 0,
            activeConnections: 0,
            inactiveConnections: 0,
          },
        ],
      },
    ]);
  });

  it("unreadable lines are diagnostics, and real servers after an unreadable service belong to nobody", () => {
    const text = `TCP  C0A80016:0CEA wlc\n  -> FOOBARBA:1234 Masq 1 0 0\n  -> C0A80016:0050 FullNat 1 0 0\nTCP  C0A800:1234 wlc\n  -> C0A80016:0050 Masq 1 0 0\nTCP  C0A80016:0CEA wlc future 7\n`;
    const { value, diagnostics } = parseProcTable(text);
    expect(value.services.map(({ destinations }) => destinations.length)).toEqual([0]);
    expect(diagnostics.map(({ line, reason }) => [line, reason])).toEqual([
      [2, "the real server's name is no hexadecimal address:port"],
      [3, "unreadable cells of a real server"],
      [4, "not a line of /proc/net/ip_vs"],
      [5, "a real server that belongs to no readable service"],
      [6, "unknown words after the scheduler: future 7"],
    ]);
  });
});

describe("/proc/net/ip_vs_stats", () => {
  it("is hexadecimal: totals, then rates", () => {
    const text = `   Total Incoming Outgoing         Incoming         Outgoing
   Conns  Packets  Packets            Bytes            Bytes
      1F    5A3C        0         12345678                0

 Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
       A        B        0               FF                0
`;
    const { value, diagnostics } = parseProcStats(text);
    expect(diagnostics).toEqual([]);
    expect(value.totals).toEqual({
      connections: 31,
      inPackets: 23_100,
      outPackets: 0,
      inBytes: 305_419_896,
      outBytes: 0,
    });
    expect(value.rates?.inBytesPerSecond).toBe(255);
  });

  it("per CPU: rows of CPUs, the row of all, then rates", () => {
    const text = `       Total Incoming Outgoing         Incoming         Outgoing
CPU    Conns  Packets  Packets            Bytes            Bytes
  0        1        2        3                4                5
  A        1        0        0                0                0
  ~        2        2        3                4                5

     Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
           6        7        8                9                A
`;
    const { value, diagnostics } = parseProcStats(text);
    expect(diagnostics).toEqual([]);
    expect(value.cpus.map(({ cpu, totals }) => [cpu, totals.connections])).toEqual([
      [0, 1],
      [10, 1],
    ]);
    expect(value.totals?.connections).toBe(2);
    expect(value.rates?.outBytesPerSecond).toBe(10);
  });

  it("a short row is a diagnostic", () => {
    expect(parseProcStats("1 2 3\n")).toEqual({
      value: { totals: undefined, rates: undefined, cpus: [] },
      diagnostics: [{ line: 1, text: "1 2 3", reason: "not a row of five hexadecimal numbers" }],
    });
  });
});
