import { describe, expect, it } from "vitest";
import type { Configured } from "../director/configured.ts";
import { configuredFromModel } from "../director/configured-from-model.ts";
import { serviceKey } from "../ipvs/table.ts";
import { applyEdits } from "../keepalived/apply-edits.ts";
import { composeModel } from "../keepalived/compose.ts";
import { parseConfig } from "../keepalived/parse.ts";
import { planAddRealServer } from "./add-real-server.ts";
import { factsOf, fixtureCluster } from "./cluster.fixture.ts";
import { additionEdits, groupsOf } from "./file-edits.ts";
import type { ClusterFacts } from "./facts.ts";
import type { Plan } from "./plan.ts";
import { planRemoveRealServer } from "./remove-real-server.ts";

/** What a plan asks of keepalived.conf, held against the file itself: read, planned, edited, read again. */

const leaving = { id: "rs21", name: "rs21", address: "192.0.2.21", hasPinnedHostKey: true, probe: undefined };
const joining = { ...leaving, id: "rs29", name: "rs29", address: "192.0.2.29" };
const path = "/etc/keepalived/keepalived.conf";

const read = (text: string): Configured =>
  configuredFromModel(composeModel(parseConfig(new TextEncoder().encode(text), { path }).value).value);

/** The rows that a file asks for, as "TCP 192.0.2.64:80 -> 192.0.2.21:80". */
const rowsOf = (text: string): string[] =>
  read(text).services.flatMap((service) =>
    service.realServers.map((real) => `${serviceKey(service.id)} -> ${real.address}:${real.port}`),
  );

/** A healthy cluster whose directors all have this file. */
function factsWith(text: string): ClusterFacts {
  const facts = factsOf(fixtureCluster());
  const configured = read(text);
  return {
    ...facts,
    directors: facts.directors.map((director) => {
      const state = director.state;
      if (state?.config.status !== "known") throw new Error("fixture without a file");
      const config = { ...state.config, value: { ...state.config.value, configured } };
      return { ...director, state: { ...state, config } };
    }),
  };
}

function planned(text: string): Plan {
  return planRemoveRealServer(
    {
      kind: "removeRealServer",
      clusterId: "c1",
      realServerId: leaving.id,
      method: "stopStart",
      drainMost: 0,
    },
    factsWith(text),
    leaving,
  );
}

/** The file after the plan's own edits; what refused them, where they were. */
function edited(text: string, plan: Plan): string {
  const [write] = plan.steps.flatMap((step) => step.actions).filter((each) => each.kind === "writeConfig");
  if (write?.kind !== "writeConfig") throw new Error("a plan that writes nothing");
  const { value, diagnostics } = applyEdits(new TextEncoder().encode(text), write.edits, { path });
  const refused = diagnostics.filter((each) => each.severity === "error");
  return refused.length > 0
    ? refused.map((each) => each.message).join("; ")
    : new TextDecoder().decode(value);
}

const service = (head: string, lines: string[]): string =>
  [`virtual_server ${head} {`, ...lines.map((line) => `  ${line}`), "}", ""].join("\n");
const fellow = "real_server 192.0.2.22 80 { weight 1 }";

