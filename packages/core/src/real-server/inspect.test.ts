import { expect, it } from "vitest";
import { parseArpSysctls, parseLoopback } from "./inspect.ts";

const loopback = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet 192.0.2.64/32 scope global lo:0\\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever
`;

it("finds the VIP among the addresses of lo", () => {
  expect(parseLoopback(loopback)).toEqual(["127.0.0.1", "192.0.2.64", "::1"]);
});

it("takes a text it cannot read for unknown, not for a lo without addresses", () => {
  expect(parseLoopback('Device "lo" does not exist.')).toBeUndefined();
  expect(parseLoopback("")).toBeUndefined();
});

it("reads the four ARP sysctls in their order", () => {
  expect(parseArpSysctls("1\n2\n1\n2\n")).toEqual({
    allIgnore: 1,
    allAnnounce: 2,
    loIgnore: 1,
    loAnnounce: 2,
  });
});

it("takes a missing or odd number for unknown", () => {
  expect(parseArpSysctls("1\n2\n1\n")).toBeUndefined();
  expect(parseArpSysctls("1\n2\n1\nx\n")).toBeUndefined();
});
