import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteWriter } from "../net/bytes.ts";
import { encodeMessage, netlinkFlags } from "../net/netlink.ts";
import { destinationSettings, serviceSettings } from "./change.ts";
import { decodeServices } from "./decode-services.ts";
import {
  decodeDestinations,
  encodeDeleteDestination,
  encodeDestination,
  encodeDumpDestinations,
  writeDestinationAnswer,
} from "./genl-destination.ts";
import recorded from "./genl-recorded.json" with { type: "json" };
import { encodeService, encodeServiceCommand, writeServiceAnswer } from "./genl-service.ts";
import {
  decodeDaemons,
  decodeTimeouts,
  defaultTimeouts,
  encodeSetTimeouts,
  encodeStartDaemon,
  encodeStopDaemon,
  timeoutConcerns,
} from "./genl-settings.ts";
import { decodeFamilyId, decodeInfo, encodeGetFamily, ipvsCommand, ipvsFamilyName } from "./genl.ts";
import { printListing } from "./listing-print.ts";
import type { ListingView } from "./listing.ts";
import type { IpvsTable, VirtualService } from "./model.ts";
import { printSave } from "./save-format.ts";
import { serviceKey } from "./table.ts";
import { generateTable } from "./testing/generate-table.ts";

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The table that the recorded answers describe. */
const recordedTable = (): IpvsTable => {
  const info = decodeInfo(bytesOf(recorded.info));
  const services = decodeServices(bytesOf(recorded.services)).value.map((service): VirtualService => {
    const answer = recorded.destinations.find(
      ({ service: id }) => JSON.stringify(id) === JSON.stringify(service.id),
    );
    return { ...service, destinations: decodeDestinations(bytesOf(answer?.answer ?? "")).value };
  });
  return { version: info?.version ?? "", size: info?.size ?? 0, services };
};

/** A message as the kernel answers it. */
const answer = (write: (writer: ByteWriter) => void): Uint8Array =>
  encodeMessage({ type: 28, flags: netlinkFlags.multi, sequence: 1 }, (writer) => {
    writer.u8(1).u8(1).u16le(0);
    write(writer);
  });

const views: readonly [string, ListingView][] = [
  ["-Ln", "plain"],
  ["-Ln --stats --exact", "stats"],
  ["-Ln --rate --exact", "rate"],
  ["-Ln --thresholds", "thresholds"],
  ["-Ln --tun-info", "tun-info"],
  ["-Ln --persistent-conn", "persistent-conn"],
];

describe("the bytes that a kernel answered", () => {
  it.each(views)("are the table that ipvsadm %s printed at that moment", (option, view) => {
    const listing = Object.entries(recorded.listings).find(([name]) => name === option)?.[1];
    expect(printListing(recordedTable(), { view, isExact: true })).toBe(listing);
  });

  it("are the table that ipvsadm -Sn saved", () => {
    expect(printSave(recordedTable())).toBe(recorded.save);
  });

  it("hold the family's number, and none where there is no such family", () => {
    expect(decodeFamilyId(bytesOf(recorded.family))).toBe(0x1c);
    expect(decodeFamilyId(bytesOf(recorded.noFamily))).toBeUndefined();
  });

  it("hold timeouts in seconds and sync daemons with the kernel's defaults filled in", () => {
    expect(decodeTimeouts(bytesOf(recorded.timeouts))).toEqual({ tcpS: 900, tcpFinS: 120, udpS: 300 });
    expect(decodeDaemons(bytesOf(recorded.daemons))).toEqual({
      value: [
        {
          role: "master",
          interface: "dum0",
          syncId: 7,
          maxLength: 1472,
          group: "224.0.0.81",
          port: 8848,
          ttl: 1,
        },
      ],
      diagnostics: [],
    });
  });

  it("keep their counters where any is not zero", () => {
    const service = recordedTable().services.find(({ id }) => serviceKey(id) === "UDP 198.51.100.9:53");
    expect(service?.counters).toEqual({
      connections: 1,
      inPackets: 5,
      outPackets: 0,
      inBytes: 170,
      outBytes: 0,
    });
    expect(service?.destinations[0]?.counters.inBytes).toBe(170);
  });
});

