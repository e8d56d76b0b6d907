import { describe, expect, it } from "vitest";
import { composeModel } from "../keepalived/compose.ts";
import { parseConfig } from "../keepalived/parse.ts";
import { configuredFromModel } from "./configured-from-model.ts";
import { configuredSchema } from "./configured.ts";
import type { Configured } from "./configured.ts";

const configuredOf = (text: string): Configured =>
  configuredFromModel(
    composeModel(parseConfig(new TextEncoder().encode(text), { path: "a.conf" }).value).value,
  );

const instance = `global_defs {
    router_id lb1
    lvs_timeouts tcp 900 udp 30
}
track_file load {
    file "/run/load"
    weight 5
}
vrrp_sync_group pair {
    group {
        inside
    }
}
vrrp_instance inside {
    state MASTER
    interface eth1
    virtual_router_id 51
    priority 150
    advert_int 2
    preempt_delay 30
    authentication {
        auth_type PASS
        auth_pass s3cret
    }
    unicast_peer {
        192.0.2.3
    }
    track_interface {
        eth2
    }
    track_file {
        load
        missing
    }
    virtual_ipaddress {
        192.0.2.10/24 dev eth2
        192.0.2.11
    }
    virtual_ipaddress_excluded {
        2001:db8::10/64
    }
}
`;

describe("an instance", () => {
  const [inside] = configuredOf(instance).instances;

  it("is told with its settings, its group, its addresses and what it follows", () => {
    expect(inside).toEqual({
      name: "inside",
      initialState: "MASTER",
      interface: "eth1",
      virtualRouterId: 51,
      priority: 150,
      advertIntervalCs: 200,
      version: 2,
      preempt: true,
      preemptDelayS: 30,
      hasPassword: true,
      unicastPeers: ["192.0.2.3"],
      syncGroup: "pair",
      virtualAddresses: [
        { address: "192.0.2.10/24", device: "eth2", isExcluded: false },
        { address: "192.0.2.11/32", isExcluded: false },
        { address: "2001:db8::10/64", isExcluded: true },
      ],
      trackFiles: [{ name: "load", path: "/run/load", weight: 5 }],
      trackInterfaces: ["eth2"],
      line: 14,
    });
  });

  it("carries no password, in no form", () => {
    expect(JSON.stringify(configuredOf(instance))).not.toContain("s3cret");
  });

  it("takes what it does not say from the settings of the daemon, and version 3 for IPv6", () => {
    const bare = (extra: string, address: string): string =>
      `global_defs {\n${extra}\n}\nvrrp_instance V {\nvirtual_router_id 5\nvirtual_ipaddress {\n${address}\n}\n}\n`;
    expect(configuredOf(bare("vrrp_version 3\ndefault_interface eth7", "192.0.2.1")).instances).toMatchObject(
      [{ version: 3, interface: "eth7", initialState: "BACKUP", priority: 100, hasPassword: false }],
    );
    expect(configuredOf(bare("", "2001:db8::1")).instances).toMatchObject([
      { version: 3, interface: "eth0" },
    ]);
  });
});

describe("the daemon", () => {
  it("is told with its name and the timeouts it sets; absent ones stay absent", () => {
    expect(configuredOf(instance)).toMatchObject({ routerId: "lb1", timeouts: { tcpS: 900, udpS: 30 } });
    expect(configuredOf("")).toEqual({ instances: [], services: [] });
  });
});

const service = (head: string, ...lines: readonly string[]): string =>
  `${head} {\nlb_algo wrr\nprotocol TCP\n${lines.join("\n")}\n}\n`;

describe("a service", () => {
  it("holds its real servers with their weights, limits and checks", () => {
    const [first] = configuredOf(
      service(
        "virtual_server 192.0.2.10 80",
        "lb_kind NAT",
        "delay_loop 7",
        "persistence_timeout 50",
        "quorum 2",
        "sorry_server 192.0.2.99 81",
        "real_server 198.51.100.1 8080 {",
        "weight 3",
        "inhibit_on_failure",
        "uthreshold 9",
        "HTTP_GET {",
        "url {",
        "path /health",
        "status_code 200",
        "}",
        "connect_timeout 2",
        "}",
        "TCP_CHECK {",
        "retry 4",
        "delay_before_retry 6",
        "connect_port 8081",
        "}",
        "}",
      ),
    ).services;
    expect(first).toMatchObject({
      id: { kind: "address", protocol: "TCP", address: "192.0.2.10", port: 80 },
      scheduler: "wrr",
      forwarding: "Masq",
      persistenceTimeoutS: 50,
      quorum: 2,
      delayLoopS: 7,
      sorryServer: { address: "192.0.2.99", port: 81 },
      line: 1,
    });
    expect(first?.realServers).toMatchObject([
      {
        address: "198.51.100.1",
        port: 8080,
        weight: 3,
        forwarding: "Masq",
        upperThreshold: 9,
        lowerThreshold: 0,
        inhibitOnFailure: true,
        line: 9,
        checks: [
          { kind: "HTTP_GET", connectTimeoutS: 2, retry: 1, delayBeforeRetryS: 3, detail: "/health 200" },
          {
            kind: "TCP_CHECK",
            connectPort: 8081,
            connectTimeoutS: 5,
            retry: 4,
            delayBeforeRetryS: 6,
            detail: "",
          },
        ],
      },
    ]);
  });

  it("by Route has real servers on its own port, whatever theirs says", () => {
    const [first] = configuredOf(
      service("virtual_server 192.0.2.10 80", "lb_kind DR", "real_server 198.51.100.1 8080 {", "}"),
    ).services;
    expect(first?.realServers).toMatchObject([{ address: "198.51.100.1", port: 80, writtenPorts: [8080] }]);
  });

  it("by a group is one for every address of the group, each with all real servers", () => {
    const text =
      "virtual_server_group G {\n192.0.2.10-11 80\nfwmark 7\n}\n" +
      service("virtual_server group G", "lb_kind NAT", "real_server 198.51.100.1 80 {", "}");
    const { services } = configuredOf(text);
    expect(services.map(({ id, group, realServers }) => [id, group, realServers.length])).toEqual([
      [{ kind: "address", protocol: "TCP", address: "192.0.2.10", port: 80 }, "G", 1],
      [{ kind: "address", protocol: "TCP", address: "192.0.2.11", port: 80 }, "G", 1],
      [{ kind: "fwmark", mark: 7, family: "inet" }, "G", 1],
    ]);
  });

  it("without real servers is not in the table, so it is left out", () => {
    expect(configuredOf(service("virtual_server 192.0.2.10 80", "lb_kind NAT")).services).toEqual([]);
  });
});

it("everything it tells can travel", () => {
  const all = configuredOf(
    instance + service("virtual_server fwmark 3", "lb_kind TUN", "real_server 198.51.100.1 {", "}"),
  );
  expect(configuredSchema.parse(JSON.parse(JSON.stringify(all)))).toEqual(all);
});
