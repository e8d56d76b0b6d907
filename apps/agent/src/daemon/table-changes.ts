import type { ConfigFile } from "@lvs/core/director/state";
import type { Refusal, Row } from "@lvs/core/director/commands";
import type { Fact } from "@lvs/core/director/fact";
import type {
  FlushService,
  FlushServiceResult,
  PutBack,
  PutBackResult,
  SetTimeouts,
  SetTimeoutsResult,
} from "@lvs/core/director/table-commands";
import { type Change, type DestinationSettings, destinationSettings } from "@lvs/core/ipvs/change";
import type { Timeouts } from "@lvs/core/ipvs/listing-state";
import type { ServiceId, VirtualService } from "@lvs/core/ipvs/model";
import { printRule } from "@lvs/core/ipvs/save-format";
import { destinationKey, findDestination, serviceKey } from "@lvs/core/ipvs/table";
import { refuse } from "../configuration/refuse.ts";
import { readIpvsFamily } from "../ipvs/family.ts";
import { flushService } from "../ipvs/flush-service.ts";
import { setTimeouts, type TimeoutsResult } from "../ipvs/set-timeouts.ts";
import { readVirtualService } from "../ipvs/set-weight.ts";
import { readTimeouts } from "../ipvs/settings.ts";
import { applyChanges } from "../ipvs/write-table.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";

export interface TableChangeParts {
  readonly system: System;
  /** The agent itself changes this row: nobody's hand. */
  readonly expect: (row: Row) => void;
  readonly config: () => Fact<ConfigFile>;
}

const printed = ({ tcpS, tcpFinS, udpS }: Timeouts): string => `${tcpS} ${tcpFinS} ${udpS}`;

const noModule = (): Refusal =>
  refuse("noModule", "This kernel has no ip_vs module loaded. Nothing was changed.");

/** All three at once, and only where the kernel still holds what the asker saw. Throws SystemError. */
export async function changeTimeouts(system: System, input: SetTimeouts): Promise<SetTimeoutsResult> {
  const { expected, isRuleWaived, timeouts } = input;
  const family = await readIpvsFamily(system);
  if (family === undefined) return noModule();
  const found = await readTimeouts(system, family);
  if (printed(found) !== printed(expected))
    return refuse(
      "timeoutsChanged",
      `The timeouts are ${printed(found)} by now, not ${printed(expected)}. Nothing was changed.`,
    );
  const result = await setTimeouts(system, timeouts, { isRuleWaived });
  switch (result.status) {
    case "done":
      return {
        outcome: "done",
        previous: result.previous,
        timeouts: result.timeouts,
        command: `ipvsadm ${printRule({ kind: "setTimeouts", timeouts: result.timeouts })}`,
      };
    case "refused":
      return timeoutsRefusal(result, timeouts);
    case "failed":
      throw result.error;
  }
}

function timeoutsRefusal(
  { reason }: Extract<TimeoutsResult, { status: "refused" }>,
  wanted: Timeouts,
): Refusal {
  switch (reason) {
    case "no-ip_vs-module":
      return noModule();
    case "tcp-not-below-fin":
      return refuse(
        "timeoutsRefused",
        `A shortened TCP timeout (${wanted.tcpS} s) must be lower than the FIN timeout (${wanted.tcpFinS} s). Nothing was changed.`,
      );
    case "nothing-to-set":
    case "out-of-range":
      return refuse("timeoutsRefused", `The kernel does not take ${printed(wanted)}. Nothing was changed.`);
  }
}

/** Flushes and their way back. What was taken out is kept as long as the agent runs, the last flush of each service. */
export class ServiceFlushes {
  readonly #parts: TableChangeParts;
  readonly #kept = new Map<string, readonly DestinationSettings[]>();

  constructor(parts: TableChangeParts) {
    this.#parts = parts;
  }

