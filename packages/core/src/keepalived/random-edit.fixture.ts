import type { BlockStep, ConfigEdit, ServiceRef } from "./edit.ts";
import type { KeepalivedModel, RealServer, VirtualServer, VrrpInstance } from "./model.ts";

/** Edits of what a configuration holds, each with what it means for the model. */

export interface Trial {
  readonly edit: ConfigEdit;
  /** What the edit means, done to the model itself. `now`: the model read again, for the rest of what was added. */
  readonly expected: (model: KeepalivedModel, now: KeepalivedModel) => void;
  /** Most lines that may go and come. */
  readonly removed: number;
  readonly added: number;
}

export type Pick = (count: number) => number;

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

const blockOf = ({ target }: VirtualServer): BlockStep[] => {
  const values = (): string[] => {
    switch (target.kind) {
      case "address":
        return [target.address, String(target.port)];
      case "fwmark":
        return ["fwmark", String(target.mark)];
      case "group":
        return ["group", target.name];
    }
  };
  return [{ keyword: "virtual_server", values: values() }];
};

const checkerTrials = (of: {
  service: ServiceRef;
  realServer: { address: string; port: number };
  checkers: RealServer["checkers"];
  at: readonly [number, number];
}): Trial[] =>
  of.checkers.map(({ type }, index) => ({
    edit: { kind: "removeChecker", service: of.service, realServer: of.realServer, type },
    expected: (model) => model.virtualServers[of.at[0]]?.realServers[of.at[1]]?.checkers.splice(index, 1),
    removed: 200,
    added: 1,
  }));

const serverTrials = (server: VirtualServer, at: number, pick: Pick): Trial[] => {
  const service = serviceOf(server);
  const weight = pick(300);
  const isInet6 =
    (server.target.kind === "address" ? server.target : server.realServers[0])?.address.includes(":") ===
    true;
  const address = isInet6 ? `2001:db8::${1 + pick(9)}` : `198.51.100.${pick(200)}`;
  const port = 1 + pick(60_000);
  const delayLoopS = 1 + pick(90);
  const trials: Trial[] = [
    {
      edit: {
        kind: "setKeyword",
        block: blockOf(server),
        keyword: "delay_loop",
        values: [String(delayLoopS)],
      },
      expected: (model) => {
        const changed = model.virtualServers[at];
        if (changed !== undefined) changed.delayLoopS = delayLoopS;
      },
      removed: 1,
      added: 2,
    },
    {
      edit: { kind: "setKeyword", block: blockOf(server), keyword: "delay_loop", values: null },
      expected: (model) => {
        const changed = model.virtualServers[at];
        if (changed !== undefined) changed.delayLoopS = 60;
      },
      removed: 1,
      added: 1,
    },
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
    ...checkerTrials({ service, realServer, checkers: real.checkers, at: [at, index] }),
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

/** One of a list must hold what the edit says; its place and the rest of it are taken as read. */
const takeAdded = <T>(old: T[], now: readonly T[], holds: (one: T) => boolean): void => {
  const index = now.findLastIndex(holds);
  const added = now[index];
  if (added === undefined) throw new Error("not added");
  old.splice(index, 0, added);
};

const additions = (pick: Pick): Trial[] => {
  const port = 1 + pick(60_000);
  const name = `NEW_${port}`;
  return [
    {
      edit: {
        kind: "addVirtualServer",
        service: { kind: "address", address: "203.0.113.77", port, protocol: "UDP" },
        settings: [{ keyword: "lb_algo", values: ["sh"] }],
        realServers: [
          { address: "198.51.100.9", port, weight: 7, checker: { type: "PING_CHECK", settings: [] } },
        ],
      },
      expected: (model, now) =>
        takeAdded(
          model.virtualServers,
          now.virtualServers,
          ({ target, scheduler, realServers }) =>
            target.kind === "address" &&
            target.port === port &&
            scheduler === "sh" &&
            realServers[0]?.weight === 7 &&
            realServers[0].checkers[0]?.type === "PING_CHECK",
        ),
      removed: 1,
      added: 14,
    },
    {
      edit: {
        kind: "addInstance",
        name,
        state: "BACKUP",
        interface: "eth0",
        virtualRouterId: 1 + pick(255),
        priority: 77,
        addresses: ["198.51.100.201/24"],
      },
      expected: (model, now) =>
        takeAdded(
          model.instances,
          now.instances,
          (last) => last.name === name && last.priority === 77 && last.virtualAddresses.length === 1,
        ),
      removed: 1,
      added: 14,
    },
  ];
};

export const trialsOf = (model: KeepalivedModel, pick: Pick): Trial[] => {
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
    ...additions(pick),
    setRouterId,
  ];
};
