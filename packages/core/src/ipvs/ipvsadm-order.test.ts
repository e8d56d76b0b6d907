import { describe, expect, it } from "vitest";
import { sortDestinationsAsIpvsadm, sortServicesAsIpvsadm } from "./ipvsadm-order.ts";
import { parseSave } from "./save-format.ts";
import { compareServiceIds, serviceKey } from "./table.ts";

const servicesOf = (rules: readonly string[]) => parseSave(rules.join("\n")).value.services;
const keysOf = (rules: readonly string[]): string[] =>
  sortServicesAsIpvsadm(servicesOf(rules)).map(({ id }) => serviceKey(id));

describe("ipvsadm's order", () => {
  it("is by mark, family, protocol, address and port where numbers are near", () => {
    expect(
      keysOf([
        "-A -t [::2]:80",
        "-A -t 10.0.0.2:80",
        "-A -u 10.0.0.1:80",
        "-A -t 10.0.0.1:443",
        "-A -t 10.0.0.1:80",
        "-A -f 2",
        "-A -f 1",
      ]),
    ).toEqual([
      "TCP 10.0.0.1:80",
      "TCP 10.0.0.1:443",
      "TCP 10.0.0.2:80",
      "UDP 10.0.0.1:80",
      "TCP [::2]:80",
      "FWM 1",
      "FWM 2",
    ]);
  });

  it("wraps where two numbers are more than 2^31 apart, so it depends on the order before", () => {
    const far = ["-A -t 200.0.0.1:80", "-A -t 100.0.0.1:80", "-A -t 10.0.0.1:80"];
    expect(keysOf(far)).toEqual(["TCP 200.0.0.1:80", "TCP 10.0.0.1:80", "TCP 100.0.0.1:80"]);
    expect(keysOf(far.toReversed())).toEqual(["TCP 10.0.0.1:80", "TCP 100.0.0.1:80", "TCP 200.0.0.1:80"]);
  });

  it("compares real servers of two families by the first's family alone", () => {
    const [service] = servicesOf([
      "-A -t 10.0.0.1:80",
      "-a -t 10.0.0.1:80 -r [2001:db8::5]:80 -i",
      "-a -t 10.0.0.1:80 -r 32.1.13.184 -i",
    ]);
    // 0x20010db8 is 32.1.13.184: equal while only the first word counts, so the port and then the order before decide.
    expect(sortDestinationsAsIpvsadm(service?.destinations ?? []).map(({ address }) => address)).toEqual([
      "32.1.13.184",
      "2001:db8::5",
    ]);
  });

  it("is not our own order, which is total", () => {
    const ids = servicesOf([
      "-A -t 200.0.0.1:80",
      "-A -t 10.0.0.1:80",
      "-A -f 9",
      "-A -u 1.0.0.1:1",
      "-A -t [::1]:1",
      "-A -f 9 -6",
    ]).map(({ id }) => id);
    expect(ids.toSorted(compareServiceIds).map(serviceKey)).toEqual([
      "FWM 9",
      "FWM 9 IPv6",
      "TCP 10.0.0.1:80",
      "TCP 200.0.0.1:80",
      "UDP 1.0.0.1:1",
      "TCP [::1]:1",
    ]);
  });
});
