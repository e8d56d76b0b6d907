import { describe, expect, it } from "vitest";
import { applyEdits } from "./apply-edits.ts";
import type { ConfigEdit } from "./edit.ts";
import { configEditSchema } from "./edit.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const file = `! head
global_defs {
   router_id A
}
vrrp_instance V1 {
\tstate MASTER
\tpriority 100   # prio
\tauthentication {
\t\tauth_type PASS
\t\tauth_pass abc
\t}
\tvirtual_ipaddress { 10.0.0.1 }
}
vrrp_sync_group G {
  group {
    V1
  }
}
virtual_server 10.0.0.1 80 {
  lb_kind DR
  protocol TCP
  # the first
  real_server 10.1.0.1 80 {
    weight 1 # w
    TCP_CHECK {
      connect_ip 10.1.0.1
      connect_port 80
      # a note
    }
  }

  real_server 10.1.0.2 80 { weight 3
    MISC_CHECK {
      misc_path "/bin/c -H 10.1.0.2 -p 80" # not 10.1.0.21
    }
  } # end
}
`;

const web = { kind: "address", protocol: "TCP", address: "10.0.0.1", port: 80 } as const;
const newServer = { address: "10.1.0.3", port: 80, weight: 5 };

const apply = (edits: readonly ConfigEdit[], text = file, configId?: string) =>
  applyEdits(encode(text), edits, { path: "a.conf", ...(configId === undefined ? {} : { configId }) });

/** Lines taken out (-) and put in (+), in one place of the file. */
const difference = (before: string, after: string): string[] => {
  const old = before.split("\n");
  const now = after.split("\n");
  let head = 0;
  while (head < old.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  return [
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
  ];
};

const changes = (edit: ConfigEdit, text = file): string[] => {
  expect(configEditSchema.parse(edit)).toEqual(edit);
  const { value, diagnostics } = apply([edit], text);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return difference(text, decode(value));
};

const refusal = (edit: ConfigEdit, text = file): string | undefined => {
  const bytes = encode(text);
  const { value, diagnostics } = applyEdits(bytes, [edit], { path: "a.conf" });
  expect(value).toBe(bytes);
  return diagnostics.find(({ severity }) => severity === "error")?.code;
};

describe("real servers", () => {
  it("adds one as its last sibling is written, its own address in the check, comments left out", () => {
    const edit: ConfigEdit = { kind: "addRealServer", service: web, realServer: newServer };
    expect(changes(edit).join("\n")).toBe(
      '+  real_server 10.1.0.3 80 { weight 5\n+    MISC_CHECK {\n+      misc_path "/bin/c -H 10.1.0.3 -p 80"\n+    }\n+  }',
    );
    expect(apply([edit]).diagnostics).toMatchObject([{ code: "values-adapted", severity: "info" }]);
  });

  it("adds one like a named sibling, behind the last", () => {
    const like = { address: "10.1.0.1", port: 80 };
    expect(
      changes({ kind: "addRealServer", service: web, realServer: { ...newServer, port: 81 }, like }),
    ).toEqual([
      "+  real_server 10.1.0.3 81 {",
      "+    weight 5",
      "+    TCP_CHECK {",
      "+      connect_ip 10.1.0.3",
      "+      connect_port 81",
      "+    }",
      "+  }",
    ]);
  });

  it("adds a bare one where nothing is to be copied, or nothing is there to copy", () => {
    const bare = ["+  real_server 10.1.0.3 80 {", "+    weight 5", "+  }"];
    expect(changes({ kind: "addRealServer", service: web, realServer: newServer, like: "nothing" })).toEqual(
      bare,
    );
    const empty = "virtual_server 10.0.0.1 80 {\n  protocol TCP\n}\n";
    expect(changes({ kind: "addRealServer", service: web, realServer: newServer }, empty)).toEqual(bare);
  });

  it("writes the weight of a copy whose model has none, unless it is the default", () => {
    const text =
      "virtual_server 10.0.0.1 80 {\r\n\tprotocol TCP\r\n\treal_server 10.1.0.1 80 {\r\n\t\tTCP_CHECK {\r\n\t\t}\r\n\t}\r\n}\r\n";
    const added = (weight: number) =>
      changes({ kind: "addRealServer", service: web, realServer: { ...newServer, weight } }, text);
    expect(added(5)).toEqual([
      "+\treal_server 10.1.0.3 80 {\r",
      "+\t\tweight 5\r",
      "+\t\tTCP_CHECK {\r",
      "+\t\t}\r",
      "+\t}\r",
    ]);
    expect(added(1)).not.toContain("+\t\tweight 1\r");
  });

  it("finds the service by the group that holds its address, and by mark", () => {
    const body = "protocol TCP\nreal_server 10.1.0.1 80 {\n}\n";
    const group = `virtual_server_group G {\n10.0.0.1 80\n}\nvirtual_server group G {\n${body}}\n`;
    const edit: ConfigEdit = {
      kind: "removeRealServer",
      service: web,
      realServer: { address: "10.1.0.1", port: 80 },
    };
    expect(changes(edit, group)).toEqual(["-real_server 10.1.0.1 80 {", "-}"]);
    expect(changes({ ...edit, service: { kind: "group", name: "G" } }, group)).toHaveLength(2);
    const mark = `virtual_server fwmark 7 {\n${body}}\n`;
    expect(changes({ ...edit, service: { kind: "fwmark", mark: 7, family: "inet" } }, mark)).toHaveLength(2);
    expect(refusal({ ...edit, service: { kind: "fwmark", mark: 7, family: "inet6" } }, mark)).toBe(
      "target-not-found",
    );
  });

  it("removes one with the comment behind its brace; comments above it stay", () => {
    const removed = changes({
      kind: "removeRealServer",
      service: web,
      realServer: { address: "10.1.0.2", port: 80 },
    });
    expect(removed.at(0)).toBe("-  real_server 10.1.0.2 80 { weight 3");
    expect(removed.at(-1)).toBe("-  } # end");
    const first = changes({
      kind: "removeRealServer",
      service: web,
      realServer: { address: "10.1.0.1", port: 80 },
    });
    expect(first).not.toContain("-  # the first");
  });

  it("takes one out of a line it shares", () => {
    const text =
      "virtual_server 10.0.0.1 80 { protocol TCP\n real_server 10.1.0.1 80 { } real_server 10.1.0.2 80 { } }\n";
    expect(
      changes(
        { kind: "removeRealServer", service: web, realServer: { address: "10.1.0.1", port: 80 } },
        text,
      ),
    ).toEqual([
      "- real_server 10.1.0.1 80 { } real_server 10.1.0.2 80 { } }",
      "+ real_server 10.1.0.2 80 { } }",
    ]);
  });

  it("changes a weight where it stands, and writes one where none stands", () => {
    const edit: ConfigEdit = {
      kind: "setRealServerWeight",
      service: web,
      realServer: { address: "10.1.0.1", port: 80 },
      weight: 0,
    };
    expect(changes(edit)).toEqual(["-    weight 1 # w", "+    weight 0 # w"]);
    expect(changes({ ...edit, weight: 1 })).toEqual([]);
    const text = "virtual_server 10.0.0.1 80 {\n protocol TCP\n real_server 10.1.0.1 80 {\n  alpha\n }\n}";
    expect(changes(edit, text)).toEqual(["+  weight 0"]);
  });

  it("names a DR real server by the port the kernel shows", () => {
    const text =
      "virtual_server 10.0.0.1 80 {\n protocol TCP\n lb_kind DR\n real_server 10.1.0.1 8080 {\n }\n}\n";
    expect(
      changes(
        { kind: "removeRealServer", service: web, realServer: { address: "10.1.0.1", port: 80 } },
        text,
      ),
    ).toHaveLength(2);
    expect(
      changes(
        { kind: "removeRealServer", service: web, realServer: { address: "10.1.0.1", port: 8080 } },
        text,
      ),
    ).toHaveLength(2);
  });

  it("adds and removes a check", () => {
    const realServer = { address: "10.1.0.1", port: 80 };
    const settings = [
      { keyword: "retry", values: ["3"] },
      { keyword: "bindto", values: ["a b"] },
    ];
    expect(
      changes({ kind: "addChecker", service: web, realServer, checker: { type: "PING_CHECK", settings } }),
    ).toEqual(["+    PING_CHECK {", "+      retry 3", '+      bindto "a b"', "+    }"]);
    expect(changes({ kind: "removeChecker", service: web, realServer, type: "TCP_CHECK" })).toHaveLength(5);
    expect(refusal({ kind: "removeChecker", service: web, realServer, type: "HTTP_GET" })).toBe(
      "target-not-found",
    );
  });
});

describe("virtual servers", () => {
  it("adds one behind the last, written as it is", () => {
    const checker = { type: "TCP_CHECK", settings: [] } as const;
    const realServers = [
      { address: "10.1.0.1", port: 443, weight: 2, checker: { ...checker, settings: [] } },
    ];
    const settings = [{ keyword: "lb_algo", values: ["wlc"] }];
    const lines = changes({
      kind: "addVirtualServer",
      service: { ...web, port: 443 },
      settings,
      realServers,
    });
    expect(lines.filter((line) => line !== "+")).toEqual([
      "+virtual_server 10.0.0.1 443 {",
      "+  lb_algo wlc",
      "+  protocol TCP",
      "+  real_server 10.1.0.1 443 {",
      "+    weight 2",
      "+    TCP_CHECK {",
      "+    }",
      "+  }",
      "+}",
    ]);
    expect(refusal({ kind: "addVirtualServer", service: web, settings, realServers })).toBe("already-there");
  });

  it("tells TCP from UDP, and removes the one that is meant", () => {
    const text = file.replace("protocol TCP", "protocol UDP");
    expect(refusal({ kind: "removeVirtualServer", service: web }, text)).toBe("target-not-found");
    expect(changes({ kind: "removeVirtualServer", service: web })).toHaveLength(19);
    expect(
      refusal(
        { kind: "removeVirtualServer", service: web },
        file + file.slice(file.indexOf("virtual_server ")),
      ),
    ).toBe("target-ambiguous");
  });
});

describe("VRRP instances", () => {
  it("changes a priority and nothing else on its line", () => {
    expect(changes({ kind: "setPriority", instance: "V1", priority: 90 })).toEqual([
      "-\tpriority 100   # prio",
      "+\tpriority 90   # prio",
    ]);
  });

  it("chooses among lines for several directors by config id, and does not guess without", () => {
    const text = "vrrp_instance V1 {\n @a priority 150\n @b priority 100\n}\n";
    const edit: ConfigEdit = { kind: "setPriority", instance: "V1", priority: 90 };
    expect(decode(apply([edit], text, "b").value)).toContain("@b priority 90\n");
    expect(decode(apply([edit], text, "b").value)).toContain("@a priority 150\n");
    expect(refusal(edit, text)).toBe("target-ambiguous");
  });

  it("adds an address to a list, to a list on one line, and makes the list where there is none", () => {
    const options = ["dev", "eth0"];
    expect(changes({ kind: "addVip", instance: "V1", address: "10.0.0.2/24", options })).toEqual([
      "-\tvirtual_ipaddress { 10.0.0.1 }",
      "+\tvirtual_ipaddress { 10.0.0.1",
      "+\t   10.0.0.2/24 dev eth0",
      "+\t}",
    ]);
    expect(changes({ kind: "addVip", instance: "V1", address: "10.0.0.2", isExcluded: true })).toEqual([
      "+\tvirtual_ipaddress_excluded {",
      "+\t\t10.0.0.2",
      "+\t}",
    ]);
    const text = "vrrp_instance V1 {\n  virtual_ipaddress\n  {\n    10.0.0.1 # a\n    # b\n  }\n}\n";
    expect(changes({ kind: "addVip", instance: "V1", address: "10.0.0.2" }, text)).toEqual(["+    10.0.0.2"]);
    expect(refusal({ kind: "addVip", instance: "V1", address: "10.0.0.1/24" }, text)).toBe("already-there");
  });

  it("removes an address however it is written", () => {
    const text =
      "vrrp_instance V1 {\n  virtual_ipaddress {\n    2001:DB8:0::1/64 dev eth0 # a\n    10.0.0.1\n  }\n}\n";
    expect(changes({ kind: "removeVip", instance: "V1", address: "2001:db8::1" }, text)).toEqual([
      "-    2001:DB8:0::1/64 dev eth0 # a",
    ]);
    expect(changes({ kind: "removeVip", instance: "V1", address: "10.0.0.1" })).toEqual([
      "-\tvirtual_ipaddress { 10.0.0.1 }",
      "+\tvirtual_ipaddress { }",
    ]);
  });

  it("adds an instance with another's password, which the edit itself does not hold", () => {
    const edit: ConfigEdit = {
      kind: "addInstance",
      name: "V2",
      state: "BACKUP",
      interface: "eth0",
      virtualRouterId: 7,
      priority: 50,
      authenticationLike: "V1",
      addresses: ["10.0.0.9"],
    };
    expect(changes(edit)).toContain("+\t\tauth_pass abc");
    expect(JSON.stringify(edit)).not.toContain("abc");
    expect(refusal({ ...edit, name: "V1" })).toBe("already-there");
  });

  it("removes an instance, and says which sync group still names it", () => {
    const { value, diagnostics } = apply([{ kind: "removeInstance", name: "V1" }]);
    expect(difference(file, decode(value))).toHaveLength(9);
    expect(diagnostics).toMatchObject([{ code: "reference-left", severity: "warning", line: 16 }]);
  });
});

describe("any keyword", () => {
  const global = [{ keyword: "global_defs", values: [] }];
  it("is changed, added, quoted where it must be, and removed", () => {
    expect(changes({ kind: "setKeyword", block: global, keyword: "router_id", values: ["B b"] })).toEqual([
      "-   router_id A",
      '+   router_id "B b"',
    ]);
    expect(changes({ kind: "setKeyword", block: global, keyword: "vrrp_strict", values: [] })).toEqual([
      "+   vrrp_strict",
    ]);
    expect(changes({ kind: "setKeyword", block: global, keyword: "router_id", values: null })).toEqual([
      "-   router_id A",
    ]);
    const path = [
      { keyword: "vrrp_instance", values: ["V1"] },
      { keyword: "authentication", values: [] },
    ];
    expect(changes({ kind: "setKeyword", block: path, keyword: "auth_type", values: ["AH"] })).toEqual([
      "-\t\tauth_type PASS",
      "+\t\tauth_type AH",
    ]);
    expect(changes({ kind: "setKeyword", block: [], keyword: "instance", values: ["x"] })).toEqual([
      "+instance x",
    ]);
  });

  it("is refused where it stands twice, is a block, or is not there", () => {
    const text = "global_defs {\n a 1\n a 2\n b {\n }\n}\n";
    expect(refusal({ kind: "setKeyword", block: global, keyword: "a", values: ["3"] }, text)).toBe(
      "target-ambiguous",
    );
    expect(refusal({ kind: "setKeyword", block: global, keyword: "b", values: ["3"] }, text)).toBe(
      "value-not-allowed",
    );
    expect(refusal({ kind: "setKeyword", block: global, keyword: "c", values: null }, text)).toBe(
      "target-not-found",
    );
    expect(
      refusal({ kind: "setKeyword", block: [{ keyword: "x", values: [] }], keyword: "c", values: [] }, text),
    ).toBe("target-not-found");
  });

  it("cannot smuggle a second statement, a brace or a comment into the file", () => {
    for (const value of ["a\nb", 'a"b', "a\rb"]) {
      const edit = { kind: "setKeyword", block: global, keyword: "router_id", values: [value] };
      expect(configEditSchema.safeParse(edit).success).toBe(false);
    }
    for (const address of ["10.0.0.1 }", "10.0.0.1\n", "10.0.0.1#", ""]) {
      const edit = { kind: "addVip", instance: "V1", address };
      expect(configEditSchema.safeParse(edit).success).toBe(false);
    }
    expect(changes({ kind: "setKeyword", block: global, keyword: "router_id", values: ["} x # {"] })).toEqual(
      ["-   router_id A", '+   router_id "} x # {"'],
    );
  });
});

describe("definitions", () => {
  const text =
    "$VIP=10.0.0.1\n$RS=10.1.0.1\n@b $P=9\nvirtual_server $VIP 80 {\n  protocol TCP\n  real_server $RS 80 {\n    TCP_CHECK {\n      connect_ip ${RS}\n    }\n  }\n}\n";

  it("are looked through to find what is meant, and left as they are", () => {
    expect(
      changes(
        { kind: "removeRealServer", service: web, realServer: { address: "10.1.0.1", port: 80 } },
        text,
      ),
    ).toHaveLength(5);
    expect(
      changes({ kind: "addRealServer", service: web, realServer: { ...newServer, weight: 1 } }, text),
    ).toEqual([
      "+  real_server 10.1.0.3 80 {",
      "+    TCP_CHECK {",
      "+      connect_ip 10.1.0.3",
      "+    }",
      "+  }",
    ]);
  });

  it("are not guessed at when they mean different things", () => {
    const edit: ConfigEdit = {
      kind: "removeRealServer",
      service: web,
      realServer: { address: "10.1.0.1", port: 80 },
    };
    expect(refusal(edit, `$VIP=10.0.0.9\n${text}`)).toBe("target-not-in-this-file");
    expect(refusal(edit, text.replace("$VIP=", "@b $VIP="))).toBe("target-not-in-this-file");
    expect(refusal(edit, text.replace("$VIP=", "@^b $VIP="))).toBe("target-not-in-this-file");
  });
});

describe("a refused edit", () => {
  it("leaves the file alone, and the edits before it too", () => {
    const { value, diagnostics } = apply([
      { kind: "setPriority", instance: "V1", priority: 90 },
      { kind: "setPriority", instance: "NO", priority: 90 },
    ]);
    expect(decode(value)).toBe(file);
    expect(diagnostics).toMatchObject([{ code: "target-not-found", severity: "error", path: "a.conf" }]);
  });

  it("says that the target may be in an include or made by a definition", () => {
    const edit: ConfigEdit = { kind: "setPriority", instance: "V9", priority: 90 };
    expect(refusal(edit, `${file}include more.conf\n`)).toBe("target-not-in-this-file");
    expect(refusal(edit, `~SEQ(i,1,9) $BODY\n${file}`)).toBe("target-not-in-this-file");
  });

  it("says that keepalived reads the block otherwise", () => {
    const text = "vrrp_instance V1 {\n  nonsense {\n  a\n  }\n  priority 1\n}\n";
    expect(refusal({ kind: "setPriority", instance: "V1", priority: 90 }, text)).toBe("read-otherwise");
  });

  it("says that braces must be mended first", () => {
    expect(refusal({ kind: "setPriority", instance: "V1", priority: 90 }, `${file}}`)).toBe(
      "braces-not-balanced",
    );
  });
});
