import {
  decimalOf,
  entriesOf,
  fieldsOf,
  integerOf,
  notUsed,
  rawWords,
  readFields,
  scriptOf,
  sourceOf,
} from "./compose-fields.ts";
import type { Composition, Fields } from "./compose-fields.ts";
import type { BfdInstance, TrackFile, TrackProcess, TrackScript } from "./model.ts";
import type { Entry } from "./reading.ts";
import { shellWords } from "./shell-words.ts";
import { readAddress } from "./words.ts";

const weightRange = { min: -2147483647, max: 2147483647 };

interface Weighted {
  weight: number;
  isReversed: boolean;
}

const weightReader = (draft: Weighted, entry: Entry, composition: Composition): void => {
  draft.weight = integerOf(entry, weightRange, composition) ?? draft.weight;
  draft.isReversed = entry.words[2] === "reverse";
};

const seconds = { min: 0, max: 4294967 };
const counts = { min: 1, max: 2147483647 };

const scriptFields: Fields<TrackScript> = fieldsOf<TrackScript>({
  script: (draft, entry, composition) => {
    draft.script = { ...scriptOf(entry, composition) };
  },
  interval: (draft, entry, composition) => {
    draft.intervalS = decimalOf(entry, seconds, composition) ?? draft.intervalS;
  },
  timeout: (draft, entry, composition) => {
    const value = decimalOf(entry, seconds, composition);
    if (value !== undefined) draft.timeoutS = value;
  },
  weight: weightReader,
  rise: (draft, entry, composition) => {
    draft.rise = integerOf(entry, counts, composition) ?? draft.rise;
  },
  fall: (draft, entry, composition) => {
    draft.fall = integerOf(entry, counts, composition) ?? draft.fall;
  },
});

export const composeTrackScript = (entry: Entry, composition: Composition): TrackScript => {
  const draft: TrackScript = {
    name: entry.words[1] ?? "",
    intervalS: 1,
    weight: 0,
    isReversed: false,
    rise: 1,
    fall: 1,
    settings: [],
    source: sourceOf(entry.spot, composition),
  };
  return readFields(draft, entriesOf(entry), { fields: scriptFields, composition });
};

const fileFields: Fields<TrackFile> = fieldsOf<TrackFile>({
  file: (draft, { words }) => {
    if (words[1] !== undefined) draft.file = words[1];
  },
  weight: weightReader,
});

export const composeTrackFile = (entry: Entry, composition: Composition): TrackFile => {
  const source = sourceOf(entry.spot, composition);
  const draft: TrackFile = { name: entry.words[1] ?? "", weight: 1, isReversed: false, settings: [], source };
  return readFields(draft, entriesOf(entry), { fields: fileFields, composition });
};

const processFields: Fields<TrackProcess> = fieldsOf<TrackProcess>({
  process: (draft, entry, composition) => {
    const [, command = "", ...parameters] = rawWords(entry, composition);
    draft.process = [...shellWords(command), ...parameters];
  },
  weight: weightReader,
  quorum: (draft, entry, composition) => {
    draft.quorum = integerOf(entry, { min: 1, max: 65535 }, composition) ?? draft.quorum;
  },
});

export const composeTrackProcess = (entry: Entry, composition: Composition): TrackProcess => {
  const source = sourceOf(entry.spot, composition);
  const draft: TrackProcess = {
    name: entry.words[1] ?? "",
    process: [],
    weight: 0,
    isReversed: false,
    quorum: 1,
    settings: [],
    source,
  };
  return readFields(draft, entriesOf(entry), { fields: processFields, composition });
};

const milliseconds = { min: 1, max: 65535 };

const bfdFields: Fields<BfdInstance> = fieldsOf<BfdInstance>({
  neighbor_ip: (bfd, { words }) => {
    const address = readAddress(words[1] ?? "");
    if (address !== undefined) bfd.neighborAddress = address;
  },
  source_ip: (bfd, { words }) => {
    const address = readAddress(words[1] ?? "");
    if (address !== undefined) bfd.sourceAddress = address;
  },
  min_rx: (bfd, entry, composition) => {
    bfd.minReceiveMs = decimalOf(entry, milliseconds, composition) ?? bfd.minReceiveMs;
  },
  min_tx: (bfd, entry, composition) => {
    bfd.minTransmitMs = decimalOf(entry, milliseconds, composition) ?? bfd.minTransmitMs;
  },
  idle_tx: (bfd, entry, composition) => {
    bfd.idleTransmitMs = decimalOf(entry, milliseconds, composition) ?? bfd.idleTransmitMs;
  },
  multiplier: (bfd, entry, composition) => {
    bfd.detectMultiplier = integerOf(entry, { min: 1, max: 255 }, composition) ?? bfd.detectMultiplier;
  },
  passive: (bfd) => {
    bfd.isPassive = true;
  },
});

export const composeBfdInstance = (entry: Entry, composition: Composition): BfdInstance | undefined => {
  if (entry.inside === undefined) return notUsed(entry, composition);
  const draft: BfdInstance = {
    name: entry.words[1] ?? "",
    minReceiveMs: 10,
    minTransmitMs: 10,
    idleTransmitMs: 1000,
    detectMultiplier: 5,
    isPassive: false,
    settings: [],
    source: sourceOf(entry.spot, composition),
  };
  return readFields(draft, entry.inside.entries, { fields: bfdFields, composition });
};
