import type { ConfiguredRealServer, ConfiguredService } from "../director/configured.ts";
import type { Verdict } from "../director/state.ts";
import type { DriftItem } from "../drift/drift.ts";
import type { ServiceId } from "../ipvs/model.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";

/**
 * The long lists of a director by service and by real server, for the join of its rows. Each is made once for a list and kept as long
 * as the list is: at a hundred thousand rows the keys alone cost more than everything that is done with them.
 */

const memo = <Source extends object, Made>(make: (source: Source) => Made): ((source: Source) => Made) => {
  const made = new WeakMap<Source, { readonly value: Made }>();
  return (source) => {
    const known = made.get(source);
    if (known !== undefined) return known.value;
    const value = make(source);
    made.set(source, { value });
    return value;
  };
};

/** By `serviceKey`; of two with the same key the later. */
export const servicesByKey = memo(
  (services: readonly ConfiguredService[]): ReadonlyMap<string, ConfiguredService> =>
    new Map(services.map((each) => [serviceKey(each.id), each])),
);

const realServersByKey = memo(
  ({ realServers }: ConfiguredService): ReadonlyMap<string, ConfiguredRealServer> =>
    new Map(realServers.map((each) => [destinationKey(each), each])),
);

const noRealServers: ReadonlyMap<string, ConfiguredRealServer> = new Map();

/** By `destinationKey`; empty for a service that no file has. */
export const realServersOf = (
  service: ConfiguredService | undefined,
): ReadonlyMap<string, ConfiguredRealServer> =>
  service === undefined ? noRealServers : realServersByKey(service);

const isSameId = (a: ServiceId, b: ServiceId): boolean =>
  a.kind === "address"
    ? b.kind === "address" && a.port === b.port && a.address === b.address && a.protocol === b.protocol
    : b.kind === "fwmark" && a.mark === b.mark && a.family === b.family;

/** By `serviceKey`, in the order in which they stand. Those of one service mostly stand together: its key is made once. */
export const verdictsByService = memo(
  (verdicts: readonly Verdict[]): ReadonlyMap<string, readonly Verdict[]> => {
    const found = new Map<string, Verdict[]>();
    let last: ServiceId | undefined;
    let list: Verdict[] = [];
    for (const verdict of verdicts) {
      if (last === undefined || !isSameId(last, verdict.service)) {
        last = verdict.service;
        const key = serviceKey(last);
        list = found.get(key) ?? [];
        found.set(key, list);
      }
      list.push(verdict);
    }
    return found;
  },
);

const group = <Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> => {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const list = found.get(key);
    if (list === undefined) found.set(key, [item]);
    else list.push(item);
  }
  return found;
};

/** By `serviceKey`; what is of the whole director stands under "". */
export const driftByService = (items: readonly DriftItem[]): ReadonlyMap<string, readonly DriftItem[]> =>
  group(items, ({ service }) => (service === undefined ? "" : serviceKey(service)));

/** By `destinationKey`; what is of the service itself stands under "". */
export const driftByRealServer = (items: readonly DriftItem[]): ReadonlyMap<string, readonly DriftItem[]> =>
  group(items, ({ realServer }) => (realServer === undefined ? "" : destinationKey(realServer)));
