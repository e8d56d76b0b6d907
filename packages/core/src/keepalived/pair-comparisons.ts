import type { Entry, Item } from "./reading.ts";
import { nameOfService, readService } from "./rules/lvs/service.ts";
import type { Service } from "./rules/lvs/service.ts";
import { lastOf } from "./rules/rule.ts";
import type { TopEntry } from "./rules/rule.ts";
import { missing, nowhere, placed } from "./pair-comparison.ts";
import type { Comparison, Placed, Side } from "./pair-comparison.ts";
import { compareBlocks } from "./pair-blocks.ts";
import { compareInstances } from "./pair-instances.ts";
import { instancesOf } from "./rules/vrrp/instance.ts";

/** All differences that should not be, and all likenesses. */
export function* comparisonsOf(first: Side, second: Side): IterableIterator<Comparison> {
  yield* compareRouterIds(first, second);
  yield* compareInstances(first, second);
  yield* compareGroups(first, second);
  yield* compareServices(first, second);
}

function* compareRouterIds(first: Side, second: Side): IterableIterator<Comparison> {
  const [one, other] = [routerIdOf(first), routerIdOf(second)];
  if (one === undefined || other?.text !== one.text) return;
  const message = `router_id is ${one.text} on both directors: it names the director in mails and must differ`;
  yield {
    kind: "should-differ",
    code: "same-router-id",
    key: "router_id",
    message,
    first: one,
    second: other,
  };
}

const routerIdOf = (side: Side): Placed | undefined => {
  let found: Placed | undefined;
  for (const top of side.of("global_defs")) {
    const line = lastOf(top.entry, "router_id");
    if (line?.words[1] !== undefined) found = placed(top, line, line.words[1]);
  }
  return found;
};

function* compareGroups(first: Side, second: Side): IterableIterator<Comparison> {
  const names = new Set(instancesOf(first).map(({ name }) => name));
  const shared = new Set(instancesOf(second).flatMap(({ name }) => (names.has(name) ? [name] : [])));
  for (const group of first.of("vrrp_sync_group")) {
    const [, name = ""] = group.entry.words;
    const other = second.of("vrrp_sync_group").find(({ entry }) => entry.words[1] === name);
    if (other === undefined) continue;
    const [one, two] = [membersOf(group.entry, shared), membersOf(other.entry, shared)];
    if (one === two) continue;
    const message = `sync group ${name} has ${one || "nobody"} here, ${two || "nobody"} there`;
    const sides = {
      first: placed(group, lastOf(group.entry, "group"), one),
      second: placed(other, lastOf(other.entry, "group"), two),
    };
    yield { kind: "must-match", code: "mismatch", key: `${name}.group`, message, ...sides };
  }
}

const membersOf = (group: Entry, shared: ReadonlySet<string>): string =>
  (lastOf(group, "group")?.items ?? [])
    .flatMap((item: Item) => item.words)
    .filter((member) => shared.has(member))
    .toSorted()
    .join(" ");

interface PlacedService {
  readonly top: TopEntry;
  readonly service: Service;
}

const servicesOf = (side: Side): ReadonlyMap<string, PlacedService> => {
  const services = new Map<string, PlacedService>();
  for (const top of side.of("virtual_server")) {
    const service = readService(top.entry);
    if (service === undefined) continue;
    const name =
      service.kind === "group"
        ? `group ${service.target}`
        : nameOfService({ ...service, protocol: service.protocol ?? "udp" });
    if (!services.has(name)) services.set(name, { top, service });
  }
  return services;
};

function* compareServices(first: Side, second: Side): IterableIterator<Comparison> {
  const [ours, theirs] = [servicesOf(first), servicesOf(second)];
  for (const [name, { top }] of ours) {
    const other = theirs.get(name);
    if (other === undefined) yield missing(name, { first: placed(top, top.entry, name), second: nowhere });
    else
      yield* compareBlocks({
        key: name,
        first: { top, entry: top.entry },
        second: { top: other.top, entry: other.top.entry },
      });
  }
  for (const [name, { top }] of theirs) {
    if (!ours.has(name)) yield missing(name, { first: nowhere, second: placed(top, top.entry, name) });
  }
  yield* compareServerGroups(first, second);
}

function* compareServerGroups(first: Side, second: Side): IterableIterator<Comparison> {
  for (const group of first.of("virtual_server_group")) {
    const [, name = ""] = group.entry.words;
    const other = second.of("virtual_server_group").find(({ entry }) => entry.words[1] === name);
    const [one, two] = [linesOfGroup(group.entry), other === undefined ? "" : linesOfGroup(other.entry)];
    if (other === undefined || one === two) continue;
    const message = `virtual_server_group ${name} is not the same on both directors`;
    const sides = { first: placed(group, group.entry, one), second: placed(other, other.entry, two) };
    yield { kind: "must-match", code: "mismatch", key: `group ${name}`, message, ...sides };
  }
}

const linesOfGroup = (entry: Entry): string =>
  (entry.items ?? [])
    .map(({ words }) => words.join(" "))
    .toSorted()
    .join(", ");
