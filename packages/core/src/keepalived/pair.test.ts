import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { comparePair } from "./pair.ts";
import type { PairFinding } from "./pair.ts";
import { parseConfig } from "./parse.ts";

const config = (changes: Partial<Record<string, string>> = {}): string => {
  const word = (name: string, byDefault: string): string => changes[name] ?? byDefault;
  return `global_defs {
    router_id ${word("router_id", "lvs1")}
}
vrrp_instance VI_1 {
    state ${word("state", "MASTER")}
    interface ${word("interface", "eth0")}
    virtual_router_id ${word("vrid", "51")}
    priority ${word("priority", "180")}
    advert_int ${word("advert_int", "1")}
    authentication {
        auth_type PASS
        auth_pass ${word("auth_pass", "secret")}
    }
    virtual_ipaddress {
        ${word("vip", "192.0.2.10")}
    }
}
virtual_server 192.0.2.10 80 {
    lb_algo ${word("lb_algo", "wlc")}
    lb_kind DR
    persistence_timeout ${word("persistence", "30")}
    protocol ${word("protocol", "TCP")}
    real_server ${word("rip", "192.0.2.21")} 80 {
        weight ${word("weight", "100")}
        TCP_CHECK {
            connect_timeout ${word("connect_timeout", "3")}
        }
    }
}
`;
};

const backup = { router_id: "lvs2", state: "BACKUP", priority: "150" };
const treeOf = (text: string, path: string) => parseConfig(new TextEncoder().encode(text), { path }).value;

const compare = (first: string, second: string, intended: readonly string[] = []): readonly PairFinding[] =>
  comparePair(treeOf(first, "a.conf"), treeOf(second, "b.conf"), { intended });

const placesOf = (findings: readonly PairFinding[]) =>
  findings.map(({ key, line, related }) => `${key} ${line} ${related?.[0]?.line ?? "-"}`);

describe("two directors", () => {
  it("that differ in router_id, state and priority as they should have no finding", () => {
    expect(compare(config(), config(backup))).toEqual([]);
  });

  it.each([
    ["vrid", "52", "VI_1.virtual_router_id 7 7"],
    ["advert_int", "2", "VI_1.advert_int 9 9"],
    ["auth_pass", "other", "VI_1.auth_pass 12 12"],
    ["vip", "192.0.2.110", "VI_1.virtual_ipaddress 14 14"],
    ["interface", "eth1", "VI_1.interface 6 6"],
    ["lb_algo", "rr", "[192.0.2.10]:tcp:80.lb_algo 19 19"],
    ["persistence", "20", "[192.0.2.10]:tcp:80.persistence_timeout 21 21"],
    ["weight", "200", "[192.0.2.10]:tcp:80.192.0.2.21:80.weight 24 24"],
    ["connect_timeout", "5", "[192.0.2.10]:tcp:80.192.0.2.21:80.TCP_CHECK.connect_timeout 26 26"],
  ])("must have the same %s, and the places of both are named", (name, value, expected) => {
    expect(placesOf(compare(config(), config({ ...backup, [name]: value })))).toEqual([expected]);
  });

  it("must differ in router_id and priority, and only one starts as MASTER", () => {
    expect(compare(config(), config()).map(({ code }) => code)).toEqual([
      "pair-same-router-id",
      "pair-both-master",
      "pair-same-priority",
    ]);
  });

  it("may both start as BACKUP with nopreempt", () => {
    const first = config({ state: "BACKUP" }).replace("priority", "nopreempt\n    priority");
    const second = config(backup).replace("priority", "nopreempt\n    priority");
    expect(compare(first, second)).toEqual([]);
  });

  it("have their MASTER where the priority is higher", () => {
    const findings = compare(config({ priority: "100" }), config(backup));
    expect(findings.map(({ code }) => code)).toEqual(["pair-master-lower-priority"]);
  });

  it("have the same real servers: one that stands on one side only is named with the block it lacks in", () => {
    const findings = compare(config(), config({ ...backup, rip: "192.0.2.22" }));
    expect(placesOf(findings)).toEqual([
      "[192.0.2.10]:tcp:80.192.0.2.21:80 23 18",
      "[192.0.2.10]:tcp:80.192.0.2.22:80 18 23",
    ]);
  });

  it("may differ where the difference is declared, by key or by keyword", () => {
    const second = config({ ...backup, weight: "200", interface: "eth1" });
    expect(compare(config(), second, ["weight", "VI_1.interface"])).toEqual([]);
  });

  it("have passwords that are compared but never shown", () => {
    const findings = compare(config(), config({ ...backup, auth_pass: "topsecret" }));
    expect(JSON.stringify(findings)).not.toMatch(/topsecr|secret/u);
    expect(findings.map(({ key }) => key)).toEqual(["VI_1.auth_pass"]);
  });

  it("have the same password if the first eight characters are the same", () => {
    const findings = compare(
      config({ auth_pass: "12345678a" }),
      config({ ...backup, auth_pass: "12345678b" }),
    );
    expect(findings).toEqual([]);
  });

  it("may leave a default unsaid on one side, and write protocol in any case", () => {
    const first = config({ protocol: "tcp" });
    const second = config(backup).replace("    advert_int 1\n", "");
    expect(compare(first, second)).toEqual([]);
  });
});

const corpus = fileURLToPath(new URL("../../../../../shared/corpus/keepalived/", import.meta.url));
const rows = existsSync(corpus)
  ? readFileSync(`${corpus}pairs.tsv`, "utf8")
      .split("\n")
      .slice(1)
      .filter((line) => line !== "")
  : [];

/** What the table calls a difference, as the keys it must come out as. */
const expectedCodes: Record<string, string> = {
  none: "",
  "both-MASTER": "pair-both-master",
  "same-priority": "pair-same-priority",
  "MASTER-lower-priority": "pair-master-lower-priority",
  nopre: "nopreempt",
  vrid: "virtual_router_id",
};
/** The keys the table compares; others (router_id, virtual servers, instances of one side) it does not look at. */
const compared =
  /\.(?:state|priority|nopreempt|virtual_router_id|advert_int|auth_type|auth_pass|virtual_ipaddress|version)$/u;

describe.skipIf(rows.length === 0)(
  `real pairs${rows.length === 0 ? " (skipped: no corpus folder)" : ""}`,
  () => {
    it.each(rows.map((row) => row.split("\t")))("%s and %s", (firstName = "", secondName = "", ...cells) => {
      const [first, second] = [firstName, secondName].map(
        (name) => parseConfig(readFileSync(`${corpus}${name}`), { path: name }).value,
      );
      if (first === undefined || second === undefined) return;
      const findings = comparePair(first, second);
      const expected = expectedCodes[cells[2] ?? ""];
      const inTable = findings.filter(({ key, code }) => compared.test(key) && code !== "pair-missing");
      const matched = inTable.filter(
        ({ key, code }) =>
          expected !== "" && expected !== undefined && (code === expected || key.endsWith(expected)),
      );
      const isVrid = expected === "virtual_router_id";
      expect(inTable.length > 0 && matched.length > 0).toBe(expected !== "");
      if (!isVrid) expect(inTable).toEqual(matched);
      for (const finding of findings) expect(finding.related?.[0]?.path).toBe(secondName);
    });
  },
);