describe("a request", () => {
  it("for the family names it with a closing NUL", () => {
    expect(hexOf(encodeGetFamily(ipvsFamilyName))).toBe(
      "20000000" +
        "1000" +
        "0500" +
        "00000000" +
        "00000000" +
        "03010000" +
        "0900" +
        "0200" +
        "49505653" +
        "00000000",
    );
  });

  it("that adds a real server carries everything the kernel asks for, ports in network order", () => {
    const bytes = encodeDestination(28, ipvsCommand.newDestination, {
      service: { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 },
      destination: {
        address: "10.0.0.1",
        port: 8080,
        forwarding: "Tunnel",
        weight: 7,
        upperThreshold: 100,
        lowerThreshold: 50,
        tunnel: { type: "gue", port: 6080, checksum: "csum" },
      },
    });
    const service =
      "0600010002000000" + "0600020006000000" + `14000300c0000201${"0".repeat(24)}` + "0600040000500000";
    const destination =
      `140001000a000001${"0".repeat(24)}` +
      "060002001f900000" +
      "06000b0002000000" +
      "0800030002000000" +
      "0800040007000000" +
      "0800050064000000" +
      "0800060032000000" +
      "05000d0001000000" +
      "06000e0017c00000" +
      "06000f0001000000";
    expect(hexOf(bytes)).toBe(
      "a4000000" +
        "1c00" +
        "0500" +
        "0000000000000000" +
        "05010000" +
        "30000180" +
        service +
        "60000280" +
        destination,
    );
  });

  it("about a firewall mark names mark and family and no address", () => {
    const id = { kind: "fwmark", mark: 4_294_967_295, family: "inet6" } as const;
    expect(hexOf(encodeServiceCommand(28, ipvsCommand.deleteService, id)).slice(40)).toBe(
      "14000180" + "060001000a000000" + "08000500ffffffff",
    );
    expect(hexOf(encodeDumpDestinations(28, id)).slice(8, 16)).toBe("1c000103");
  });

  it("that sets timeouts leaves out what is to stay", () => {
    expect(hexOf(encodeSetTimeouts(28, { udpS: 60 })).slice(40)).toBe("080006003c000000");
  });

  it("with a shortened TCP timeout has two concerns, with one below the FIN timeout one, with the default none", () => {
    expect(timeoutConcerns({ tcpS: 120, tcpFinS: 120, udpS: 1 }).map(({ kind }) => kind)).toEqual([
      "tcpNotBelowFin",
      "idleForgotten",
    ]);
    expect(timeoutConcerns({ tcpS: 119, tcpFinS: 120, udpS: 1 })).toEqual([
      { kind: "idleForgotten", tcpS: 119 },
    ]);
    expect(timeoutConcerns(defaultTimeouts)).toEqual([]);
  });

  it("that stops a sync daemon names its role alone", () => {
    expect(hexOf(encodeStopDaemon(28, "backup")).slice(40)).toBe("0c000380" + "0800010002000000");
  });
});

