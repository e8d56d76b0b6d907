import { destinationSettings } from "../ipvs/change.ts";
import type { Destination, ServiceId, VirtualService } from "../ipvs/model.ts";
import { destinationKey, plainTunnel } from "../ipvs/table.ts";
import { differingAspects, printCommand, type Aspect } from "./aspects.ts";
import type { WantedRealServer, WantedService } from "./configured-table.ts";
import type { Difference } from "./drift.ts";
import type { RowVerdicts } from "./row-verdicts.ts";

/** The real servers of one service: what the kernel has against what keepalived would have there now. */

export interface CheckedService {
  readonly wanted: WantedService;
  readonly verdicts: RowVerdicts;
}

/** A service with its rows in the kernel. */
interface Reading extends CheckedService {
  readonly id: ServiceId;
  readonly rows: ReadonlyMap<string, Destination>;
  /** The quorum is lost: keepalived has put the sorry server in the place of all others. */
  readonly isSorryServing: boolean;
}

/** The command that writes a whole row: what it does not say, ipvsadm sets to its own default. */
export const writeRow = (
  kind: "addDestination" | "editDestination",
  service: ServiceId,
  row: Destination,
): string => printCommand({ kind, service, destination: destinationSettings(row) });

const removeRow = (service: ServiceId, { address, port }: Destination): string =>
  printCommand({ kind: "removeDestination", service, destination: { address, port } });

export const findRowDrift = (checked: CheckedService, kernel: VirtualService): Difference[] => {
  const { sorry, realServers } = checked.wanted;
  const rows = new Map(kernel.destinations.map((row) => [destinationKey(row), row]));
  const isSorryServing = sorry !== undefined && (rows.get(sorry.key)?.weight ?? 0) > 0;
  const reading: Reading = { ...checked, id: kernel.id, rows, isSorryServing };
  const found: Difference[] = [];
  for (const [key, real] of realServers) {
    const row = rows.get(key);
    if (row !== undefined) found.push(...presentRow(reading, key, { real, row }));
    else if (checked.verdicts.get(key) === "up" && !isSorryServing)
      found.push(missingRow(kernel.id, real.destination));
  }
  found.push(...missingSorry(reading));
  for (const [key, row] of rows)
    if (!realServers.has(key) && sorry?.key !== key) found.push(extraRow(kernel.id, row));
  return found;
};

const placeOf = (service: ServiceId, { address, port }: Destination) => ({
  service,
  realServer: { address, port },
});

const printRow = ({ forwarding, weight }: Destination): string => `${forwarding} ${weight}`;

const missingRow = (service: ServiceId, wanted: Destination): Difference => ({
  kind: "realServerMissing",
  ...placeOf(service, wanted),
  configured: printRow(wanted),
  undo: [writeRow("addDestination", service, wanted)],
});

const extraRow = (service: ServiceId, row: Destination): Difference => ({
  kind: "realServerExtra",
  ...placeOf(service, row),
  kernel: printRow(row),
  undo: [removeRow(service, row)],
});

/**
 * keepalived has a sorry server in the table while no real server is up, and one with sorry_server_inhibit always. A quorum that is
 * lost with some still up is left out: by weights alone it cannot be told for sure.
 */
const missingSorry = ({ id, rows, verdicts, wanted }: Reading): Difference[] => {
  const { realServers, sorry } = wanted;
  if (sorry === undefined || rows.has(sorry.key)) return [];
  const areAllDown = [...realServers.keys()].every((key) => verdicts.get(key) === "down");
  if (!areAllDown && !sorry.inhibits) return [];
  return [missingRow(id, areAllDown ? sorry.destination : { ...sorry.destination, weight: 0 })];
};

interface Row {
  readonly real: WantedRealServer;
  readonly row: Destination;
}

const presentRow = (reading: Reading, key: string, { real, row }: Row): Difference[] => {
  const { id } = reading;
  const isDown = reading.verdicts.hasDown && reading.verdicts.get(key) === "down";
  if (isDown && !(real.inhibits && row.weight === 0)) return [putBackRow(id, { real, row })];
  const asked = real.destination;
  const isWeightOurs = row.weight !== asked.weight && isKeepalivedsWeight(reading, key, { real, row });
  const wanted = isWeightOurs ? { ...asked, weight: row.weight } : asked;
  const differing = differingAspects(rowAspects, wanted, withMethodOf(row, wanted));
  if (differing.length === 0) return [];
  const hasOtherMethod = differing.some(({ kind }) => kind === "forwarding");
  return differing
    .filter(({ kind }) => kind !== "tunnel" || !hasOtherMethod)
    .map((difference) => ({
      ...difference,
      ...placeOf(id, row),
      undo: [writeRow("editDestination", id, wanted)],
    }));
};

/** Kernels before 2.6.37 turn Route and Tunnel to an address of their own into Local: that is nobody's doing. */
const withMethodOf = (row: Destination, { forwarding, tunnel }: Destination): Destination => {
  if (row.forwarding !== "Local") return row;
  return { ...row, forwarding, ...(tunnel === undefined ? {} : { tunnel }) };
};

const putBackRow = (service: ServiceId, { real, row }: Row): Difference => ({
  kind: "realServerPutBack",
  ...placeOf(service, row),
  ...(real.inhibits ? { configured: printRow({ ...real.destination, weight: 0 }) } : {}),
  kernel: printRow(row),
  undo: [
    real.inhibits
      ? writeRow("editDestination", service, { ...real.destination, weight: 0 })
      : removeRow(service, row),
  ],
});

/** The weight is what keepalived wants now, or cannot be told from it. */
const isKeepalivedsWeight = (reading: Reading, key: string, { real, row }: Row): boolean => {
  if (real.hasDynamicWeight) return true;
  if (row.weight !== 0 || !real.inhibits) return false;
  return reading.isSorryServing || reading.verdicts.get(key) !== "up";
};

const rowAspects: readonly Aspect<Destination>[] = [
  { kind: "forwarding", value: ({ forwarding }) => forwarding },
  { kind: "tunnel", value: (row) => printTunnel(row) },
  { kind: "weight", value: ({ weight }) => weight },
  { kind: "upperThreshold", value: ({ upperThreshold }) => upperThreshold },
  { kind: "lowerThreshold", value: ({ lowerThreshold }) => lowerThreshold },
];

const printTunnel = ({ forwarding, tunnel = plainTunnel }: Destination): string => {
  if (forwarding !== "Tunnel") return "";
  const { checksum, port, type } = tunnel;
  switch (type) {
    case "ipip":
      return type;
    case "gue":
      return `${type} ${port} ${checksum}`;
    case "gre":
      return `${type} ${checksum}`;
  }
};