const files: Readonly<Record<string, string>> = {
  "Route, another port in the file than the service's": service("192.0.2.64 80", [
    "protocol TCP",
    "lb_kind DR",
    "real_server 192.0.2.21 8080 { weight 1 }",
    fellow,
  ]),
  "Route by the real server's own lvs_method, another port": service("192.0.2.64 80", [
    "protocol TCP",
    "lb_kind NAT",
    "real_server 192.0.2.21 8080 {\n    lvs_method DR\n  }",
    fellow,
  ]),
  "a firewall mark, whose Route rows have no port": service("fwmark 10", [
    "lb_kind DR",
    "real_server 192.0.2.21 80 { weight 1 }",
    fellow,
  ]),
  "a group, another port in the file than its member's": `virtual_server_group G {\n  192.0.2.64 80\n}\n${service(
    "group G",
    ["protocol TCP", "lb_kind DR", "real_server 192.0.2.21 8080 { weight 1 }", fellow],
  )}`,
  "a group of two ports, one block for both rows": `virtual_server_group G {\n  192.0.2.64 80\n  192.0.2.64 443\n}\n${service(
    "group G",
    ["protocol TCP", "lb_kind DR", "real_server 192.0.2.21 80 { weight 1 }", fellow],
  )}`,
  "a group with a range of addresses": `virtual_server_group G {\n  192.0.2.64-66 80\n}\n${service(
    "group G",
    ["protocol TCP", "lb_kind DR", "real_server 192.0.2.21 80 { weight 1 }", fellow],
  )}`,
  "a group that two virtual servers share": `virtual_server_group G {\n  192.0.2.64 80\n}\n${["TCP", "UDP"]
    .map((protocol) =>
      service("group G", [
        `protocol ${protocol}`,
        "lb_kind DR",
        "real_server 192.0.2.21 80 { weight 1 }",
        fellow,
      ]),
    )
    .join("")}`,
  "Masq in a group of two ports, each with its own port": `virtual_server_group G {\n  192.0.2.64 80\n  192.0.2.64 443\n}\n${service(
    "group G",
    ["protocol TCP", "lb_kind NAT", "real_server 192.0.2.21 8080 { weight 1 }", fellow],
  )}`,
  "no port in the file": service("192.0.2.64 80", [
    "protocol TCP",
    "lb_kind DR",
    "real_server 192.0.2.21 { weight 1 }",
    fellow,
  ]),
  "two blocks whose rows are the same one": service("192.0.2.64 80", [
    "protocol TCP",
    "lb_kind DR",
    "real_server 192.0.2.21 80 { weight 1 }",
    fellow,
    "real_server 192.0.2.21 8080 { weight 2 }",
  ]),
  "Masq on two ports of its own": service("192.0.2.64 80", [
    "protocol TCP",
    "lb_kind NAT",
    "real_server 192.0.2.21 8080 { weight 1 }",
    "real_server 192.0.2.21 8081 { weight 1 }",
    fellow,
  ]),
};

describe("the file after a real server's removal", () => {
  it.each(Object.entries(files))("asks for no row of it any more, and for all others: %s", (_, text) => {
    const others = rowsOf(text).filter((row) => !row.includes("192.0.2.21"));
    expect(rowsOf(text).length).toBeGreaterThan(others.length);
    const after = edited(text, planned(text));
    expect(rowsOf(after), after).toEqual(others);
    expect(after).not.toContain("192.0.2.21");
  });
});

/** A plan that adds this address to every service of the file, with the port of its fellow there. */
function addition(text: string, weights: readonly number[], count = 9): Plan {
  const services = read(text).services.slice(0, count);
  const rows = services.map(({ id, realServers }, index) => ({
    service: id,
    address: joining.address,
    port: realServers.find((each) => each.address === "192.0.2.22")?.port ?? 0,
    weight: weights[index] ?? weights[0] ?? 1,
  }));
  return planAddRealServer(
    { kind: "addRealServer", clusterId: "c1", realServerId: joining.id, method: "stopStart", rows },
    factsWith(text),
    joining,
  );
}

describe("the file after a real server's addition", () => {
  it.each(Object.entries(files))("asks for its row in every service, and for all others: %s", (_, text) => {
    const expected = rowsOf(text).flatMap((row) =>
      row.includes("192.0.2.22:") ? [row, row.replace("192.0.2.22:", "192.0.2.29:")] : [row],
    );
    const after = edited(text, addition(text, [7]));
    expect(rowsOf(after).toSorted(), after).toEqual(expected.toSorted());
  });

  it("is not planned where one block of a group would have to carry two weights, or to leave a service out", () => {
    const text = files["a group of two ports, one block for both rows"] ?? "";
    const isWhole = (weights: number[], count?: number): unknown[] =>
      addition(text, weights, count)
        .preflight.filter((each) => each.code === "groupWhole")
        .map((each) => each.isMet);
    expect(isWhole([7])).toEqual([true, true]);
    expect(isWhole([7, 8])).toEqual([false, false]);
    expect(isWhole([7], 1)).toEqual([false, false]);
  });

  it("has a block for each port of its own, and none for two of them in one block of a group", () => {
    const rowsOn = (text: string, ports: readonly number[]) =>
      ports.map((port, index) => {
        const services = read(text).services;
        const id = (services[index] ?? services[0])?.id;
        if (id === undefined) throw new Error("a file without services");
        return { service: id, address: joining.address, port, weight: 1 };
      });
    const plain = files["Masq on two ports of its own"] ?? "";
    expect(additionEdits(read(plain), rowsOn(plain, [8080, 8081]))).toHaveLength(2);
    const group = files["Masq in a group of two ports, each with its own port"] ?? "";
    expect(groupsOf(read(group), rowsOn(group, [8080, 8080]))).toEqual([{ group: "G", isWhole: true }]);
    expect(groupsOf(read(group), rowsOn(group, [8080, 8443]))).toEqual([{ group: "G", isWhole: false }]);
  });
});
