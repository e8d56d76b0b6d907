import type { VirtualService } from "@lvs/core/ipvs/model";
import { fingerprintWords } from "../system/fingerprint.ts";
import { packedService } from "./packed-service.ts";

/** One service of the last reading, and what tells whether it is still the same. */
export interface KeptService {
  /** What asks for its real servers. */
  readonly request: Uint8Array;
  /** Of the kernel's answer, at word `at`: the same again means that no destination changed. */
  readonly fingerprints: Int32Array;
  readonly at: number;
  readonly words: Int32Array;
  readonly head: VirtualService;
  readonly service: VirtualService;
}

const isSameNumbers = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean => {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
};

/** Everything of a service but its destinations. */
const isSameHead = (a: VirtualService, b: VirtualService): boolean =>
  isSameNumbers(a.counters, b.counters) &&
  isSameNumbers(a.rates, b.rates) &&
  a.scheduler === b.scheduler &&
  a.onePacket === b.onePacket &&
  a.schedulerFlags.join() === b.schedulerFlags.join() &&
  a.persistence?.timeoutS === b.persistence?.timeoutS &&
  a.persistence?.mask === b.persistence?.mask &&
  a.persistence?.engine === b.persistence?.engine &&
  a.idleEngine === b.idleEngine;

/** The last fingerprints of these services, one behind the other; zeros where there is none. */
export const fingerprintsOf = (services: readonly (KeptService | undefined)[]): Int32Array => {
  const fingerprints = new Int32Array(services.length * fingerprintWords);
  for (const [index, kept] of services.entries())
    if (kept !== undefined)
      for (let word = 0; word < fingerprintWords; word += 1)
        fingerprints[index * fingerprintWords + word] = kept.fingerprints[kept.at + word] ?? 0;
  return fingerprints;
};

/** The last reading's service where nothing of it differs; its rows alone where only the head does. */
export const sameService = (
  last: KeptService | undefined,
  head: VirtualService,
  words: Int32Array,
): VirtualService => {
  // An answer also differs by its number among the questions: the rows of a service that stands elsewhere in the list are the same.
  const isSame = last !== undefined && (words === last.words || isSameWords(words, last.words));
  if (isSame && (head === last.head || isSameHead(last.head, head))) return last.service;
  return packedService(head, isSame ? last.words : words);
};

const isSameWords = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((word, at) => word === b[at]);
