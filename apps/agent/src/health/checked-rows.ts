import type { Configured } from "@lvs/core/director/configured";
import type { ServiceId, VirtualService } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import { addressFamily } from "@lvs/core/net/address";
import type { NamedService } from "./notify-line.ts";

export interface Row {
  readonly service: ServiceId;
  readonly address: string;
  readonly port: number;
}

/** A real server that the configuration has checked in one service. */
export interface CheckedRow extends Row {
  /** "TCP 192.0.2.1:80 192.0.2.7:80" */
  readonly key: string;
  readonly serviceKey: string;
  readonly realServerKey: string;
  /** The virtual_server_group of the service. */
  readonly group: string | undefined;
  readonly delayLoopS: number;
  /** Without a check keepalived never takes it out. */
  readonly hasChecks: boolean;
  /** `inhibit_on_failure`, with a weight to lose. */
  readonly losesWeight: boolean;
}

export const rowKey = (row: Row): string => `${serviceKey(row.service)} ${destinationKey(row)}`;

/** One virtual_server block; two of them may be about the same service. */
export interface CheckedBlock {
  readonly serviceKey: string;
  readonly rows: readonly CheckedRow[];
}

/** In the file's order. */
export const checkedBlocks = (configured: Configured): CheckedBlock[] =>
  configured.services.map((service) => {
    const ofService = serviceKey(service.id);
    const rows = service.realServers.map(({ address, checks, inhibitOnFailure, port, weight }) => {
      const realServerKey = destinationKey({ address, port });
      return {
        service: service.id,
        address,
        port,
        key: `${ofService} ${realServerKey}`,
        serviceKey: ofService,
        realServerKey,
        group: service.group,
        delayLoopS: service.delayLoopS,
        hasChecks: checks.length > 0,
        losesWeight: inhibitOnFailure && weight > 0,
      };
    });
    return { serviceKey: ofService, rows };
  });

/** By `destinationKey`; undefined: the service is not in the table. */
export const weightsOf = (service: VirtualService | undefined): ReadonlyMap<string, number> =>
  new Map(service?.destinations.map((row) => [destinationKey(row), row.weight]));

/** Missing, or at 0 against the file where a failed check would set it to 0. `weights`: of its service. */
export const isTakenOut = (row: CheckedRow, weights: ReadonlyMap<string, number>): boolean => {
  const weight = weights.get(row.realServerKey);
  return weight === undefined || (weight === 0 && row.losesWeight);
};

/** keepalived names a group's services by the group, and a mark without its family. */
export function isNamed(row: CheckedRow, named: NamedService): boolean {
  switch (named.kind) {
    case "address":
      return row.serviceKey === serviceKey(named);
    case "fwmark":
      return (
        row.service.kind === "fwmark" &&
        row.service.mark === named.mark &&
        row.service.family === addressFamily(row.address)
      );
    case "group":
      return row.group === named.name;
  }
}

export function printNamed(service: NamedService): string {
  switch (service.kind) {
    case "address":
      return serviceKey(service);
    case "fwmark":
      return `FWM ${service.mark}`;
    case "group":
      return service.name;
  }
}
