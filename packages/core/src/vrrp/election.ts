import type { Address } from "../net/address.ts";
import { compareAddresses } from "../net/address.ts";

/** The sender leaves (RFC 9568 section 5.2.4). */
export const leavingPriority = 0;
/** The owner of the addresses: always this, never changed by a tracker (RFC 9568 section 5.2.4). */
export const ownerPriority = 255;

/** What an election compares: the priority in the advert and the address it came from. */
export type Candidate = { readonly priority: number; readonly address: Address };

/**
 * Positive when `a` is preferred: the higher priority, then the higher primary address (RFC 9568 section 6.4.3). 0 only for equals in
 * both, which on one link is a configuration error.
 */
export const compareCandidates = (a: Candidate, b: Candidate): number =>
  a.priority - b.priority || compareAddresses(a.address, b.address);

/** The one that ends as MASTER where all may preempt; undefined for none. One that leaves is no candidate. */
export const elect = <Each extends Candidate>(candidates: readonly Each[]): Each | undefined => {
  const present = candidates.filter(({ priority }) => priority !== leavingPriority);
  return present.toSorted((a, b) => compareCandidates(b, a))[0];
};

/**
 * The priority that is advertised: the configured one plus what trackers add, within 1 to 254; an owner's stays 255
 * (keepalived.conf(5), "weight").
 */
export const effectivePriority = (base: number, trackerSum: number): number =>
  base === ownerPriority ? ownerPriority : Math.min(ownerPriority - 1, Math.max(1, base + trackerSum));
