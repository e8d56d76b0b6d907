import { describe, expect, it } from "vitest";
import { lintParsed } from "./lint-parsed.ts";
import type { MachineOptions } from "./lint-parsed.ts";
import { parseConfig } from "./parse.ts";
import { preprocess } from "./preprocess.ts";

const findingsIn = (text: string, options: MachineOptions = {}) =>
  lintParsed(parseConfig(new TextEncoder().encode(text), { path: "a.conf" }), options);

const severitiesIn = (text: string, options?: MachineOptions) =>
  findingsIn(text, options).map(({ code, severity }) => `${code}: ${severity}`);

describe("all that is wrong with a text", () => {
  it("tells each mistake once, though parser and linter both know it", () => {
    const codes = findingsIn("vrrp_script web {\n").map(({ code }) => code);
    expect(codes.filter((code) => code === "missing-closing-brace")).toHaveLength(1);
  });

  it("tells mistakes in the order of the text", () => {
    const lines = findingsIn("global_defs {\n  router_idd a\n}\nstray\nglobal_defs {\n").map(
      ({ line }) => line,
    );
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });
});

describe("a file of which only the beginning is read", () => {
  it("has no errors: the brace or name that seems to be missing may stand in the rest", () => {
    const bytes = new TextEncoder().encode(
      "vrrp_sync_group G {\n  group {\n    ~SEQ(i, 1, 400000) V${i}\n  }\n}\n",
    );
    const findings = lintParsed(preprocess(bytes, { path: "a.conf", configId: "lb1" }));
    const codes = findings.map(({ code }) => code);
    expect(codes).toContain("expansion-too-large");
    expect(codes).toContain("missing-closing-brace");
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("a file for a network namespace", () => {
  const text = "net_namespace blue\nglobal_defs {\n  no_such_word\n}\n";

  it("has no errors where it is not known that the namespace exists: keepalived -t ends there with code 0", () => {
    expect(severitiesIn(text)).toEqual(["network-namespace: info", "unknown-keyword: warning"]);
  });

  it("has its errors where the director has that very namespace", () => {
    expect(severitiesIn(text, { hasNamespace: (name) => name === "blue" })).toContain(
      "unknown-keyword: error",
    );
    expect(severitiesIn(text, { hasNamespace: (name) => name === "red" })).toContain(
      "unknown-keyword: warning",
    );
  });

  it("is not meant by net_namespace_ipvs, or by net_namespace where it is no keyword", () => {
    for (const line of ["net_namespace_ipvs blue\n", "net_namespace\n"])
      expect(severitiesIn(text.replace("net_namespace blue\n", line))).toContain("unknown-keyword: error");
    expect(severitiesIn("global_defs {\n  net_namespace blue\n  no_such_word\n}\n")).toEqual([
      "unknown-keyword: warning",
      "unknown-keyword: error",
    ]);
  });
});

describe("two instances with one virtual_router_id", () => {
  const instance = (name: string, on: string): string =>
    `vrrp_instance ${name} {\n${on}virtual_router_id 51\nvirtual_ipaddress {\n192.0.2.10\n}\n}\n`;
  const pair = instance("A", "interface eth0\n") + instance("B", "interface eth0\n");

  it("are an error, but a warning behind an instance without interface: keepalived ends there before it compares", () => {
    expect(severitiesIn(pair)).toContain("duplicate-vrid: error");
    expect(severitiesIn(pair + instance("C", ""))).toContain("duplicate-vrid: warning");
  });
});
