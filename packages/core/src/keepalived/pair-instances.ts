import { missing, nowhere, placed } from "./pair-comparison.ts";
import type { Comparison, ComparisonKind, Placed, Side } from "./pair-comparison.ts";
import type { Entry } from "./reading.ts";
import { lastOf } from "./rules/rule.ts";
import { instancesOf, settle, vrrpGlobalsOf } from "./rules/vrrp/instance.ts";
import type { Instance, Settled, VrrpGlobals } from "./rules/vrrp/instance.ts";

interface Half {
  readonly instance: Instance;
  readonly settled: Settled;
}

/** VRRP instances of one name belong together; those left over, if they share their virtual_router_id. */
export function* compareInstances(first: Side, second: Side): IterableIterator<Comparison> {
  const [ours, theirs] = [instancesOf(first), instancesOf(second)];
  const globals = { first: vrrpGlobalsOf(first), second: vrrpGlobalsOf(second) };
  const taken = new Set<Instance>();
  for (const instance of ours) {
    const other = theirs.find(({ name }) => name === instance.name) ?? byRouterId(instance, { ours, theirs });
    if (other === undefined) {
      const { top, name } = instance;
      yield missing(name, { first: placed(top, top.entry, name), second: nowhere });
    } else {
      taken.add(other);
      yield* comparePair(halfOf(instance, globals.first), halfOf(other, globals.second));
    }
  }
  for (const other of theirs) {
    const { name, top } = other;
    if (!taken.has(other)) yield missing(name, { first: nowhere, second: placed(top, top.entry, name) });
  }
}

const halfOf = (instance: Instance, globals: VrrpGlobals): Half => ({
  instance,
  settled: settle(instance, globals),
});

const byRouterId = (
  instance: Instance,
  all: { ours: readonly Instance[]; theirs: readonly Instance[] },
): Instance | undefined =>
  all.theirs.find(
    ({ name, virtualRouterId }) =>
      virtualRouterId !== undefined &&
      virtualRouterId === instance.virtualRouterId &&
      !all.ours.some((own) => own.name === name),
  );

interface Trait {
  readonly keyword: string;
  readonly kind: ComparisonKind;
  readonly read: (half: Half) => string;
  /** Passwords are compared, never shown. */
  readonly isSecret?: boolean;
}

const addressesOf = (addresses: Instance["vips"]): string =>
  addresses
    .map(({ address }) => address)
    .toSorted()
    .join(" ");

const traits: readonly Trait[] = [
  {
    keyword: "virtual_router_id",
    kind: "must-match",
    read: ({ instance }) => String(instance.virtualRouterId ?? "absent"),
  },
  { keyword: "version", kind: "must-match", read: ({ settled }) => String(settled.version) },
  { keyword: "advert_int", kind: "must-match", read: ({ instance }) => String(instance.advertSeconds ?? 1) },
  { keyword: "auth_type", kind: "must-match", read: ({ instance }) => instance.authType ?? "absent" },
  { keyword: "auth_pass", kind: "must-match", read: ({ instance }) => passwordOf(instance), isSecret: true },
  { keyword: "virtual_ipaddress", kind: "must-match", read: ({ instance }) => addressesOf(instance.vips) },
  {
    keyword: "virtual_ipaddress_excluded",
    kind: "must-match",
    read: ({ instance }) => addressesOf(instance.excludedVips),
  },
  {
    keyword: "mcast_dst_ip",
    kind: "must-match",
    read: ({ instance }) => instance.multicastGroup ?? "absent",
  },
  {
    keyword: "down_timer_adverts",
    kind: "must-match",
    read: ({ instance }) => lastOf(instance.top.entry, "down_timer_adverts")?.words[1] ?? "3",
  },
  {
    keyword: "unicast_peer",
    kind: "must-match",
    read: ({ settled }) => (settled.isUnicast ? "unicast" : "multicast"),
  },
  {
    keyword: "nopreempt",
    kind: "should-match",
    read: ({ instance }) => (instance.isNopreempt ? "on" : "absent"),
  },
  { keyword: "interface", kind: "should-match", read: ({ instance }) => instance.interface ?? "absent" },
];

/** Only the first eight characters are sent. */
const passwordOf = ({ top, authType }: Instance): string => {
  const block = lastOf(top.entry, "authentication");
  const word = block === undefined ? undefined : lastOf(block, "auth_pass")?.words[1];
  return authType === undefined ? "absent" : (word ?? "").slice(0, 8);
};

const lineOf = (instance: Instance, keyword: string): Entry => {
  const { entry } = instance.top;
  const block = keyword.startsWith("auth_") ? lastOf(entry, "authentication") : undefined;
  return (
    (block === undefined ? undefined : lastOf(block, keyword)) ?? lastOf(entry, keyword) ?? block ?? entry
  );
};

const placedTrait = (half: Half, keyword: string, text: string): Placed =>
  placed(half.instance.top, lineOf(half.instance, keyword), text);

function* comparePair(one: Half, other: Half): IterableIterator<Comparison> {
  for (const { keyword, kind, read, isSecret } of traits) {
    const [left, right] = [read(one), read(other)];
    if (left === right) continue;
    const [shownLeft, shownRight] =
      isSecret === true ? [shownSecret(left), shownSecret(right)] : [left, right];
    const name = nameOf(one.instance, other.instance);
    const message =
      isSecret === true
        ? `${keyword} of ${name} differs`
        : `${keyword} of ${name} is ${left || "empty"} here, ${right || "empty"} there`;
    yield {
      kind,
      code: "mismatch",
      key: `${one.instance.name}.${keyword}`,
      message,
      first: placedTrait(one, keyword, shownLeft),
      second: placedTrait(other, keyword, shownRight),
    };
  }
  yield* compareRanks(one, other);
}

const shownSecret = (text: string): string => (text === "absent" ? text : "••••");

const nameOf = (one: Instance, other: Instance): string =>
  one.name === other.name ? one.name : `${one.name} and ${other.name}`;

/** MASTER above BACKUP, and only one MASTER. Both BACKUP is a way to let the first one up keep the addresses. */
function* compareRanks(one: Half, other: Half): IterableIterator<Comparison> {
  const name = nameOf(one.instance, other.instance);
  const [left, right] = [one.settled, other.settled];
  if (left.state === "MASTER" && right.state === "MASTER") {
    yield ranked({
      one,
      other,
      keyword: "state",
      code: "both-master",
      message: `both directors start as MASTER of ${name}`,
    });
  }
  if (left.priority === right.priority) {
    const message = `${name} has priority ${left.priority} on both directors: the higher address decides`;
    yield ranked({ one, other, keyword: "priority", code: "same-priority", message });
  } else if (left.state !== right.state && (left.state === "MASTER") === left.priority < right.priority) {
    const message = `${name} starts as MASTER where its priority is lower: it gives way at once`;
    yield ranked({ one, other, keyword: "priority", code: "master-lower-priority", message });
  }
}

const ranked = (at: {
  one: Half;
  other: Half;
  keyword: "state" | "priority";
  code: string;
  message: string;
}): Comparison => {
  const { one, other, keyword, code, message } = at;
  return {
    kind: "should-differ",
    code,
    key: `${one.instance.name}.${keyword}`,
    message,
    first: placedTrait(one, keyword, String(one.settled[keyword])),
    second: placedTrait(other, keyword, String(other.settled[keyword])),
  };
};
