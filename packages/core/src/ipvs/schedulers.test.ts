import { describe, expect, it } from "vitest";
import {
  findScheduler,
  printSchedulerFlags,
  schedulerFlagBit,
  schedulerFlagBits,
  schedulerFlagNames,
  schedulers,
} from "./schedulers.ts";

describe("schedulers", () => {
  it("are those ipvsadm's help names", () => {
    expect(schedulers.map(({ name }) => name).join("|")).toBe(
      "rr|wrr|lc|wlc|lblc|lblcr|dh|sh|sed|nq|fo|ovf|mh",
    );
    expect(findScheduler("wlc")?.usesWeights).toBe(true);
    expect(findScheduler("xyz")).toBeUndefined();
  });

  it("name the same flag bits each in its own words, both ways", () => {
    expect(schedulerFlagNames("sh", 0x18)).toEqual(["sh-fallback", "sh-port"]);
    expect(schedulerFlagNames("mh", 0x10)).toEqual(["mh-port"]);
    expect(schedulerFlagNames("wrr", 0x28)).toEqual(["flag-1", "flag-3"]);
    for (const { name } of schedulers) {
      for (let bits = 0; bits < 0x40; bits += 8)
        expect(schedulerFlagBits(name, schedulerFlagNames(name, bits))).toBe(bits);
    }
  });

  it("refuse another scheduler's flag", () => {
    expect(schedulerFlagBit("mh", "sh-port")).toBeUndefined();
    expect(schedulerFlagBit("sh", "flag-2")).toBe(0x10);
  });

  it("print no name for a bit that sh and mh do not know, but show that something is set", () => {
    expect(printSchedulerFlags("sh", ["flag-3"])).toBe("");
    expect(printSchedulerFlags("sh", ["sh-port", "flag-3"])).toBe("sh-port");
    expect(printSchedulerFlags("rr", [])).toBeUndefined();
  });
});
