import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { composeModel } from "./compose.ts";
import { keepalivedModelSchema } from "./model.ts";
import { parseConfig, reparseConfig } from "./parse.ts";
import { preprocess } from "./preprocess.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const compose = (text: string) =>
  composeModel(preprocess(encode(text), { path: "a.conf", configId: "me" }).value);
const modelOf = (text: string) => compose(text).value;
const notUsed = (text: string): number[] =>
  compose(text)
    .diagnostics.filter(({ code }) => code === "value-not-used")
    .map(({ line }) => line);

describe("VRRP", () => {
  it("reads an instance with everything around it", () => {
    const model = modelOf(`global_defs { router_id LVS_1
  script_user root
  lvs_sync_daemon eth1 VI_1 id 7
  notification_email { a@b.c d@e.f }
}
vrrp_script chk { script "/bin/pgrep 'a b'"
  interval 2
  weight -20 reverse
}
vrrp_sync_group G { group { VI_1
  VI_2 } notify "/bin/n x" root wheel
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 0.5
  version 3
  nopreempt
  authentication { auth_type PASS
    auth_pass 1234567890 }
  virtual_ipaddress {
    10.0.0.5/24 dev eth0 label eth0:1
    10.0.0.6
  }
  virtual_ipaddress_excluded { 2001:DB8::5/64 }
  unicast_src_ip 10.0.0.1
  unicast_peer { 10.0.0.2 min_ttl 2 }
  track_interface { eth1 weight 10 }
  track_script { chk }
  notify_master "/bin/m \\"x y\\""
  garp_master_delay 1
}
`);
    expect(model.global).toMatchObject({
      routerId: "LVS_1",
      scriptUser: { user: "root" },
      lvsSyncDaemon: { interface: "eth1", instance: "VI_1", syncId: 7 },
      notificationEmails: ["a@b.c", "d@e.f"],
    });
    expect(model.trackScripts).toMatchObject([
      {
        name: "chk",
        script: { argv: ["/bin/pgrep", "a b"] },
        intervalS: 2,
        weight: -20,
        isReversed: true,
        rise: 1,
        fall: 1,
      },
    ]);
    expect(model.syncGroups).toMatchObject([
      {
        name: "G",
        instances: [{ name: "VI_1" }, { name: "VI_2" }],
        notify: { any: { argv: ["/bin/n", "x"], user: "root", group: "wheel" } },
      },
    ]);
    expect(model.instances).toMatchObject([
      {
        name: "VI_1",
        state: "MASTER",
        interface: "eth0",
        virtualRouterId: 51,
        priority: 150,
        advertIntervalS: 0.5,
        version: 3,
        canPreempt: false,
        authentication: { type: "PASS", secret: { length: 8 } },
        virtualAddresses: [
          {
            address: "10.0.0.5",
            prefixLength: 24,
            device: "eth0",
            label: "eth0:1",
            source: { path: "a.conf", line: 24 },
          },
          { address: "10.0.0.6", prefixLength: 32 },
        ],
        excludedAddresses: [{ address: "2001:db8::5", family: "inet6", prefixLength: 64 }],
        unicastSourceAddress: "10.0.0.1",
        unicastPeers: [{ address: "10.0.0.2", options: ["min_ttl", "2"] }],
        tracks: { interfaces: [{ name: "eth1", weight: 10 }], scripts: [{ name: "chk" }] },
        settings: [{ keyword: "garp_master_delay", values: ["1"], source: { line: 33 } }],
        source: { path: "a.conf", line: 13 },
      },
    ]);
  });

  it("takes keepalived's defaults: BACKUP, 100 or 255 as MASTER, one second", () => {
    expect(modelOf("vrrp_instance A {\n}\nvrrp_instance B {\nstate MASTER\n}").instances).toMatchObject([
      { state: "BACKUP", priority: 100, advertIntervalS: 1, canPreempt: true },
      { state: "MASTER", priority: 255, isPriorityGiven: false },
    ]);
  });

  it("does not use what keepalived does not use, and says where", () => {
    const text =
      "vrrp_instance A {\nstate SLAVE\npriority 300\nvirtual_router_id 0\nvirtual_ipaddress {\nx\n10.0.0.1\n2001:db8::1\n}\n}\n";
    expect(notUsed(text)).toEqual([2, 3, 4, 6, 5]);
    expect(modelOf(text).instances[0]).toMatchObject({
      state: "BACKUP",
      priority: 100,
      virtualAddresses: [{ address: "10.0.0.1" }],
    });
  });
});

