import type { Change, DestinationSettings, ServiceSettings } from "./change.ts";
import { destinationSettings, serviceSettings } from "./change.ts";
import type { Destination, IpvsTable, ServiceId, VirtualService } from "./model.ts";
import { noCounters, noRates } from "./model.ts";
import { destinationKey, serviceKey, tidyService } from "./table.ts";

const byKey = <T>(items: readonly T[], key: (item: T) => string): Map<string, T> =>
  new Map(items.map((item) => [key(item), item]));

/** For each setting, whether two have it the same; a setting that is new in the model is missing here, and the compiler says so. */
type Comparison<T> = Readonly<Record<keyof T, (a: T, b: T) => boolean>>;

const serviceComparison: Comparison<ServiceSettings> = {
  id: (a, b) => serviceKey(a.id) === serviceKey(b.id),
  scheduler: (a, b) => a.scheduler === b.scheduler,
  schedulerFlags: (a, b) => a.schedulerFlags.join() === b.schedulerFlags.join(),
  persistence: ({ persistence: a }, { persistence: b }) =>
    a?.timeoutS === b?.timeoutS && a?.mask === b?.mask && a?.engine === b?.engine,
  idleEngine: (a, b) => a.idleEngine === b.idleEngine,
  onePacket: (a, b) => a.onePacket === b.onePacket,
};

const destinationComparison: Comparison<DestinationSettings> = {
  address: (a, b) => a.address === b.address,
  port: (a, b) => a.port === b.port,
  forwarding: (a, b) => a.forwarding === b.forwarding,
  weight: (a, b) => a.weight === b.weight,
  upperThreshold: (a, b) => a.upperThreshold === b.upperThreshold,
  lowerThreshold: (a, b) => a.lowerThreshold === b.lowerThreshold,
  tunnel: ({ tunnel: a }, { tunnel: b }) =>
    a?.type === b?.type && a?.port === b?.port && a?.checksum === b?.checksum,
};

const serviceComparisons = Object.values(serviceComparison);
const destinationComparisons = Object.values(destinationComparison);

const isSameService = (a: ServiceSettings, b: ServiceSettings): boolean =>
  serviceComparisons.every((isSame) => isSame(a, b));

const isSameDestination = (a: DestinationSettings, b: DestinationSettings): boolean =>
  destinationComparisons.every((isSame) => isSame(a, b));

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
    if (known !== undefined && isSameDestination(known, destination)) continue;
    const kind = known === undefined ? "addDestination" : "editDestination";
    add.push({ kind, service: after.id, destination: destinationSettings(destination) });
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
  const old = byKey(before.services.map(tidyService), ({ id }) => serviceKey(id));
  const wanted = byKey(after.services.map(tidyService), ({ id }) => serviceKey(id));
  const additions: Change[] = [];
  const removals: Change[] = [];
  for (const [key, service] of wanted) {
    const known = old.get(key);
    if (known === undefined || !isSameService(known, service)) {
      additions.push({
        kind: known === undefined ? "addService" : "editService",
        service: serviceSettings(service),
      });
    }
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
