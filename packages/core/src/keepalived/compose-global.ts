import {
  entriesOf,
  fieldsOf,
  integerOf,
  notUsed,
  optionOf,
  readFields,
  scriptOf,
  sourceOf,
} from "./compose-fields.ts";
import type { Composition, Fields } from "./compose-fields.ts";
import type { GlobalDefs } from "./model.ts";
import type { Entry } from "./reading.ts";
import { readAddress, readInteger } from "./words.ts";

/** global_defs of a file that says nothing: keepalived's own defaults. */
export const noGlobalDefs = (): GlobalDefs => ({
  notificationEmails: [],
  isScriptSecurityEnabled: false,
  isStrict: false,
  vrrpVersion: 2,
  vrrpMulticastGroup4: "224.0.0.18",
  vrrpMulticastGroup6: "ff02::12",
  defaultInterface: "eth0",
  checksConfigAtReload: false,
  notifyFifos: [],
  settings: [],
  sources: [],
});

type FifoOwner = GlobalDefs["notifyFifos"][number]["of"];

const fifoReader =
  (of: FifoOwner) =>
  (draft: GlobalDefs, { words }: Entry): void => {
    if (words[1] !== undefined) draft.notifyFifos.push({ of, path: words[1] });
  };

const fifoScriptReader =
  (of: FifoOwner) =>
  (draft: GlobalDefs, entry: Entry, composition: Composition): void => {
    const fifo = draft.notifyFifos.findLast((known) => known.of === of);
    if (fifo === undefined) notUsed(entry, composition);
    else fifo.script = scriptOf(entry, composition);
  };

const readSyncDaemon = (draft: GlobalDefs, entry: Entry, composition: Composition): void => {
  const [, name = "", ...options] = entry.words;
  const known = new Set(["id", "maxlen", "port", "ttl", "group"]);
  const first = options[0];
  const isBare = first !== undefined && first !== "inst" && !known.has(first);
  const instance = isBare ? first : optionOf(entry, "inst");
  const id = optionOf(entry, "id");
  draft.lvsSyncDaemon = {
    interface: name,
    ...(instance === undefined ? {} : { instance }),
    ...(id === undefined ? {} : { syncId: readInteger(id, { min: 0, max: 255 }).value }),
    options,
    source: sourceOf(entry.spot, composition),
  };
};

const timeoutOf = (entry: Entry, name: string): number | undefined => {
  const word = optionOf(entry, name);
  return word === undefined ? undefined : readInteger(word, { min: 1, max: 2678400 }).value;
};

const readTimeouts = (draft: GlobalDefs, entry: Entry): void => {
  const tcpS = timeoutOf(entry, "tcp");
  const tcpFinS = timeoutOf(entry, "tcpfin");
  const udpS = timeoutOf(entry, "udp");
  draft.lvsTimeouts = {
    ...(tcpS === undefined ? {} : { tcpS }),
    ...(tcpFinS === undefined ? {} : { tcpFinS }),
    ...(udpS === undefined ? {} : { udpS }),
  };
};

const fields: Fields<GlobalDefs> = fieldsOf<GlobalDefs>({
  router_id: (draft, { words }) => {
    if (words[1] !== undefined) draft.routerId = words[1];
  },
  notification_email: (draft, { items }) => {
    for (const item of items ?? []) draft.notificationEmails.push(...item.words);
  },
  notification_email_from: (draft, { words }) => {
    if (words[1] !== undefined) draft.notificationEmailFrom = words[1];
  },
  smtp_server: (draft, { words }) => {
    if (words.length > 1) draft.smtpServer = words.slice(1).join(" ");
  },
  script_user: (draft, { words: [, user, group] }) => {
    if (user !== undefined) draft.scriptUser = { user, ...(group === undefined ? {} : { group }) };
  },
  enable_script_security: (draft) => {
    draft.isScriptSecurityEnabled = true;
  },
  vrrp_strict: (draft) => {
    draft.isStrict = true;
  },
  vrrp_version: (draft, entry, composition) => {
    const version = integerOf(entry, { min: 2, max: 3 }, composition);
    if (version === 2 || version === 3) draft.vrrpVersion = version;
  },
  vrrp_mcast_group4: (draft, { words }) => {
    draft.vrrpMulticastGroup4 = readAddress(words[1] ?? "") ?? draft.vrrpMulticastGroup4;
  },
  vrrp_mcast_group6: (draft, { words }) => {
    draft.vrrpMulticastGroup6 = readAddress(words[1] ?? "") ?? draft.vrrpMulticastGroup6;
  },
  default_interface: (draft, { words }) => {
    if (words[1] !== undefined) draft.defaultInterface = words[1];
  },
  reload_check_config: (draft) => {
    draft.checksConfigAtReload = true;
  },
  lvs_sync_daemon: readSyncDaemon,
  lvs_timeouts: readTimeouts,
  notify_fifo: fifoReader("all"),
  vrrp_notify_fifo: fifoReader("vrrp"),
  lvs_notify_fifo: fifoReader("lvs"),
  notify_fifo_script: fifoScriptReader("all"),
  vrrp_notify_fifo_script: fifoScriptReader("vrrp"),
  lvs_notify_fifo_script: fifoScriptReader("lvs"),
});

/** Several global_defs blocks add up; a later value wins. */
export const composeGlobalDefs = (draft: GlobalDefs, entry: Entry, composition: Composition): void => {
  draft.sources.push(sourceOf(entry.spot, composition));
  readFields(draft, entriesOf(entry), { fields, composition });
};
