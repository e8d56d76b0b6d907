import { describe, expect, it } from "vitest";
import { applyEditsToFiles } from "./apply-edits-to-files.ts";
import type { ConfigEdit } from "./edit.ts";

const main = `global_defs {
  router_id lb1
}
include conf.d/web.conf
vrrp_instance inside {
  interface eth0
  virtual_router_id 51
  priority 100
}
`;
const web = `# web
virtual_server 192.0.2.10 80 {
  protocol TCP
  lb_kind DR
  real_server 198.51.100.1 80 {
    weight 1 # old
  }
}
`;
const piece = "  real_server 198.51.100.9 80 {\n";

const files = (extra: Readonly<Record<string, string>> = {}): ReadonlyMap<string, Uint8Array> =>
  new Map(
    Object.entries({ "main.conf": main, "conf.d/web.conf": web, ...extra }).map(([path, text]) => [
      path,
      new TextEncoder().encode(text),
    ]),
  );

const apply = (edits: readonly ConfigEdit[], extra?: Readonly<Record<string, string>>) => {
  const { value, diagnostics } = applyEditsToFiles(files(extra), edits, { path: "main.conf" });
  const texts = Object.fromEntries(
    [...value].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]),
  );
  return { texts, codes: diagnostics.map(({ code, path }) => `${path}: ${code}`) };
};

const service = { kind: "address", protocol: "TCP", address: "192.0.2.10", port: 80 } as const;
const setWeight: ConfigEdit = {
  kind: "setRealServerWeight",
  service,
  realServer: { address: "198.51.100.1", port: 80 },
  weight: 5,
};
const setPriority: ConfigEdit = { kind: "setPriority", instance: "inside", priority: 150 };

describe("an edit of a configuration in several files", () => {
  it("changes the included file in which its target stands, and that one only", () => {
    expect(apply([setWeight])).toEqual({
      texts: { "conf.d/web.conf": web.replace("weight 1", "weight 5") },
      codes: [],
    });
  });

  it("goes each its own way: two edits, two files", () => {
    const { texts } = apply([setWeight, setPriority, { ...setWeight, weight: 7 }]);
    expect(texts).toEqual({
      "conf.d/web.conf": web.replace("weight 1", "weight 7"),
      "main.conf": main.replace("priority 100", "priority 150"),
    });
  });

  it("builds on those before it in the same file", () => {
    const setDelay: ConfigEdit = {
      kind: "setKeyword",
      block: [{ keyword: "virtual_server", values: ["192.0.2.10", "80"] }],
      keyword: "delay_loop",
      values: ["3"],
    };
    const text = apply([setWeight, setDelay]).texts["conf.d/web.conf"];
    expect(text).toContain("weight 5");
    expect(text).toContain("delay_loop 3");
  });

  it("is undone with all others where one is refused, with the file that refuses it", () => {
    const missing: ConfigEdit = { ...setPriority, instance: "outside" };
    expect(apply([setWeight, missing])).toEqual({ texts: {}, codes: ["main.conf: target-not-in-this-file"] });
  });

  it("is refused where two files hold its target", () => {
    expect(apply([setWeight], { "conf.d/copy.conf": web })).toEqual({
      texts: {},
      codes: ["conf.d/copy.conf: target-ambiguous"],
    });
  });

  it("is refused where one file holds its target twice, whatever another holds", () => {
    expect(apply([setWeight], { "conf.d/copies.conf": web + web })).toEqual({
      texts: {},
      codes: ["conf.d/copies.conf: target-ambiguous"],
    });
  });

  it("does not stumble over a file that is a piece of a block", () => {
    expect(apply([setWeight], { "conf.d/piece.conf": piece }).texts).toEqual({
      "conf.d/web.conf": web.replace("weight 1", "weight 5"),
    });
  });

  it("puts a new service into the main file, and not where an included one has it", () => {
    const add = (port: number): ConfigEdit => ({
      kind: "addVirtualServer",
      service: { ...service, port },
      settings: [],
      realServers: [],
    });
    expect(Object.keys(apply([add(443)]).texts)).toEqual(["main.conf"]);
    expect(apply([add(80)])).toEqual({ texts: {}, codes: ["conf.d/web.conf: already-there"] });
  });

  it("puts nothing new behind a file whose braces do not match", () => {
    const add: ConfigEdit = {
      kind: "addVirtualServer",
      service: { ...service, port: 443 },
      settings: [],
      realServers: [],
    };
    expect(apply([add], { "conf.d/piece.conf": piece })).toEqual({
      texts: {},
      codes: ["conf.d/piece.conf: braces-not-balanced"],
    });
  });

  it("tells why the file that knows the target refuses", () => {
    const remove: ConfigEdit = {
      kind: "addRealServer",
      service,
      realServer: { address: "198.51.100.1", port: 80, weight: 1 },
    };
    expect(apply([remove])).toEqual({ texts: {}, codes: ["conf.d/web.conf: already-there"] });
  });
});