describe("encoding and decoding", () => {
  const tables = fc
    .nat()
    .map((seed) => generateTable(seed, { services: 6, destinations: 4, withTraffic: true }));

  it("give back every service with its counters", () => {
    fc.assert(
      fc.property(tables, ({ services }) => {
        for (const service of services) {
          const { value, diagnostics } = decodeServices(
            answer((writer) => writeServiceAnswer(writer, service)),
          );
          expect(diagnostics).toEqual([]);
          expect(value.map(serviceSettings)).toEqual([normalMask(service)]);
          expect(value[0]?.counters).toEqual(service.counters);
          expect(value[0]?.rates).toEqual(service.rates);
        }
      }),
    );
  });

  it("give back every real server with its counters, connections and thresholds", () => {
    fc.assert(
      fc.property(tables, ({ services }) => {
        for (const destination of services.flatMap((service) => service.destinations)) {
          const { value } = decodeDestinations(
            answer((writer) => writeDestinationAnswer(writer, destination)),
          );
          const tunnel = { type: "ipip", port: 0, checksum: "none" };
          const told = destination.forwarding === "Tunnel" ? { tunnel, ...destination } : destination;
          expect(value).toEqual([told]);
        }
      }),
    );
  });

  it("give back what a request says, so that a simulated kernel hears what a real one does", () => {
    fc.assert(
      fc.property(tables, ({ services }) => {
        for (const service of services) {
          const { value } = decodeServices(encodeService(28, ipvsCommand.newService, service));
          expect(value.map(({ id }) => id)).toEqual([service.id]);
          for (const destination of service.destinations) {
            const target = { service: service.id, destination: destinationSettings(destination) };
            const request = encodeDestination(28, ipvsCommand.setDestination, target);
            expect(decodeDestinations(request).value[0]?.weight).toBe(destination.weight);
            expect(decodeServices(encodeDeleteDestination(28, target)).value[0]?.id).toEqual(service.id);
          }
        }
      }),
    );
  });

  it("give back an IPv6 sync daemon", () => {
    const daemon = {
      role: "backup",
      interface: "eth0",
      syncId: 3,
      group: "ff02::81",
      port: 9000,
    } as const;
    expect(decodeDaemons(encodeStartDaemon(28, daemon)).value).toEqual([daemon]);
  });
});

/** What the kernel keeps of a service's mask: none where it says nothing. */
const normalMask = (service: VirtualService): unknown => {
  const settings = serviceSettings(service);
  const mask = settings.persistence?.mask;
  if (mask !== "255.255.255.255" && mask !== "128") return settings;
  const { mask: _, ...persistence } = settings.persistence ?? {};
  return { ...settings, persistence };
};

describe("damaged bytes", () => {
  const answers = [recorded.services, recorded.info, recorded.timeouts, recorded.daemons, recorded.family]
    .concat(recorded.destinations.map((entry) => entry.answer))
    .map(bytesOf);
  const decodeAll = (bytes: Uint8Array): void => {
    decodeServices(bytes);
    decodeDestinations(bytes);
    decodeInfo(bytes);
    decodeTimeouts(bytes);
    decodeDaemons(bytes);
    decodeFamilyId(bytes);
  };

  it("cut anywhere never throw, and a cut inside a message is told", () => {
    for (const bytes of answers) {
      for (let length = 0; length < bytes.length; length += 1) decodeAll(bytes.subarray(0, length));
    }
    expect(decodeServices(bytesOf(recorded.services).subarray(0, 300)).diagnostics).not.toEqual([]);
    const rows = bytesOf(recorded.destinations[0]?.answer ?? "");
    expect(decodeDestinations(rows).diagnostics).toEqual([]);
    expect(decodeDestinations(rows.subarray(0, 100)).diagnostics).not.toEqual([]);
  });

  it("changed anywhere never throw", () => {
    const mutations = fc.record({
      pick: fc.nat(answers.length - 1),
      at: fc.array(fc.record({ offset: fc.nat(), value: fc.nat(255) }), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(mutations, ({ pick, at }) => {
        const bytes = (answers[pick] ?? new Uint8Array(0)).slice();
        for (const { offset, value } of at) bytes[offset % bytes.length] = value;
        decodeAll(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it("of pure chance never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => decodeAll(bytes)),
      { numRuns: 1000 },
    );
  });

  it("with a forwarding method that does not exist are told, and the rest is read", () => {
    const [service] = generateTable(1, { services: 1, destinations: 2, withTraffic: false }).services;
    const rows = service?.destinations ?? [];
    const whole = rows.map((row) =>
      answer((writer) => writeDestinationAnswer(writer, { ...row, forwarding: "Masq" })),
    );
    const damaged = Buffer.concat(whole);
    damaged[damaged.indexOf("0800030000000000", 0, "hex") + 4] = 7;
    const { value, diagnostics } = decodeDestinations(new Uint8Array(damaged));
    expect(value).toHaveLength(rows.length - 1);
    expect(diagnostics).toHaveLength(1);
  });
});
