import { describe, expect, it } from "vitest";
import {
  connectionSchema,
  countConnections,
  findServing,
  findServiceOf,
  matchesFilter,
} from "./connections.ts";
import {
  parseConnectionListing,
  parseExpiry,
  printConnectionListing,
  printExpiry,
} from "./listing-connections.ts";
import { parseProcConnections } from "./proc-connections.ts";
import { parseSave } from "./save-format.ts";
import { serviceKey } from "./table.ts";

const table = parseSave(`-A -t 10.0.0.1:80 -s rr -p 300 -M 255.255.255.0
-a -t 10.0.0.1:80 -r 10.1.0.1 -w 0
-a -t 10.0.0.1:80 -r 10.1.0.2 -w 1
-A -f 10 -s rr -p 300
-a -f 10 -r 10.1.0.9:0 -w 0
-A -t [2001:db8::1]:443 -s rr
`).value;

/** As a 6.1 kernel writes them. */
const proc = `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
TCP 0A090005 C001 0A000001 0050 0A010001 0050 ESTABLISHED     899
TCP 0A090005 C002 0A000001 0050 0A010001 0050 FIN_WAIT        119
TCP 0A090000 0000 0A000001 0050 0A010001 0050 NONE            360
IP  0A080007 0000 0000000A 0000 0A010009 0000 ASSURED         100
UDP 0A080007 1388 0A000002 13C4 0A010003 13C4 UDP              20 sip call@example
TCP 2001:0db8:0000:0000:0000:0000:0000:0099 D431 2001:0db8:0000:0000:0000:0000:0000:0001 01BB 2001:0db8:0000:0000:0000:0000:0000:0005 01BB SYN_RECV         57
`;

