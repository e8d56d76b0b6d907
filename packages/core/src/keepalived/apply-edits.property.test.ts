import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, it } from "vitest";
import { applyEdits } from "./apply-edits.ts";
import { composeModel } from "./compose.ts";
import type { ConfigEdit, ServiceRef } from "./edit.ts";
import { configEditSchema } from "./edit.ts";
import type { KeepalivedModel, RealServer, VirtualServer, VrrpInstance } from "./model.ts";
import { parseConfig } from "./parse.ts";
import { printConfig } from "./print.ts";

/** Random edits on real files: the model read again is the old model with that change, and no other line differs. */

const folder = fileURLToPath(new URL("../../../../../shared/corpus/keepalived", import.meta.url));
const seed = Number(process.env["FC_SEED"] ?? Date.now() % 1_000_000_000);
const numRuns = Number(process.env["EDIT_RUNS"] ?? 800);
console.info(`keepalived/apply-edits: seed ${seed}, ${numRuns} edits`);

const files = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith(".conf"))
      .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }))
      .filter(({ bytes }) => bytes.length < 60_000)
  : [];

const modelOf = (bytes: Uint8Array): KeepalivedModel =>
  composeModel(parseConfig(bytes, { path: "" }).value).value;

/** A model without its places, which every edit moves. */
const plain = (model: unknown): unknown =>
  JSON.parse(
    JSON.stringify(model, (key, value: unknown) =>
      key === "source" || key === "sources" ? undefined : value,
    ),
  );

interface Trial {
  readonly edit: ConfigEdit;
  /** What the edit means, done to the model itself. */
  readonly expected: (model: KeepalivedModel) => void;
  /** Most lines that may go and come. */
  readonly removed: number;
  readonly added: number;
}

type Pick = (count: number) => number;

const serviceOf = ({ target, protocol, family, realServers }: VirtualServer): ServiceRef => {
  switch (target.kind) {
    case "address":
      return { ...target, protocol };
    case "fwmark":
      return {
        ...target,
        family: family ?? (realServers[0]?.address.includes(":") === true ? "inet6" : "inet"),
      };
    case "group":
      return target;
  }
};

const portOf = (server: VirtualServer, real: RealServer): number =>
  real.port ?? (server.target.kind === "address" ? server.target.port : 0);

const serverTrials = (server: VirtualServer, at: number, pick: Pick): Trial[] => {
  const service = serviceOf(server);
  const weight = pick(300);
  const isInet6 =
    (server.target.kind === "address" ? server.target : server.realServers[0])?.address.includes(":") ===
    true;
  const address = isInet6 ? `2001:db8::${1 + pick(9)}` : `198.51.100.${pick(200)}`;
  const port = 1 + pick(60_000);
  const trials: Trial[] = [
    {
      edit: { kind: "removeVirtualServer", service },
      expected: (model) => model.virtualServers.splice(at, 1),
      removed: 10_000,
      added: 1,
    },
    {
      edit: { kind: "addRealServer", service, realServer: { address, port, weight }, like: "nothing" },
      expected: (model) =>
        model.virtualServers[at]?.realServers.push({
          address,
          port,
          weight,
          upperThreshold: 0,
          lowerThreshold: 0,
          checkers: [],
          settings: [],
          source: { path: "", line: 0 },
        }),
      removed: 1,
      added: 6,
    },
  ];
  const index = pick(Math.max(server.realServers.length, 1));
  const real = server.realServers[index];
  if (real === undefined) return trials;
  const realServer = { address: real.address, port: portOf(server, real) };
  return [
    ...trials,
    {
      edit: { kind: "removeRealServer", service, realServer },
      expected: (model) => model.virtualServers[at]?.realServers.splice(index, 1),
      removed: 500,
      added: 1,
    },
    {
      edit: { kind: "setRealServerWeight", service, realServer, weight },
      expected: (model) => {
        const changed = model.virtualServers[at]?.realServers[index];
        if (changed !== undefined) changed.weight = weight;
      },
      removed: 1,
      added: 2,
    },
    {
      edit: {
        kind: "addChecker",
        service,
        realServer,
        checker: { type: "PING_CHECK", settings: [{ keyword: "retry", values: ["3"] }] },
      },
      expected: (model) =>
        model.virtualServers[at]?.realServers[index]?.checkers.push({
          type: "PING_CHECK",
          settings: [],
          source: { path: "", line: 0 },
          retry: 3,
        }),
      removed: 1,
      added: 6,
    },
  ];
};