  /** Every real server of a service that no file names, and only where its rows are still those that the asker saw. Throws SystemError. */
  async flush({ expected, service }: FlushService): Promise<FlushServiceResult> {
    const { config, expect, system } = this.#parts;
    const held = whyTheFileHolds(config(), service);
    if (held !== undefined) return held;
    const before = await readVirtualService(system, service);
    if (before === undefined) return serviceNotFound(service);
    if (!hasRows(before, expected)) return otherRows(before);
    for (const { address, port } of before.destinations) expect({ service, address, port });
    const result = await flushService(system, service);
    switch (result.status) {
      case "done": {
        const removed = result.removed.map(destinationSettings);
        if (removed.length > 0) this.#kept.set(serviceKey(service), removed);
        const changes = additions(service, removed);
        return { outcome: "done", removed, wayBack: changes.map(printRule) };
      }
      case "refused":
        return result.reason === "no-ip_vs-module" ? noModule() : serviceNotFound(service);
      case "failed":
        throw result.error;
    }
  }

  /** The rows that the last flush took out; those that stand there by now are left as they are. Throws SystemError. */
  async putBack({ service }: PutBack): Promise<PutBackResult> {
    const { expect, system } = this.#parts;
    const name = serviceKey(service);
    const kept = this.#kept.get(name);
    if (kept === undefined)
      return refuse("nothingKept", `Nothing is kept that was taken out of ${name}. Nothing was changed.`);
    const before = await readVirtualService(system, service);
    if (before === undefined) return serviceNotFound(service);
    const missing = kept.filter((row) => findDestination(before, row) === undefined);
    for (const { address, port } of missing) expect({ service, address, port });
    const result = await applyChanges(system, additions(service, missing));
    switch (result.status) {
      case "applied":
        this.#kept.delete(name);
        return {
          outcome: "done",
          added: missing.map(endpointOf),
          present: kept.filter((row) => !missing.includes(row)).map(endpointOf),
        };
      case "partly":
        throw failed(
          name,
          `${result.appliedCount} real servers were put back, ${result.refused.length} were not: ${result.refused[0]?.reason ?? ""}`,
        );
      case "failed":
        throw result.error;
    }
  }
}

const additions = (service: ServiceId, rows: readonly DestinationSettings[]): Change[] =>
  rows.map((destination): Change => ({ kind: "addDestination", service, destination }));

const endpointOf = ({ address, port }: DestinationSettings) => ({ address, port });

const otherRows = ({ destinations, id }: VirtualService): Refusal =>
  refuse(
    "rowChanged",
    `${serviceKey(id)} has other real servers by now: ${destinations.map(destinationKey).join(", ") || "none"}. Nothing was changed.`,
  );

/**
 * keepalived compares its old file with its new one, never with the kernel: rows that it wrote and somebody took out would stay out
 * until it is started anew. So only what no file names may go this way, and "not known" is no such word.
 */
function whyTheFileHolds(config: Fact<ConfigFile>, service: ServiceId): Refusal | undefined {
  const name = serviceKey(service);
  switch (config.status) {
    case "absent":
      return undefined;
    case "unknown":
      return refuse(
        "configUnknown",
        `Whether keepalived.conf names ${name} is not known: ${config.reason}. Nothing was changed.`,
      );
    case "known": {
      const { configured, loadedSha256, sha256 } = config.value;
      if (configured.services.some(({ id }) => serviceKey(id) === name))
        return refuse("serviceConfigured", `keepalived.conf names ${name}. Nothing was changed.`);
      if (loadedSha256 !== undefined && loadedSha256 !== sha256)
        return refuse(
          "configUnknown",
          `keepalived runs another file than the one on disk, which may name ${name}. Nothing was changed.`,
        );
      return undefined;
    }
  }
}

const serviceNotFound = (id: ServiceId): Refusal =>
  refuse("serviceNotFound", `${serviceKey(id)} is not in this director's table. Nothing was changed.`);

function hasRows({ destinations }: VirtualService, expected: FlushService["expected"]): boolean {
  const keys = new Set(expected.map(destinationKey));
  return destinations.length === keys.size && destinations.every((row) => keys.has(destinationKey(row)));
}

const failed = (subject: string, reason: string): SystemError =>
  new SystemError({ door: "netlink", code: "failed", subject, reason });
