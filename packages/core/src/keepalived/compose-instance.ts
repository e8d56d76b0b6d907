import { append } from "./append.ts";
import {
  decimalOf,
  entriesOf,
  fieldsOf,
  flagOf,
  integerOf,
  notUsed,
  readFields,
  sourceOf,
} from "./compose-fields.ts";
import type { Composition, Fields } from "./compose-fields.ts";
import { commonReaders, composeAddresses, composeItems, itemsOf, noTracks } from "./compose-lists.ts";
import type { SyncGroup, VrrpInstance } from "./model.ts";
import type { Entry } from "./reading.ts";
import { readAddress } from "./words.ts";

/** keepalived keeps eight characters of a password (RFC 3768 5.3.10). */
const maxPasswordLength = 8;

const readAuthentication = (instance: VrrpInstance, entry: Entry, composition: Composition): void => {
  const source = sourceOf(entry.spot, composition);
  let type: "PASS" | "AH" | undefined;
  let length: number | undefined;
  for (const inner of entriesOf(entry)) {
    const value = inner.words[1] ?? "";
    if (inner.keyword.name === "auth_type")
      type = value === "AH" ? "AH" : value === "PASS" ? "PASS" : undefined;
    if (inner.keyword.name === "auth_pass") length = Math.min(value.length, maxPasswordLength);
  }
  if (type === undefined) return;
  instance.authentication = { type, ...(length === undefined ? {} : { secret: { length } }), source };
};

/** Adverts carry one family: that of the first address; addresses of the other are dropped. */
const ofOneFamily = (
  entry: Entry,
  to: { instance: VrrpInstance; composition: Composition },
): VrrpInstance["virtualAddresses"] => {
  const addresses = composeAddresses(entry, to.composition);
  const family = (to.instance.virtualAddresses[0] ?? addresses[0])?.family;
  const kept = addresses.filter((address) => address.family === family);
  if (kept.length < addresses.length) notUsed(entry, to.composition);
  return kept;
};

const instanceFields: Fields<VrrpInstance> = fieldsOf<VrrpInstance>({
  ...commonReaders,
  state: (instance, entry, composition) => {
    const state = entry.words[1];
    if (state === "MASTER" || state === "BACKUP") instance.state = state;
    else notUsed(entry, composition);
  },
  interface: (instance, { words }) => {
    if (words[1] !== undefined) instance.interface = words[1];
  },
  virtual_router_id: (instance, entry, composition) => {
    const id = integerOf(entry, { min: 1, max: 255 }, composition);
    if (id !== undefined) instance.virtualRouterId = id;
  },
  priority: (instance, entry, composition) => {
    const priority = integerOf(entry, { min: 1, max: 255 }, composition);
    instance.priority = priority ?? 100;
    instance.isPriorityGiven = true;
  },
  advert_int: (instance, entry, composition) => {
    instance.advertIntervalS =
      decimalOf(entry, { min: 0.01, max: 255 }, composition) ?? instance.advertIntervalS;
  },
  version: (instance, entry, composition) => {
    const version = integerOf(entry, { min: 2, max: 3 }, composition);
    if (version === 2 || version === 3) instance.version = version;
  },
  authentication: readAuthentication,
  virtual_ipaddress: (instance, entry, composition) => {
    append(instance.virtualAddresses, ofOneFamily(entry, { instance, composition }));
  },
  virtual_ipaddress_excluded: (instance, entry, composition) => {
    append(instance.excludedAddresses, composeAddresses(entry, composition));
  },
  virtual_routes: (instance, entry, composition) => {
    append(instance.virtualRoutes, composeItems(entry, composition));
  },
  virtual_rules: (instance, entry, composition) => {
    append(instance.virtualRules, composeItems(entry, composition));
  },
  unicast_peer: (instance, entry, composition) => {
    const peers = itemsOf(entry, composition, ({ words: [text = "", ...options], spot }) => {
      const address = readAddress(text);
      return address === undefined ? undefined : { address, options, source: sourceOf(spot, composition) };
    });
    append(instance.unicastPeers, peers);
  },
  unicast_src_ip: (instance, entry, composition) => {
    const address = readAddress(entry.words[1] ?? "");
    if (address === undefined) notUsed(entry, composition);
    else instance.unicastSourceAddress = address;
  },
  mcast_src_ip: (instance, entry, composition) => {
    const address = readAddress(entry.words[1] ?? "");
    if (address === undefined) notUsed(entry, composition);
    else instance.multicastSourceAddress = address;
  },
  nopreempt: (instance) => {
    instance.canPreempt = false;
  },
  preempt: (instance) => {
    instance.canPreempt = true;
  },
  preempt_delay: (instance, entry, composition) => {
    instance.preemptDelayS = decimalOf(entry, { min: 0, max: 1000 }, composition) ?? instance.preemptDelayS;
  },
  use_vmac: (instance, { words }) => {
    instance.vmac = words[1] === undefined ? {} : { name: words[1] };
  },
  strict_mode: (instance, entry) => {
    instance.isStrict = flagOf(entry);
  },
  smtp_alert: (instance, entry) => {
    instance.hasSmtpAlert = flagOf(entry);
  },
});

/** A vrrp_instance block; undefined where keepalived drops it for the line that opens it. */
export const composeInstance = (entry: Entry, composition: Composition): VrrpInstance | undefined => {
  if (entry.inside === undefined) return notUsed(entry, composition);
  const instance = readFields<VrrpInstance>(
    {
      name: entry.words[1] ?? "",
      state: "BACKUP",
      priority: 100,
      isPriorityGiven: false,
      advertIntervalS: 1,
      virtualAddresses: [],
      excludedAddresses: [],
      virtualRoutes: [],
      virtualRules: [],
      unicastPeers: [],
      canPreempt: true,
      preemptDelayS: 0,
      tracks: noTracks(),
      notify: {},
      settings: [],
      source: sourceOf(entry.spot, composition),
    },
    entry.inside.entries,
    { fields: instanceFields, composition },
  );
  if (!instance.isPriorityGiven && instance.state === "MASTER") instance.priority = 255;
  return instance;
};

const syncGroupFields: Fields<SyncGroup> = fieldsOf<SyncGroup>({
  ...commonReaders,
  group: (group, entry, composition) => {
    for (const item of entry.items ?? []) {
      const source = sourceOf(item.spot, composition);
      group.instances.push(...item.words.map((name) => ({ name, source })));
    }
  },
});

export const composeSyncGroup = (entry: Entry, composition: Composition): SyncGroup | undefined => {
  if (entry.inside === undefined) return notUsed(entry, composition);
  const draft: SyncGroup = {
    name: entry.words[1] ?? "",
    instances: [],
    tracks: noTracks(),
    notify: {},
    settings: [],
    source: sourceOf(entry.spot, composition),
  };
  return readFields(draft, entry.inside.entries, { fields: syncGroupFields, composition });
};
