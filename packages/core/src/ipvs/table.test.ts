import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSave } from "./save-format.ts";
import {
  destinationKey,
  findDestination,
  findService,
  findServicesOf,
  normalizeTable,
  serviceKey,
} from "./table.ts";
import { generateTable } from "./testing/generate-table.ts";

const table = parseSave(`-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 10.1.0.1
-A -t [2001:db8::1]:80 -s rr
-A -f 10 -s rr
-a -f 10 -r 10.1.0.1:8080 -m
-A -f 10 -6 -s rr
`).value;

describe("a table", () => {
  it("knows its services and real servers by key", () => {
    expect(table.services.map(({ id }) => serviceKey(id))).toEqual([
      "TCP 10.0.0.1:80",
      "TCP [2001:db8::1]:80",
      "FWM 10",
      "FWM 10 IPv6",
    ]);
    const service = findService(table, { kind: "fwmark", mark: 10, family: "inet" });
    expect(service?.destinations.map(destinationKey)).toEqual(["10.1.0.1:8080"]);
    expect(service && findDestination(service, { address: "10.1.0.1", port: 8080 })?.forwarding).toBe("Masq");
    expect(service && findDestination(service, { address: "10.1.0.1", port: 80 })).toBeUndefined();
    expect(findService(table, { kind: "fwmark", mark: 11, family: "inet" })).toBeUndefined();
  });

  it("finds one machine in all services it serves", () => {
    expect(findServicesOf(table, "10.1.0.1").map(({ service }) => serviceKey(service.id))).toEqual([
      "TCP 10.0.0.1:80",
      "FWM 10",
    ]);
  });

  it("has one normal form, whatever the order of its rows", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const generated = generateTable(seed, { services: 8, destinations: 5, withTraffic: true });
        const turned = {
          ...generated,
          services: generated.services.toReversed().map((service) => ({
            ...service,
            schedulerFlags: service.schedulerFlags.toReversed(),
            destinations: service.destinations.toReversed(),
          })),
        };
        expect(normalizeTable(turned)).toEqual(normalizeTable(generated));
        expect(normalizeTable(normalizeTable(generated))).toEqual(normalizeTable(generated));
      }),
    );
  });

  it("a mask that names one client address is the same as no mask; a plain tunnel the same as none told", () => {
    const [masked] = parseSave("-A -t 10.0.0.1:80 -p 60\n-a -t 10.0.0.1:80 -r 10.1.0.1 -i\n").value.services;
    if (masked?.persistence === undefined) throw new Error("the rule makes a persistent service");
    const spelt = { ...masked, persistence: { ...masked.persistence, mask: "255.255.255.255" } };
    const untold = {
      ...masked,
      destinations: masked.destinations.map((row) => {
        const { tunnel: _, ...rest } = row;
        return rest;
      }),
    };
    const normal = normalizeTable({ version: "", size: 0, services: [masked] });
    expect(normalizeTable({ version: "", size: 0, services: [spelt] })).toEqual(normal);
    expect(normalizeTable({ version: "", size: 0, services: [untold] })).toEqual(normal);
  });
});
