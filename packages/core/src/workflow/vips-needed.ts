import { serviceKey } from "../ipvs/table.ts";
import type { Row } from "../director/commands.ts";
import type { PicturedDirector } from "./cluster-picture.ts";
import { instanceNames, instanceVips } from "./cluster-picture.ts";

/**
 * The addresses a real server must hold on lo for these rows: the VIP of each Route or Tunnel service. A firewall-mark service names
 * no address, so every VIP of the directors' instances is needed. Masq needs none: the director rewrites the address.
 */
export function vipsNeeded(directors: readonly PicturedDirector[], rows: readonly Row[]): string[] {
  const vips = new Set<string>();
  for (const row of rows) {
    if (!isDirect(directors, row)) continue;
    switch (row.service.kind) {
      case "address":
        vips.add(row.service.address);
        break;
      case "fwmark":
        for (const name of instanceNames(directors))
          for (const vip of instanceVips(directors, name)) vips.add(vip);
        break;
    }
  }
  return [...vips];
}

function isDirect(directors: readonly PicturedDirector[], row: Row): boolean {
  return directors.some((director) => {
    const service = director.configured.services.find(
      (each) => serviceKey(each.id) === serviceKey(row.service),
    );
    return service?.forwarding === "Route" || service?.forwarding === "Tunnel";
  });
}
