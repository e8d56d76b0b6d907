import type { Change, DestinationSettings, ServiceSettings } from "./change.ts";
import { destinationSettings, serviceSettings } from "./change.ts";
import type { Destination, IpvsTable, ServiceId, VirtualService } from "./model.ts";
import { noCounters, noRates } from "./model.ts";
import { destinationKey, normalizeService, serviceKey } from "./table.ts";

const byKey = <T>(items: readonly T[], key: (item: T) => string): Map<string, T> =>
  new Map(items.map((item) => [key(item), item]));

/** Both sides are in normal form, whose fields stand in one order only where they were built alike; so compare by field. */
const isSame = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map<string, unknown>(Object.entries(b).filter(([, value]) => value !== undefined));
  return (
    left.length === right.size &&
    left.every(([name, value]) => right.has(name) && isSame(value, right.get(name)))
  );
};

const destinationsByKey = (service: VirtualService | undefined): Map<string, Destination> =>
  byKey(service?.destinations ?? [], destinationKey);

const destinationChanges = (
  before: VirtualService | undefined,
  after: VirtualService,
): { add: Change[]; remove: Change[] } => {
  const old = destinationsByKey(before);
  const wanted = destinationsByKey(after);
  const add: Change[] = [];
  for (const [key, destination] of wanted) {
    const known = old.get(key);
    const settings = destinationSettings(destination);
    if (known === undefined) add.push({ kind: "addDestination", service: after.id, destination: settings });
    else if (!isSame(destinationSettings(known), settings)) {
      add.push({ kind: "editDestination", service: after.id, destination: settings });
    }
  }
  const remove = [...old]
    .filter(([key]) => !wanted.has(key))
    .map(([, { address, port }]): Change => ({
      kind: "removeDestination",
      service: after.id,
      destination: { address, port },
    }));
  return { add, remove };
};

/**
 * The changes that make `before` into `after`, in an order that never leaves a service without the real servers both tables give
 * it: services and real servers are added or edited in place first, removed last. What only the kernel counts is not
 * compared. Two entries of the same key are one: the later counts. `applyChanges(before, diffTables(before, after))` has the
 * normal form of `after`, counters aside; equal tables give no changes.
 */
export const diffTables = (
  before: Pick<IpvsTable, "services">,
  after: Pick<IpvsTable, "services">,
): Change[] => {
  const old = byKey(before.services.map(normalizeService), ({ id }) => serviceKey(id));
  const wanted = byKey(after.services.map(normalizeService), ({ id }) => serviceKey(id));
  const additions: Change[] = [];
  const removals: Change[] = [];
  for (const [key, service] of wanted) {
    const known = old.get(key);
    const settings = serviceSettings(service);
    if (known === undefined) additions.push({ kind: "addService", service: settings });
    else if (!isSame(serviceSettings(known), settings))
      additions.push({ kind: "editService", service: settings });
    const { add, remove } = destinationChanges(known, service);
    additions.push(...add);
    removals.push(...remove);
  }
  for (const [key, { id }] of old)
    if (!wanted.has(key)) removals.push({ kind: "removeService", service: id });
  return [...additions, ...removals];
};

const newService = (settings: ServiceSettings): VirtualService => ({
  ...settings,
  counters: noCounters,
  rates: noRates,
  destinations: [],
});

const newDestination = (settings: DestinationSettings): Destination => ({
  ...settings,
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: noCounters,
  rates: noRates,
});

/** Settings replace settings wholly (an absent optional field goes away); what the kernel counts stays. */
const editDestination = (destination: Destination, settings: DestinationSettings): Destination => {
  const { activeConnections, inactiveConnections, persistentConnections, counters, rates } = destination;
  return { ...settings, activeConnections, inactiveConnections, persistentConnections, counters, rates };
};

/** Why a change cannot be applied, in the words of ipvsadm's own errors. */
export type ChangeProblem = { readonly change: Change; readonly reason: string };

/** The service a change is about. */
export const changedService = (change: Change): ServiceId => {
  switch (change.kind) {
    case "addService":
    case "editService":
      return change.service.id;
    case "removeService":
    case "addDestination":
    case "editDestination":
    case "removeDestination":
      return change.service;
  }
};

const noService = "No such service";
const noDestination = "No such destination";

/** A service while changes are applied: its real servers by key, in order. */
type Draft = {
  service: Omit<VirtualService, "destinations">;
  readonly destinations: Map<string, Destination>;
};

const openDraft = ({ destinations, ...service }: VirtualService): Draft => ({
  service,
  destinations: byKey(destinations, destinationKey),
});

type DestinationChange = Extract<Change, { destination: unknown }>;

/** Applies a change to the real servers of a service; the reason when it cannot be. */
const changeDestination = ({ destinations }: Draft, change: DestinationChange): string | undefined => {
  const key = destinationKey(change.destination);
  const known = destinations.get(key);
  switch (change.kind) {
    case "addDestination":
      if (known !== undefined) return "Destination already exists";
      destinations.set(key, newDestination(change.destination));
      return undefined;
    case "editDestination":
      if (known === undefined) return noDestination;
      destinations.set(key, editDestination(known, change.destination));
      return undefined;
    case "removeDestination":
      return destinations.delete(key) ? undefined : noDestination;
  }
};

const applyChange = (drafts: Map<string, Draft>, change: Change): string | undefined => {
  const key = serviceKey(changedService(change));
  const known = drafts.get(key);
  if (change.kind === "addService") {
    if (known !== undefined) return "Service already exists";
    drafts.set(key, openDraft(newService(change.service)));
    return undefined;
  }
  if (known === undefined) return noService;
  switch (change.kind) {
    case "editService": {
      const { counters, rates } = known.service;
      known.service = { ...change.service, counters, rates };
      return undefined;
    }
    case "removeService":
      drafts.delete(key);
      return undefined;
    case "addDestination":
    case "editDestination":
    case "removeDestination":
      return changeDestination(known, change);
  }
};

/**
 * The table after these changes, in order, as the kernel would do them. A change that cannot be done is left out and named in
 * `problems`; the ones after it are still tried, as `ipvsadm -R` does.
 */
export const applyChanges = (
  table: IpvsTable,
  changes: readonly Change[],
): { table: IpvsTable; problems: ChangeProblem[] } => {
  const drafts = new Map(table.services.map((service) => [serviceKey(service.id), openDraft(service)]));
  const problems = changes.flatMap((change): ChangeProblem[] => {
    const reason = applyChange(drafts, change);
    return reason === undefined ? [] : [{ change, reason }];
  });
  const services = [...drafts.values()].map(({ service, destinations }) => ({
    ...service,
    destinations: [...destinations.values()],
  }));
  return { table: { ...table, services }, problems };
};

/** Whether two tables ask for the same, whatever their order and whatever the kernel has counted. */
export const isSameTable = (a: IpvsTable, b: IpvsTable): boolean => diffTables(a, b).length === 0;