const instanceTrials = (instance: VrrpInstance, at: number, pick: Pick): Trial[] => {
  const priority = 1 + pick(255);
  const isInet6 = instance.virtualAddresses[0]?.family === "inet6";
  const address = isInet6 ? `2001:db8::${1 + pick(9)}` : `198.51.100.${pick(200)}`;
  const isExcluded = pick(2) === 1;
  const held = instance.virtualAddresses[pick(Math.max(instance.virtualAddresses.length, 1))];
  const trials: Trial[] = [
    {
      edit: { kind: "setPriority", instance: instance.name, priority },
      expected: (model) => {
        const changed = model.instances[at];
        if (changed !== undefined) Object.assign(changed, { priority, isPriorityGiven: true });
      },
      removed: 1,
      added: 2,
    },
    {
      edit: { kind: "removeInstance", name: instance.name },
      expected: (model) => model.instances.splice(at, 1),
      removed: 10_000,
      added: 1,
    },
    {
      edit: { kind: "addVip", instance: instance.name, address, isExcluded },
      expected: (model) =>
        model.instances[at]?.[isExcluded ? "excludedAddresses" : "virtualAddresses"].push({
          address,
          family: isInet6 ? "inet6" : "inet",
          prefixLength: isInet6 ? 128 : 32,
          options: [],
          source: { path: "", line: 0 },
        }),
      removed: 1,
      added: 5,
    },
  ];
  // The only address of a list may be what keeps addresses of the other family out of it.
  if (held === undefined || instance.virtualAddresses.length === 1) return trials;
  const removeHeld = (model: KeepalivedModel): void => {
    const addresses = model.instances[at]?.virtualAddresses;
    addresses?.splice(
      addresses.findIndex((one) => one.address === held.address),
      1,
    );
  };
  return [
    ...trials,
    {
      edit: { kind: "removeVip", instance: instance.name, address: held.address },
      expected: removeHeld,
      removed: 1,
      added: 1,
    },
  ];
};

const trialsOf = (model: KeepalivedModel, pick: Pick): Trial[] => {
  const instanceAt = pick(Math.max(model.instances.length, 1));
  const serverAt = pick(Math.max(model.virtualServers.length, 1));
  const instance = model.instances[instanceAt];
  const server = model.virtualServers[serverAt];
  const setRouterId: Trial = {
    edit: {
      kind: "setKeyword",
      block: [{ keyword: "global_defs", values: [] }],
      keyword: "router_id",
      values: ["NEW_ID"],
    },
    expected: (changed) => Object.assign(changed.global, { routerId: "NEW_ID" }),
    removed: 1,
    added: 2,
  };
  return [
    ...(instance === undefined ? [] : instanceTrials(instance, instanceAt, pick)),
    ...(server === undefined ? [] : serverTrials(server, serverAt, pick)),
    setRouterId,
  ];
};

/** How many lines differ between what is the same at the start and at the end. */
const changedLines = (before: Uint8Array, after: Uint8Array): { removed: number; added: number } => {
  const old = Buffer.from(before).toString("latin1").split("\n");
  const now = Buffer.from(after).toString("latin1").split("\n");
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  return { removed: old.length - head - tail, added: now.length - head - tail };
};

it.skipIf(files.length === 0)(
  "a random edit of a real file changes what it names, and nothing else (skipped: no corpus here)",
  () => {
    let applied = 0;
    const inputs = fc.tuple(fc.nat(files.length - 1), fc.array(fc.nat(), { minLength: 8, maxLength: 8 }));
    const property = fc.property(inputs, ([file, numbers]) => {
      const { name = "", bytes = new Uint8Array() } = files[file] ?? {};
      let next = 0;
      const pick: Pick = (count) => (numbers[next++ % numbers.length] ?? 0) % count;
      const before = modelOf(bytes);
      const trials = trialsOf(before, pick);
      const trial = trials[pick(trials.length)];
      if (trial === undefined || !configEditSchema.safeParse(trial.edit).success) return;
      const { value, diagnostics } = applyEdits(bytes, [trial.edit], { path: name });
      if (diagnostics.some(({ severity }) => severity === "error")) {
        expect(value).toBe(bytes);
        return;
      }
      applied += 1;
      trial.expected(before);
      expect(plain(modelOf(value)), name).toEqual(plain(before));
      const { removed, added } = changedLines(bytes, value);
      expect(removed, name).toBeLessThanOrEqual(trial.removed);
      expect(added, name).toBeLessThanOrEqual(trial.added);
      expect(printConfig(parseConfig(value, { path: name }).value)).toEqual(value);
    });
    fc.assert(property, { seed, numRuns });
    console.info(`keepalived/apply-edits: ${applied} of ${numRuns} applied, the others refused`);
    expect(applied).toBeGreaterThan(numRuns * 0.5);
  },
  600_000,
);
