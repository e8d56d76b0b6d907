import type { Configured, ConfiguredService } from "../director/configured.ts";
import type { Row } from "../director/commands.ts";
import { serviceKey } from "../ipvs/table.ts";
import type { ConfigEdit, ServiceRef } from "../keepalived/edit.ts";

/**
 * What a plan asks of one director's file. Plans speak of the kernel's rows; a block of the file may ask for several of them (a group,
 * a range), under another port than theirs (Route and Tunnel take the service's), and several blocks may ask for the same row.
 */

/** Takes out every block that asks for a row of this address, each once. */
export function removalEdits(configured: Configured, address: string): ConfigEdit[] {
  const edits = new Map<string, ConfigEdit>();
  for (const service of configured.services)
    for (const real of service.realServers.filter((each) => each.address === address))
      for (const port of real.writtenPorts ?? [real.port]) {
        const ref = serviceRef(configured, service);
        edits.set(`${blockKey(service)} ${port}`, {
          kind: "removeRealServer",
          service: ref,
          realServer: { address, port },
        });
      }
  return [...edits.values()];
}

type WeightedRow = Row & { readonly weight: number };

/** Writes a block for each row; rows that one block of a group serves get one, with the first row's port and weight. */
export function additionEdits(configured: Configured, rows: readonly WeightedRow[]): ConfigEdit[] {
  const edits = new Map<string, ConfigEdit>();
  for (const row of rows) {
    const service = findService(configured, row);
    const key = `${service === undefined ? serviceKey(row.service) : blockKey(service)} ${row.address} ${ownPort(service, row)}`;
    if (edits.has(key)) continue;
    const { address, port, weight } = row;
    const ref = service === undefined ? row.service : serviceRef(configured, service);
    edits.set(key, { kind: "addRealServer", service: ref, realServer: { address, port, weight } });
  }
  return [...edits.values()];
}

/** The groups among the rows' services, and whether one block can serve the rows: all of its services are among them, with one weight. */
export function groupsOf(
  configured: Configured,
  rows: readonly WeightedRow[],
): { readonly group: string; readonly isWhole: boolean }[] {
  const blocks = new Map<string, { group: string; isWhole: boolean }>();
  for (const row of rows) {
    const service = findService(configured, row);
    if (service?.group === undefined) continue;
    const isWhole = configured.services
      .filter((each) => blockKey(each) === blockKey(service))
      .every((each) => rows.some((other) => isServedAlike({ service: each, other, row })));
    const known = blocks.get(blockKey(service));
    blocks.set(blockKey(service), { group: service.group, isWhole: isWhole && known?.isWhole !== false });
  }
  return [...blocks.values()];
}

function isServedAlike(asked: { service: ConfiguredService; other: WeightedRow; row: WeightedRow }): boolean {
  const { service, other, row } = asked;
  if (serviceKey(other.service) !== serviceKey(service.id)) return false;
  return other.weight === row.weight && ownPort(service, other) === ownPort(service, row);
}

/** Only Masq keeps a port of the real server's own. */
function ownPort(service: ConfiguredService | undefined, { port }: Row): number | undefined {
  return service?.forwarding === "Masq" ? port : undefined;
}

function findService(configured: Configured, row: Row): ConfiguredService | undefined {
  return configured.services.find((each) => serviceKey(each.id) === serviceKey(row.service));
}

/** The same for all services that one virtual_server block stands for. */
function blockKey({ group, id, line }: ConfiguredService): string {
  return group === undefined ? serviceKey(id) : `group ${group} ${line}`;
}

/** By its group, since a range names no address of its own; by its address where two virtual servers share the group. */
function serviceRef(configured: Configured, { group, id, line }: ConfiguredService): ServiceRef {
  if (group === undefined) return id;
  const isShared = configured.services.some((each) => each.group === group && each.line !== line);
  return isShared ? id : { kind: "group", name: group };
}
