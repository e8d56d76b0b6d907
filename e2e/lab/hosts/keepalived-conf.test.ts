import { describe, expect, it } from "vitest";
import { planLab, topologies, vipsOf } from "../plan.ts";
import { fifos, printKeepalivedConf } from "./keepalived-conf.ts";

const filesOf = (topology: (typeof topologies)[number]) => {
  const plan = planLab(topology);
  return plan.directors.map((director) => printKeepalivedConf(plan, director).split("\n"));
};

describe.each(topologies)("the configuration of topology %s", (topology) => {
  it("differs between the directors in router_id, state and priority, and nowhere else", () => {
    const [first = [], second = []] = filesOf(topology);
    expect(first.length).toBe(second.length);
    const differing = first
      .filter((line, index) => line !== second[index])
      .map((line) => line.trim().split(" ")[0]);
    expect(new Set(differing)).toEqual(new Set(["router_id", "state", "priority"]));
  });

  it("names script_user before the FIFOs, or they would die at the first reload", () => {
    for (const lines of filesOf(topology)) {
      const indexOf = (text: string) => lines.findIndex((line) => line.includes(text));
      expect(indexOf("script_user root")).toBeGreaterThan(0);
      for (const path of Object.values(fifos)) expect(indexOf(path)).toBeGreaterThan(indexOf("script_user"));
    }
  });

  it("holds every VIP that a virtual server uses, and no real server without an address", () => {
    const plan = planLab(topology);
    for (const { vip, realServers } of plan.services) {
      expect(vipsOf(plan)).toContain(vip);
      for (const { name } of realServers)
        expect(plan.realServers.map((server) => server.name)).toContain(name);
    }
  });
});

it("gives each director of the dual topology the VIP that the other one backs up", () => {
  const plan = planLab("dual");
  expect(plan.instances.map(({ master }) => master)).toEqual(plan.directors.map(({ name }) => name));
});
