import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressFamily,
  addressFromBytes,
  addressToBytes,
  compareAddresses,
  parseAddress,
} from "./address.ts";

describe("an address has one canonical text", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["0:0:0:0:0:ffff:c000:0201", "::ffff:192.0.2.1"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["::1:0", "::0.1.0.0"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ])("%s is %s", (text, canonical) => {
    expect(parseAddress(text)).toBe(canonical);
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "a.b.c.d",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "::12345",
    "1.2.3.4::",
    "1:2:3:4:5:6:7:8::",
    "fe80::1%eth0",
    "[::1]",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::1.2.3.4:5",
  ])("%j is no address", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it("text and bytes say the same, both ways, for any address", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc
        .array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 })
        .map((values) => Uint8Array.from(values)),
    );
    fc.assert(
      fc.property(bytes, (raw) => {
        const text = addressFromBytes(raw);
        if (text === undefined) throw new Error("4 or 16 bytes are always an address");
        expect(parseAddress(text)).toBe(text);
        expect(addressToBytes(text)).toEqual(raw);
        expect(addressFamily(text)).toBe(raw.length === 4 ? "inet" : "inet6");
      }),
    );
  });

  it("other lengths of bytes are no address", () => {
    expect(addressFromBytes(new Uint8Array(5))).toBeUndefined();
  });

  it("order is numeric, IPv4 first", () => {
    expect(["::1", "10.0.0.9", "9.0.0.10", "::", "10.0.0.10"].toSorted(compareAddresses)).toEqual([
      "9.0.0.10",
      "10.0.0.9",
      "10.0.0.10",
      "::",
      "::1",
    ]);
    expect(compareAddresses("::1", "::1")).toBe(0);
  });
});
