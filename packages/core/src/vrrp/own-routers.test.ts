import { describe, expect, it } from "vitest";
import { composeModel } from "../keepalived/compose.ts";
import { preprocess } from "../keepalived/preprocess.ts";
import { secretsOf } from "../keepalived/redact.ts";
import { type ConfiguredRouter, configuredRouters, ownRouters } from "./own-routers.ts";

const read = (text: string): ConfiguredRouter[] => {
  const tree = preprocess(new TextEncoder().encode(text), { path: "a.conf", configId: "lb1" }).value;
  return configuredRouters(composeModel(tree).value, secretsOf(tree.bytes));
};

const instance = (lines: readonly string[], addresses: readonly string[] = ["192.0.2.15/32"]): string =>
  `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
${lines.map((line) => `  ${line}`).join("\n")}
  virtual_ipaddress {
${addresses.map((address) => `    ${address}`).join("\n")}
  }
}
`;

const passwordIn = (text: string): string | undefined => {
  const [router] = read(text);
  const data = router?.expectation.version === 2 ? router.expectation.passwordData : undefined;
  return data === undefined || data === "not-known" ? data : new TextDecoder().decode(data);
};

const authentication = (line: string): string =>
  instance(["authentication {", "auth_type PASS", `auth_pass ${line}`, "}"]);

describe("a director's own virtual routers", () => {
  it("are what the file asks for, in the words of the wire", () => {
    const text = instance(
      ["version 3", "advert_int 0.25", "unicast_src_ip 192.0.2.1", "unicast_peer {", "192.0.2.2", "}"],
      ["192.0.2.15/32", "2001:db8::15"],
    );
    expect(read(text)).toEqual([
      {
        instance: "VI_1",
        link: "eth0",
        family: "inet",
        expectation: { version: 3, virtualRouterId: 51, addresses: ["192.0.2.15"] },
        advertIntervalMs: 250,
        sourceAddress: "192.0.2.1",
        peers: ["192.0.2.2"],
        isHidden: false,
      },
    ]);
  });

  it("of version 2 count whole seconds and know their password, however it is written", () => {
    expect(read(instance(["advert_int 1.4"]))).toMatchObject([
      { advertIntervalMs: 1000, expectation: { advertIntervalS: 1, passwordData: undefined } },
    ]);
    expect(passwordIn(authentication("hush"))).toBe("hush\0\0\0\0");
    expect(passwordIn(authentication("hush # a note"))).toBe("hush\0\0\0\0");
    expect(passwordIn(authentication('"hush hush hush"'))).toBe("hush hus");
    expect(passwordIn(`$PASS=hush\n${authentication("$PASS")}`)).toBe("hush\0\0\0\0");
    expect(passwordIn(authentication("hush\n@lb1 auth_pass other\n@lb2 auth_pass third"))).toBe("not-known");
  });

  it("of IPv6 are version 3 and of that family; those without an id are none", () => {
    expect(read(instance([], ["fe80::15", "2001:db8::15"]))).toMatchObject([
      { family: "inet6", expectation: { version: 3, addresses: ["fe80::15", "2001:db8::15"] } },
    ]);
    expect(read("vrrp_instance VI_1 {\n  interface eth0\n}\n")).toEqual([]);
  });

  it("with auth_type AH are hidden", () => {
    expect(read(instance(["authentication {", "auth_type AH", "auth_pass hush", "}"]))).toMatchObject([
      { isHidden: true },
    ]);
  });

  it("speak from the file's address, else from their interface's", () => {
    const present = {
      masterSinceMs: (name: string) => (name === "VI_1" ? 3 : undefined),
      addressOf: (link: string, family: string) => `${link} ${family}`,
    };
    expect(ownRouters(read(instance([])), present)).toMatchObject([
      { ownAddress: "eth0 inet", masterSinceMs: 3, peers: undefined },
    ]);
    expect(ownRouters(read(instance(["mcast_src_ip 192.0.2.7"])), present)).toMatchObject([
      { ownAddress: "192.0.2.7" },
    ]);
  });
});
