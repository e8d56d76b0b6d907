import {
  decimalOf,
  entriesOf,
  fieldsOf,
  integerOf,
  readFields,
  scriptOf,
  sourceOf,
} from "./compose-fields.ts";
import type { Composition, Fields } from "./compose-fields.ts";
import type { CheckedUrl, Checker, CheckerOf } from "./model-parts.ts";
import type { Entry } from "./reading.ts";
import { readAddress } from "./words.ts";

type Probe = Omit<CheckerOf<"PING_CHECK">, "type">;

const timer = { min: 0, max: 4294.967295 };
const portRange = { min: 1, max: 65535 };
const count = { min: 0, max: 4294967295 };

type Key =
  | "connectPort"
  | "bindPort"
  | "retry"
  | "connectTimeoutS"
  | "delayBeforeRetryS"
  | "delayLoopS"
  | "warmupS";

const setNumber = (probe: Probe, key: Key, value: number | undefined): void => {
  if (value !== undefined) probe[key] = value;
};

const probeReaders: Readonly<Record<string, (draft: Probe, entry: Entry, composition: Composition) => void>> =
  {
    connect_ip: (probe, { words }) => {
      const address = readAddress(words[1] ?? "");
      if (address !== undefined) probe.connectAddress = address;
    },
    bindto: (probe, { words }) => {
      const address = readAddress(words[1] ?? "");
      if (address !== undefined) probe.bindAddress = address;
    },
    bind_if: (probe, { words }) => {
      if (words[1] !== undefined) probe.bindInterface = words[1];
    },
    connect_port: (probe, entry, all) => setNumber(probe, "connectPort", integerOf(entry, portRange, all)),
    bind_port: (probe, entry, all) => setNumber(probe, "bindPort", integerOf(entry, portRange, all)),
    retry: (probe, entry, all) => setNumber(probe, "retry", integerOf(entry, count, all)),
    nb_get_retry: (probe, entry, all) => setNumber(probe, "retry", integerOf(entry, count, all)),
    connect_timeout: (probe, entry, all) => setNumber(probe, "connectTimeoutS", decimalOf(entry, timer, all)),
    delay_before_retry: (probe, entry, all) =>
      setNumber(probe, "delayBeforeRetryS", decimalOf(entry, timer, all)),
    delay_loop: (probe, entry, all) => setNumber(probe, "delayLoopS", decimalOf(entry, timer, all)),
    warmup: (probe, entry, all) => setNumber(probe, "warmupS", decimalOf(entry, timer, all)),
  };

type Http = CheckerOf<"HTTP_GET"> | CheckerOf<"SSL_GET">;

const urlFields: Fields<CheckedUrl> = fieldsOf<CheckedUrl>({
  path: (url, { words }) => {
    if (words[1] !== undefined) url.path = words[1];
  },
  digest: (url, { words }) => {
    if (words[1] !== undefined) url.digest = words[1];
  },
  virtualhost: (url, { words }) => {
    if (words[1] !== undefined) url.virtualhost = words[1];
  },
  status_code: (url, { words }) => {
    url.statusCodes = words.slice(1);
  },
});

const probeFields = fieldsOf<Probe>(probeReaders);

const httpFields = fieldsOf<Http>({
  ...probeReaders,
  virtualhost: (http, { words }) => {
    if (words[1] !== undefined) http.virtualhost = words[1];
  },
  url: (http, entry, composition) => {
    const url: CheckedUrl = { statusCodes: [], settings: [], source: sourceOf(entry.spot, composition) };
    http.urls.push(readFields(url, entriesOf(entry), { fields: urlFields, composition }));
  },
});

const smtpFields = fieldsOf<CheckerOf<"SMTP_CHECK">>({
  ...probeReaders,
  helo_name: (smtp, { words }) => {
    if (words[1] !== undefined) smtp.heloName = words[1];
  },
});

const dnsFields = fieldsOf<CheckerOf<"DNS_CHECK">>({
  ...probeReaders,
  type: (dns, { words }) => {
    if (words[1] !== undefined) dns.queryType = words[1];
  },
  name: (dns, { words }) => {
    if (words[1] !== undefined) dns.queryName = words[1];
  },
});

const miscFields = fieldsOf<CheckerOf<"MISC_CHECK">>({
  ...probeReaders,
  misc_path: (misc, entry, composition) => {
    misc.script = { ...misc.script, ...scriptOf(entry, composition) };
  },
  misc_timeout: (misc, entry, composition) => {
    const value = decimalOf(entry, timer, composition);
    if (value !== undefined) misc.timeoutS = value;
  },
  misc_dynamic: (misc) => {
    misc.isDynamic = true;
  },
});

const bfdFields = fieldsOf<CheckerOf<"BFD_CHECK">>({
  name: (bfd, { words }) => {
    if (words[1] !== undefined) bfd.bfdName = words[1];
  },
});

const fileFields = fieldsOf<CheckerOf<"FILE_CHECK">>({
  track_file: (file, { words }) => {
    if (words[1] !== undefined) file.trackFile = words[1];
  },
});

/** A checker block of a real server. */
export const composeChecker = (type: Checker["type"], entry: Entry, composition: Composition): Checker => {
  const entries = entriesOf(entry);
  const base = { settings: [], source: sourceOf(entry.spot, composition) };
  switch (type) {
    case "TCP_CHECK":
    case "UDP_CHECK":
    case "PING_CHECK":
      return readFields({ type, ...base }, entries, { fields: probeFields, composition });
    case "HTTP_GET":
    case "SSL_GET":
      return readFields<Http>({ type, ...base, urls: [] }, entries, { fields: httpFields, composition });
    case "SMTP_CHECK":
      return readFields({ type, ...base }, entries, { fields: smtpFields, composition });
    case "DNS_CHECK":
      return readFields({ type, ...base }, entries, { fields: dnsFields, composition });
    case "MISC_CHECK":
      return readFields({ type, ...base, isDynamic: false }, entries, { fields: miscFields, composition });
    case "BFD_CHECK":
      return readFields({ type, ...base }, entries, { fields: bfdFields, composition });
    case "FILE_CHECK":
      return readFields({ type, ...base }, entries, { fields: fileFields, composition });
  }
};