describe("virtual servers", () => {
  it("reads every checker", () => {
    const model = modelOf(`virtual_server 10.0.0.1 80 {
  delay_loop 3
  quorum 2
  sorry_server 10.9.9.9 81
  sorry_server_inhibit
  real_server 10.1.0.1 8080 { weight 0
    inhibit_on_failure
    TCP_CHECK { connect_timeout 1.5
      connect_port 81 }
    HTTP_GET { url { path /a
        status_code 200 300-302 } url { path /b
        digest abc }
      virtualhost v }
    SSL_GET { url { path / } }
    SMTP_CHECK { helo_name h }
    DNS_CHECK { type A
      name x.y }
    UDP_CHECK { require_reply 00 }
    PING_CHECK { retry 2 }
    MISC_CHECK { misc_path "/bin/c 'a b'"
      misc_dynamic }
    BFD_CHECK { name b }
    FILE_CHECK { track_file f }
    notify_down "/bin/d x" u
  }
}
`);
    expect(model.virtualServers).toMatchObject([
      {
        target: { kind: "address", address: "10.0.0.1", port: 80 },
        protocol: "UDP",
        isProtocolGiven: false,
        delayLoopS: 3,
        quorum: 2,
        sorryServer: { address: "10.9.9.9", port: 81, inhibits: true },
        realServers: [
          {
            address: "10.1.0.1",
            port: 8080,
            weight: 0,
            inhibitsOnFailure: true,
            notifyDown: { argv: ["/bin/d", "x"], user: "u" },
            checkers: [
              { type: "TCP_CHECK", connectTimeoutS: 1.5, connectPort: 81 },
              {
                type: "HTTP_GET",
                virtualhost: "v",
                urls: [
                  { path: "/a", statusCodes: ["200", "300-302"] },
                  { path: "/b", digest: "abc", statusCodes: [] },
                ],
              },
              { type: "SSL_GET", urls: [{ path: "/" }] },
              { type: "SMTP_CHECK", heloName: "h" },
              { type: "DNS_CHECK", queryType: "A", queryName: "x.y" },
              { type: "UDP_CHECK", settings: [{ keyword: "require_reply", values: ["00"] }] },
              { type: "PING_CHECK", retry: 2 },
              { type: "MISC_CHECK", script: { argv: ["/bin/c", "a b"] }, isDynamic: true },
              { type: "BFD_CHECK", bfdName: "b" },
              { type: "FILE_CHECK", trackFile: "f" },
            ],
          },
        ],
      },
    ]);
  });

  it("reads tunnels, marks, groups and their members", () => {
    const model = modelOf(`virtual_server_group G {
  10.0.0.1-3 80
  2001:db8::a-ff 443
  fwmark 5
}
virtual_server group G { lb_kind TUN type gue port 6080 csum
}
virtual_server fwmark 9 { ip_family inet6
}
`);
    expect(model.serverGroups).toMatchObject([
      {
        name: "G",
        members: [
          { kind: "address", address: "10.0.0.1", lastAddress: "10.0.0.3", port: 80 },
          { kind: "address", address: "2001:db8::a", lastAddress: "2001:db8::ff", port: 443 },
          { kind: "fwmark", mark: 5 },
        ],
      },
    ]);
    expect(model.virtualServers).toMatchObject([
      {
        target: { kind: "group", name: "G" },
        forwarding: "Tunnel",
        tunnel: { type: "gue", port: 6080, checksum: "csum" },
      },
      { target: { kind: "fwmark", mark: 9 }, family: "inet6" },
    ]);
  });

  it("drops what keepalived drops for its first line", () => {
    const text =
      "virtual_server host 80 {\n}\nvirtual_server 10.0.0.1 80 {\nreal_server 10.1.0.1 x {\n}\nreal_server x 80 {\n}\n}\n";
    expect(modelOf(text).virtualServers).toMatchObject([
      { target: { address: "10.0.0.1" }, realServers: [] },
    ]);
    expect(notUsed(text)).toEqual([1, 4, 6]);
  });
});

describe("the rest", () => {
  it("keeps every other keyword and block as written, secrets masked", () => {
    const model = modelOf(
      "SSL {\n password abc\n ca /x\n}\nstatic_routes {\n 10.0.0.0/8 via 10.0.0.1\n}\nchild_wait_time 7\n",
    );
    expect(model.others.map(({ keyword, values }) => [keyword, ...values])).toEqual([
      ["SSL"],
      ["SSL/password", "••••"],
      ["SSL/ca", "/x"],
      ["child_wait_time", "7"],
    ]);
    expect(model.staticRoutes).toMatchObject([{ words: ["10.0.0.0/8", "via", "10.0.0.1"] }]);
  });

  it("reads an unknown block as keepalived does: its content belongs to the block around it", () => {
    const { value, diagnostics } = compose(
      "vrrp_instance A {\n nonsense {\n  priority 7\n }\n interface eth0\n}\n",
    );
    expect(value.instances).toMatchObject([{ name: "A", priority: 7 }]);
    expect(value.instances[0]?.interface).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toContain("unknown-keyword");
  });

  it("takes what definitions and conditions make of the file", () => {
    const model = modelOf("$P=150\nvrrp_instance A {\n @me priority $P\n @you priority 1\n}\n");
    expect(model.instances).toMatchObject([{ priority: 150, source: { line: 2 } }]);
  });

  it("composes only what changed when a file is read again", () => {
    const tree = parseConfig(encode("vrrp_instance A {\n}\nvrrp_instance B {\n}\n"), { path: "" }).value;
    const before = composeModel(tree).value;
    const again = composeModel(
      reparseConfig(tree, { start: 38, end: 38, bytes: encode(" priority 3\n") }).value,
    ).value;
    expect(again.instances[0]).toBe(before.instances[0]);
    expect(again.instances).toMatchObject([{ priority: 100 }, { priority: 3 }]);
  });
});

const folder = fileURLToPath(new URL("../../../../../shared/corpus/keepalived", import.meta.url));
/** Sequences of a hundred thousand lines are for the tests of limits. */
const isLarge = (name: string): boolean => /~SEQ/u.test(readFileSync(join(folder, name), "latin1"));
const names = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith(".conf") && !isLarge(name))
  : [];

describe.skipIf(names.length === 0)("real files (skipped: no corpus here)", () => {
  it("all become models that keep to their schema and hold no password", () => {
    const wrong = names.filter((name) => {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      const { value } = composeModel(preprocess(bytes, { path: name, configId: "me" }).value);
      return !keepalivedModelSchema.safeParse(value).success;
    });
    expect(wrong).toEqual([]);
  });
});
