import type { Refusal, Row, SetWeight, SetWeightResult } from "@lvs/core/director/commands";
import type { Fact } from "@lvs/core/director/fact";
import type { ConfigFile } from "@lvs/core/director/state";
import type { Destination, ServiceId } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import type { Lock } from "../configuration/lock.ts";
import { refuse } from "../configuration/refuse.ts";
import { setWeight, type WeightResult } from "../ipvs/set-weight.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { TableDesk } from "./agent.ts";
import { changeTimeouts, ServiceFlushes } from "./table-changes.ts";

export interface TableDeskParts {
  readonly system: System;
  readonly lock: Lock;
  /** The agent itself changes this row: nobody's hand. */
  readonly expect: (row: Row) => void;
  readonly touched: () => Promise<void>;
  readonly settingsTouched: () => Promise<void>;
  readonly config: () => Fact<ConfigFile>;
}

/** Changes by netlink, read back from the kernel: what is answered is what stands there. */
export function tableDesk(parts: TableDeskParts): TableDesk {
  const { lock, settingsTouched, system, touched } = parts;
  const flushes = new ServiceFlushes(parts);
  const changing = <Result>(work: () => Promise<Result>, after: () => Promise<void>): Promise<Result> =>
    lock.run(async () => {
      try {
        return await work();
      } finally {
        await after();
      }
    });
  return {
    setWeight: (input) => lock.run(() => write(parts, input)),
    setTimeouts: (input) => changing(() => changeTimeouts(system, input), settingsTouched),
    flushService: (input) => changing(() => flushes.flush(input), touched),
    putBack: (input) => changing(() => flushes.putBack(input), touched),
  };
}

async function write(parts: TableDeskParts, input: SetWeight): Promise<SetWeightResult> {
  const { row, weight, expectedWeight } = input;
  parts.expect(row);
  const result = await setWeight(parts.system, {
    ...row,
    weight,
    ...(expectedWeight === undefined ? {} : { expectedWeight }),
  });
  await parts.touched();
  if (result.status === "refused") return refusal(row, result);
  const { destination, previousWeight } = result;
  if (destination.weight !== weight) {
    throw new SystemError({
      door: "netlink",
      code: "changed",
      subject: rowName(row),
      reason: `weight ${weight} was written, but the row has ${destination.weight} now: somebody else wrote too`,
    });
  }
  return {
    outcome: "done",
    previousWeight,
    destination,
    command: `ipvsadm -e ${selector(row.service)} -r ${destinationKey(row)} ${forwardingFlag(destination)} -w ${weight}`,
  };
}

function refusal(row: Row, result: Extract<WeightResult, { status: "refused" }>): Refusal {
  switch (result.reason) {
    case "no-such-service":
    case "no-such-destination":
      return refuse("rowNotFound", `${rowName(row)} is not in this director's table. Nothing was changed.`);
    case "other-weight":
      return refuse(
        "rowChanged",
        `${rowName(row)} has weight ${result.found?.weight ?? "?"} by now. Nothing was changed.`,
      );
  }
}

const rowName = (row: Row): string => `${serviceKey(row.service)} ${destinationKey(row)}`;

function selector(id: ServiceId): string {
  if (id.kind === "fwmark") return `-f ${id.mark}${id.family === "inet6" ? " -6" : ""}`;
  const flag = { TCP: "-t", UDP: "-u", SCTP: "--sctp-service" }[id.protocol];
  return `${flag} ${destinationKey(id)}`;
}

/** ipvsadm -e wants the forwarding said again, or it falls back to Route. */
function forwardingFlag({ forwarding }: Destination): string {
  switch (forwarding) {
    case "Masq":
      return "-m";
    case "Tunnel":
      return "-i";
    case "Route":
    case "Local":
      return "-g";
  }
}