describe("connection entries", () => {
  const { value: entries, diagnostics } = parseProcConnections(proc);

  it("are read from /proc/net/ip_vs_conn, IPv6 and engines included", () => {
    expect(diagnostics).toEqual([]);
    expect(entries.map((entry) => connectionSchema.parse(entry))).toEqual(entries);
    expect(entries[4]?.engine).toEqual({ name: "sip", data: "call@example" });
    expect(entries[5]?.client).toEqual({ address: "2001:db8::99", port: 54_321 });
  });

  it("tell templates from connections, and a mark from an address", () => {
    expect(entries.map(({ kind }) => kind)).toEqual([
      "connection",
      "connection",
      "template",
      "template",
      "connection",
      "connection",
    ]);
    expect(entries[3]?.virtual).toEqual({ kind: "fwmark", mark: 10 });
  });

  it("are listed as ipvsadm -Lnc lists them, and read back", () => {
    const text = printConnectionListing(entries, {});
    expect(text).toBe(`IPVS connection entries
pro expire state       source             virtual            destination
TCP 14:59  ESTABLISHED 10.9.0.5:49153     10.0.0.1:80        10.1.0.1:80
TCP 01:59  FIN_WAIT    10.9.0.5:49154     10.0.0.1:80        10.1.0.1:80
TCP 06:00  NONE        10.9.0.0:0         10.0.0.1:80        10.1.0.1:80
IP  01:40  ASSURED     10.8.0.7:0         0.0.0.10:0         10.1.0.9:0
UDP 00:20  UDP         10.8.0.7:5000      10.0.0.2:5060      10.1.0.3:5060
TCP 00:57  SYN_RECV    [2001:db8::99]:54321 [2001:db8::1]:443  [2001:db8::5]:443
`);
    const withoutEngines = entries.map((entry) => {
      const { engine: _, ...rest } = entry;
      return rest;
    });
    expect(parseConnectionListing(text)).toEqual({ value: withoutEngines, diagnostics: [] });
    const full = printConnectionListing(entries, { withEngine: true });
    expect(full.split("\n")[1]).toBe(
      "pro expire state       source             virtual            destination        pe name          pe_data",
    );
    expect(full.split("\n")[6]).toBe(
      "UDP 00:20  UDP         10.8.0.7:5000      10.0.0.2:5060      10.1.0.3:5060    sip                call@example",
    );
    expect(parseConnectionListing(full)).toEqual({ value: entries, diagnostics: [] });
  });

  it("expire in minutes that do not stop at 59 or 99", () => {
    expect(printExpiry(180 * 60 + 3)).toBe("180:03");
    expect(parseExpiry("180:03")).toBe(10_803);
    expect(parseExpiry("3:60")).toBeUndefined();
  });

  it("answer a filter by every field given", () => {
    const matching = (filter: Parameters<typeof matchesFilter>[0]): number =>
      entries.filter((entry) => matchesFilter(filter, entry)).length;
    expect(matching({})).toBe(6);
    expect(matching({ client: "10.9.0.5" })).toBe(2);
    expect(matching({ client: "10.9.0.5", state: "FIN_WAIT" })).toBe(1);
    expect(matching({ service: { kind: "address", protocol: "TCP", address: "10.0.0.1", port: 80 } })).toBe(
      3,
    );
    expect(matching({ service: { kind: "address", protocol: "TCP", address: "10.0.0.1", port: 0 } })).toBe(3);
    expect(matching({ service: { kind: "fwmark", mark: 10, family: "inet" } })).toBe(1);
    expect(matching({ realServer: { address: "10.1.0.1" }, kind: "template" })).toBe(1);
    expect(matching({ realServer: { address: "10.1.0.1", port: 81 } })).toBe(0);
    expect(matching({ client: "10.9.0.0/24" })).toBe(3);
    expect(matching({ client: "2001:db8::/32" })).toBe(1);
    expect(matching({ client: "10.9.0.0/99" })).toBe(0);
  });

  it("say which real server serves a client, through its network's template too", () => {
    expect(findServing(table, entries, "10.9.0.5").map(({ kind }) => kind)).toEqual([
      "connection",
      "connection",
      "template",
    ]);
    expect(findServing(table, entries, "10.9.0.77").map(({ destination }) => destination.address)).toEqual([
      "10.1.0.1",
    ]);
    expect(findServing(table, entries, "10.8.0.8")).toEqual([]);
    expect(findServing(table, entries, "2001:DB8:0:0::99").length).toBe(1);
    expect(findServing(table, entries, "nobody")).toEqual([]);
  });

  it("are counted by state and by real server, templates apart", () => {
    expect(countConnections(entries)).toEqual({
      connections: 4,
      templates: 2,
      byState: { ESTABLISHED: 1, FIN_WAIT: 1, UDP: 1, SYN_RECV: 1 },
      byRealServer: {
        "10.1.0.1:80": {
          connections: 2,
          templates: 1,
          byState: { ESTABLISHED: 1, FIN_WAIT: 1 },
          longestTemplateS: 360,
        },
        "10.1.0.9:0": { connections: 0, templates: 1, byState: {}, longestTemplateS: 100 },
        "10.1.0.3:5060": { connections: 1, templates: 0, byState: { UDP: 1 }, longestTemplateS: 0 },
        "[2001:db8::5]:443": { connections: 1, templates: 0, byState: { SYN_RECV: 1 }, longestTemplateS: 0 },
      },
    });
  });

  it("belong to the service of their address and port", () => {
    const owners = entries.map((entry) => findServiceOf(table, entry)?.id).map((id) => id && serviceKey(id));
    expect(owners).toEqual([
      "TCP 10.0.0.1:80",
      "TCP 10.0.0.1:80",
      "TCP 10.0.0.1:80",
      "FWM 10",
      undefined,
      "TCP [2001:db8::1]:443",
    ]);
  });

  it("from ip_vs_conn_sync carry their origin", () => {
    const text = `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires
TCP 0A090005 C001 0A000001 0050 0A010001 0050 ESTABLISHED SYNC       899
TCP 0A090005 C002 0A000001 0050 0A010001 0050 ESTABLISHED LOCAL      899
TCP 0A090005 C003 0A000001 0050 0A010001 0050 ESTABLISHED OTHER      899
`;
    const read = parseProcConnections(text);
    expect(read.value.map(({ origin, expiresS }) => [origin, expiresS])).toEqual([
      ["sync", 899],
      ["local", 899],
    ]);
    expect(read.diagnostics.map(({ line, reason }) => [line, reason])).toEqual([
      [4, "not an entry of ip_vs_conn_sync"],
    ]);
  });

  it("a line that is no entry is a diagnostic", () => {
    expect(parseProcConnections("TCP C0A800 1234\n").diagnostics.length).toBe(1);
    expect(
      parseConnectionListing("TCP 00:05 ESTABLISHED web.example:http 10.0.0.1:80 10.1.0.1:80\n").diagnostics
        .length,
    ).toBe(1);
  });
});
