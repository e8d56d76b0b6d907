import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cidrContains,
  netmaskToPrefix,
  networkAddress,
  parseCidr,
  prefixToNetmask,
  printCidr,
} from "./cidr.ts";

describe("a prefix names a network", () => {
  it.each([
    ["192.0.2.15/24", "192.0.2.15/24"],
    ["192.0.2.15", "192.0.2.15/32"],
    ["2001:DB8::1", "2001:db8::1/128"],
    ["::/0", "::/0"],
  ])("%s is %s", (text, canonical) => {
    const cidr = parseCidr(text);
    expect(cidr && printCidr(cidr)).toBe(canonical);
  });

  it.each([
    "192.0.2.0/33",
    "::/129",
    "192.0.2.0/",
    "192.0.2.0/024",
    "192.0.2.0/-1",
    "/24",
    "host/24",
    "1.2.3.4/24/8",
  ])("%j is no prefix", (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  it("an address outside, or of the other family, is not contained", () => {
    const lan = { address: "61.135.93.0", prefixLength: 24 };
    expect(cidrContains(lan, "61.135.93.99")).toBe(true);
    expect(cidrContains(lan, "61.135.99.80")).toBe(false);
    expect(cidrContains({ address: "0.0.0.0", prefixLength: 0 }, "::1")).toBe(false);
    expect(cidrContains({ address: "2001:db8::", prefixLength: 33 }, "2001:db8:7fff::1")).toBe(true);
    expect(cidrContains({ address: "2001:db8::", prefixLength: 33 }, "2001:db8:8000::1")).toBe(false);
    expect(networkAddress({ address: "10.1.2.3", prefixLength: 12 })).toBe("10.0.0.0");
  });

  it("netmask and prefix length say the same, both ways", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 32 }), (prefixLength) => {
        const netmask = prefixToNetmask(prefixLength);
        expect(netmask && netmaskToPrefix(netmask)).toBe(prefixLength);
      }),
    );
    expect(prefixToNetmask(20)).toBe("255.255.240.0");
    expect(prefixToNetmask(33)).toBeUndefined();
    expect(netmaskToPrefix("255.0.255.0")).toBeUndefined();
    expect(netmaskToPrefix("::")).toBeUndefined();
  });
});
