import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSyncDaemons, parseTimeouts, printSyncDaemons, printTimeouts } from "./listing-state.ts";

describe("timeouts and sync daemons", () => {
  it("print and read as ipvsadm has them", () => {
    const text = "Timeout (tcp tcpfin udp): 900 120 300\n";
    expect(parseTimeouts(text)).toEqual({ value: { tcpS: 900, tcpFinS: 120, udpS: 300 }, diagnostics: [] });
    expect(printTimeouts({ tcpS: 900, tcpFinS: 120, udpS: 300 })).toBe(text);
    expect(parseTimeouts("nothing\n")).toEqual({
      value: undefined,
      diagnostics: [{ line: 1, text: "nothing", reason: "not the line of timeouts" }],
    });
  });

  it("a 6.1 kernel's two daemons read and print the same", () => {
    const text = `master sync daemon (mcast=d0, syncid=5, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)
backup sync daemon (mcast=d0, syncid=0, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)
`;
    const { value, diagnostics } = parseSyncDaemons(text);
    expect(diagnostics).toEqual([]);
    expect(value[0]).toEqual({
      role: "master",
      interface: "d0",
      syncId: 5,
      maxLength: 1472,
      group: "224.0.0.81",
      port: 8848,
      ttl: 1,
    });
    expect(printSyncDaemons(value)).toBe(text);
  });

  it("any daemon, also of an old kernel that tells less, comes back", () => {
    const daemons = fc.record(
      {
        role: fc.constantFrom("master" as const, "backup" as const),
        interface: fc.constantFrom("eth0", "bond0.100"),
        syncId: fc.nat(255),
        maxLength: fc.integer({ min: 1, max: 65_507 }),
        group: fc.constantFrom("224.0.0.81", "ff02::51"),
        port: fc.integer({ min: 1, max: 65_535 }),
        ttl: fc.integer({ min: 1, max: 255 }),
      },
      { requiredKeys: ["role", "interface", "syncId"] },
    );
    fc.assert(
      fc.property(fc.array(daemons, { maxLength: 2 }), (list) => {
        expect(parseSyncDaemons(printSyncDaemons(list))).toEqual({ value: list, diagnostics: [] });
      }),
    );
  });

  it("an unknown word in a daemon's line is a diagnostic", () => {
    expect(
      parseSyncDaemons("master sync daemon (mcast=eth0, syncid=1, speed=9)").diagnostics.map(
        ({ reason }) => reason,
      ),
    ).toEqual(["unknown words of a sync daemon: speed=9"]);
  });
});
