import { describe, expect, it } from "vitest";
import { parseJsonDump } from "./json-dump.ts";

const data = {
  iname: "VI_1",
  ifp_ifname: "eth0",
  vrid: 51,
  base_priority: 150,
  effective_priority: 140,
  adver_int: 1,
  state: 2,
  version: 2,
  last_transition: 1_795_242_247.5,
  vips: ["10.99.0.100/24 dev eth1 scope global set", "10.99.0.101"],
  auth_type: 1,
  auth_data: "s3cretXX",
};

describe("keepalived's JSON dump", () => {
  it.each([
    ["before 2.2.8", [{ data }]],
    ["since json_version 2", { json_version: 2, vrrp: [{ data }] }],
  ])("is read in the form %s, without its password", (_, dump) => {
    const read = parseJsonDump(JSON.stringify(dump));
    expect(read).toEqual([
      {
        name: "VI_1",
        state: "MASTER",
        interface: "eth0",
        virtualRouterId: 51,
        version: 2,
        priority: 150,
        effectivePriority: 140,
        advertIntervalCs: 100,
        addresses: [
          { address: "10.99.0.100", device: "eth1" },
          { address: "10.99.0.101", device: undefined },
        ],
        lastTransitionAtMs: 1_795_242_247_500,
      },
    ]);
    expect(JSON.stringify(read)).not.toContain("s3cret");
  });

  it("is not taken for one while it is still being written, nor where it is something else", () => {
    const whole = JSON.stringify([{ data }]);
    for (const length of [0, 1, whole.length >> 1, whole.length - 1]) {
      expect(parseJsonDump(whole.slice(0, length))).toBeUndefined();
    }
    expect(parseJsonDump("not json")).toBeUndefined();
    expect(parseJsonDump("{}")).toBeUndefined();
  });

  it("leaves out an instance that a reload took away", () => {
    expect(parseJsonDump(JSON.stringify([{ data: { ...data, state: 97 } }]))).toEqual([]);
  });
});
