import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinListings } from "./listing-table.ts";
import { parseListing, parseListings } from "./listing-parse.ts";
import { printListing } from "./listing-print.ts";
import { listingViews, parseTunnelInfo, printTunnelInfo } from "./listing.ts";
import type { IpvsTable } from "./model.ts";
import { normalizeTable } from "./table.ts";
import { generateTable } from "./testing/generate-table.ts";

const omitted = <T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> => {
  const { [key]: _, ...rest } = value;
  return rest;
};

const withoutIdleEngines = (table: IpvsTable): IpvsTable => ({
  ...table,
  services: table.services.map((service) => omitted(service, "idleEngine")),
});

const tables = fc
  .record({ seed: fc.nat(), services: fc.nat(12), destinations: fc.nat(5) })
  .map(({ seed, services, destinations }) =>
    generateTable(seed, { services, destinations, withTraffic: true }),
  );

describe("a listing read back", () => {
  it("the six exact numeric listings of any table give the whole table again", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const texts = listingViews.map((view) =>
          printListing(table, { view, isExact: true, isSorted: false }),
        );
        const { value, diagnostics } = parseListings(texts.join(""));
        expect(diagnostics).toEqual([]);
        const { table: joined, problems } = joinListings(value);
        expect(problems).toEqual([]);
        expect(normalizeTable(joined)).toEqual(withoutIdleEngines(normalizeTable(table)));
      }),
    );
  });

  it("numbers cut to K, M, G, T are marked, and are the least they can stand for", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const { value } = parseListing(printListing(table, { view: "stats", isSorted: false }));
        const truths = table.services.flatMap((service) => [
          service.counters,
          ...service.destinations.map(({ counters }) => counters),
        ]);
        const read = value.services.flatMap((service) => [
          service.counters,
          ...service.destinations.map(({ counters }) => counters),
        ]);
        expect(read.length).toBe(truths.length);
        for (const [index, counters] of truths.entries()) {
          const cut = read[index];
          expect(cut?.inBytes).toBeLessThanOrEqual(counters.inBytes);
          expect(counters.inBytes - (cut?.inBytes ?? 0)).toBeLessThan(Math.max(1, counters.inBytes / 100));
        }
        const hasLarge = truths.some((counters) => Object.values(counters).some((count) => count >= 1e8));
        expect(value.isExact).toBe(!hasLarge);
      }),
    );
  });

  it("any text whatever is read without an exception, and every line is a row, a header or a diagnostic", () => {
    const words = fc.constantFrom(
      "TCP",
      "FWM",
      "->",
      "10.0.0.1:80",
      "[::1]:80",
      "wlc",
      "0",
      "7",
      "IPv6",
      "(",
      "()",
      "(sh-port)",
      "persistent",
      "ops",
      "Masq",
      "x",
      "1M",
      "-1",
      "\t",
      "",
    );
    const lines = fc.array(
      fc.array(words, { maxLength: 8 }).map((line) => line.join(" ")),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, (text) => {
        const { value, diagnostics } = parseListings(text.join("\n"));
        const rows = value.flatMap(({ services }) =>
          services.flatMap((service) => [service, ...service.destinations]),
        );
        const filled = text.filter((line) => line.trim() !== "").length;
        expect(rows.length + diagnostics.length).toBeGreaterThanOrEqual(filled);
      }),
    );
  });

  it("an unknown line is a diagnostic with its number, and real servers after it belong to nobody", () => {
    const text =
      "TCP  10.0.0.1:80 rr\n  -> 10.1.0.1:80 Masq 1 0 0\nDCCP 10.0.0.2:80 rr\n  -> 10.1.0.2:80 Masq 1 0 0\n";
    const { value, diagnostics } = parseListing(text);
    expect(value.services.map(({ destinations }) => destinations.length)).toEqual([1]);
    expect(diagnostics.map(({ line, reason }) => [line, reason])).toEqual([
      [3, "not a line of this listing"],
      [4, "a real server that belongs to no readable service"],
    ]);
  });

  it("words of a fork are reported but do not hide the row", () => {
    const text =
      "TCP 10.0.0.1:80 rr conn-timeout 60\n  -> 10.1.0.1:80 Masq 0 0 6 inhibited\n  -> 10.1.0.2:80 FullNat 1 0 0\n";
    const { value, diagnostics } = parseListing(text);
    expect(value.services[0]?.destinations.length).toBe(1);
    expect(diagnostics.map(({ reason }) => reason)).toEqual([
      "unknown words after the scheduler: conn-timeout 60",
      "unknown words after the last column: inhibited",
      "the cells after the name are not those of the plain listing",
    ]);
  });

  it("a second listing in the text is said, not mixed in", () => {
    const one = printListing(generateTable(1, { services: 2, destinations: 1, withTraffic: false }), {
      view: "plain",
    });
    const { value, diagnostics } = parseListing(one + one);
    expect(value.services.length).toBe(2);
    expect(diagnostics.length).toBe(1);
  });

  it("joining says which entries no listing explains", () => {
    const stats =
      "Prot LocalAddress:Port  Conns   InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port\nTCP  10.0.0.1:80 1 2 3 4 5\n";
    expect(joinListings([parseListing(stats).value]).problems).toEqual([
      "TCP 10.0.0.1:80: no listing given before shows its scheduler",
    ]);
    const named = "TCP  web.example.org:http rr\n";
    expect(joinListings([parseListing(named).value]).problems).toEqual([
      "a service is listed by name; list with -n to read its address",
    ]);
  });

  it("how a tunnel wraps reads and prints the same", () => {
    for (const text of ["ipip", "gue:6080:-c", "gue:65535:r+c", "gre:+c", "gre:-c"]) {
      const tunnel = parseTunnelInfo(text);
      expect(tunnel && printTunnelInfo(tunnel)).toBe(text);
    }
    expect(parseTunnelInfo("gue:-c")).toBeUndefined();
  });
});
