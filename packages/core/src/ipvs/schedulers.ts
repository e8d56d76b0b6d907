/**
 * The kernel's schedulers and their flags. The three flag bits of a service (ip_vs.h IP_VS_SVC_F_SCHED1..3) mean different
 * things to different schedulers; ipvsadm and we name them by their meaning.
 */
export type Scheduler = {
  /** As the kernel module registers it and `-s` takes it. */
  readonly name: string;
  readonly title: string;
  /** One line for the operator who chooses. */
  readonly help: string;
  /** Whether weights change its choice. */
  readonly usesWeights: boolean;
  /** Names of flag bits 1, 2 (`-b`), where this scheduler has a meaning for them. */
  readonly flags: readonly string[];
};

/** In the order ipvsadm(8) lists them. */
export const schedulers: readonly Scheduler[] = [
  {
    name: "rr",
    title: "Round robin",
    help: "Real servers take turns; weights are not looked at.",
    usesWeights: false,
    flags: [],
  },
  {
    name: "wrr",
    title: "Weighted round robin",
    help: "Real servers take turns in proportion to their weights.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "lc",
    title: "Least connection",
    help: "The real server with the fewest connections; weights are not looked at.",
    usesWeights: false,
    flags: [],
  },
  {
    name: "wlc",
    title: "Weighted least connection",
    help: "The real server with the fewest connections for its weight; ipvsadm's default.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "lblc",
    title: "Locality-based least connection",
    help: "One destination address stays with one real server unless that is overloaded; for proxy caches.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "lblcr",
    title: "Locality-based least connection with replication",
    help: "One destination address stays with a set of real servers that grows under load; for proxy caches.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "dh",
    title: "Destination hashing",
    help: "The destination address picks the real server.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "sh",
    title: "Source hashing",
    help: "The client's address picks the real server.",
    usesWeights: true,
    flags: ["sh-fallback", "sh-port"],
  },
  {
    name: "sed",
    title: "Shortest expected delay",
    help: "The real server where (connections + 1) / weight is least.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "nq",
    title: "Never queue",
    help: "An idle real server if there is one, else as sed.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "fo",
    title: "Weighted failover",
    help: "The real server of the highest weight takes everything.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "ovf",
    title: "Weighted overflow",
    help: "The highest weight takes connections up to its weight, then they overflow to the next.",
    usesWeights: true,
    flags: [],
  },
  {
    name: "mh",
    title: "Maglev hashing",
    help: "The client's address picks the real server; few clients move when a server comes or goes.",
    usesWeights: true,
    flags: ["mh-fallback", "mh-port"],
  },
];

/** The scheduler of that name; undefined for one this table does not know (a later kernel, a module of one's own). */
export const findScheduler = (name: string): Scheduler | undefined =>
  schedulers.find((scheduler) => scheduler.name === name);

/** The service's three scheduler flag bits as ip_vs.h numbers them: SCHED1 = 0x8, SCHED2 = 0x10, SCHED3 = 0x20. */
const flagBits = [0x08, 0x10, 0x20] as const;

/** All three bits together. */
export const schedulerFlagMask = 0x38;

const generalName = (index: number): string => `flag-${index + 1}`;

/** The names of the set bits: the scheduler's own where it has one, else "flag-N". */
export const schedulerFlagNames = (scheduler: string, bits: number): string[] => {
  const own = findScheduler(scheduler)?.flags ?? [];
  return flagBits.flatMap((bit, index) => ((bits & bit) === 0 ? [] : [own[index] ?? generalName(index)]));
};

/** The bit a flag name stands for, for this scheduler; undefined when the scheduler does not take it ("incompatible" in ipvsadm). */
export const schedulerFlagBit = (scheduler: string, flag: string): number | undefined => {
  const own = findScheduler(scheduler)?.flags ?? [];
  return flagBits.find((_, index) => own[index] === flag || generalName(index) === flag);
};

/** The bits of a list of names; names the scheduler does not take are left out. */
export const schedulerFlagBits = (scheduler: string, flags: readonly string[]): number =>
  flags.reduce((bits, flag) => bits | (schedulerFlagBit(scheduler, flag) ?? 0), 0);

/**
 * What ipvsadm prints for the flags of a service, joined by commas; undefined when no bit is set. A bit that sh and mh have no
 * meaning for is set but has no name there, so the text may be empty.
 */
export const printSchedulerFlags = (scheduler: string, flags: readonly string[]): string | undefined => {
  const bits = schedulerFlagBits(scheduler, flags);
  if (bits === 0) return undefined;
  const own = findScheduler(scheduler)?.flags ?? [];
  const names = schedulerFlagNames(scheduler, bits);
  return names.filter((name) => own.length === 0 || own.includes(name)).join(",");
};
