import { describe, expect, it } from "vitest";
import { composeModel } from "../keepalived/compose.ts";
import { preprocess } from "../keepalived/preprocess.ts";
import { routerConfigOf } from "./from-configuration.ts";

const read = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  const model = composeModel(preprocess(bytes, { path: "a.conf", configId: "lb1" }).value).value;
  return routerConfigOf(model, {
    addressOf: (networkInterface) => (networkInterface === "eth0" ? "192.0.2.1" : undefined),
    linkOf: (networkInterface) => (networkInterface === "eth0" ? "front" : networkInterface),
  });
};

describe("a configuration as the machine takes it", () => {
  it("has keepalived's defaults, weights of the tracked things, and those of the sync group", () => {
    const { config, unforetold } = read(`vrrp_script chk {
  script "/bin/true"
  weight -20
}
vrrp_sync_group G {
  group {
    VI_1
  }
  track_file {
    drain weight 5
  }
}
track_file drain {
  file /run/drain
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 1.4
  down_timer_adverts 4
  preempt_delay 2
  track_script {
    chk
  }
  virtual_ipaddress {
    192.0.2.15/24
  }
}
`);
    expect(unforetold).toEqual([]);
    expect(config).toEqual({
      instances: [
        {
          name: "VI_1",
          virtualRouterId: 51,
          link: "front",
          address: "192.0.2.1",
          addresses: ["192.0.2.15"],
          version: 2,
          priority: 150,
          startsAsMaster: true,
          advertIntervalMs: 1000,
          downTimerAdverts: 4,
          canPreempt: true,
          preemptDelayMs: 2000,
          trackers: [
            { kind: "interface", tracker: "interface front", weight: 0, isReversed: false },
            { kind: "script", tracker: "script chk", weight: -20, isReversed: false },
            { kind: "file", tracker: "file drain", weight: 5, isReversed: false },
          ],
        },
      ],
      groups: [{ name: "G", instances: ["VI_1"], usesTrackerWeights: false }],
    });
  });

  it("of IPv6 is version 3, from the source address of the file", () => {
    const { config } = read(`vrrp_instance V6 {
  interface eth9
  virtual_router_id 6
  advert_int 0.25
  nopreempt
  dont_track_primary
  unicast_src_ip fe80::1
  virtual_ipaddress {
    fe80::15
  }
}
`);
    expect(config.instances[0]).toMatchObject({
      version: 3,
      address: "fe80::1",
      advertIntervalMs: 250,
      canPreempt: false,
      trackers: [],
    });
  });

  it("names the instances for which something is missing", () => {
    const { config, unforetold } = read(`vrrp_instance A {
  virtual_router_id 1
}
vrrp_instance B {
  interface eth0
}
vrrp_instance C {
  interface eth7
  virtual_router_id 3
}
`);
    expect(config.instances).toEqual([]);
    expect(unforetold).toEqual([
      { instance: "A", missing: "interface" },
      { instance: "B", missing: "virtual_router_id" },
      { instance: "C", missing: "address" },
    ]);
  });
});
