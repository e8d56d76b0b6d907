import type { Entry } from "../../reading.ts";
import { nameOfFamily } from "../families.ts";
import { named } from "../rule.ts";
import type { EntryCheck, FileView, Report } from "../rule.ts";
import { holdsFamily, isAmbiguous, readGroupEntry } from "./group-entry.ts";
import type { GroupEntry } from "./group-entry.ts";
import { readService } from "./service.ts";
import type { Service } from "./service.ts";

/** Elements of a virtual_server_group; undefined where keepalived drops the group: it is empty, or a mark could be of either family. */
const entriesOf = (entry: Entry): readonly GroupEntry[] | undefined => {
  const entries = (entry.items ?? []).flatMap((item) => {
    const read = readGroupEntry(item);
    return typeof read === "string" ? [] : [read];
  });
  return entries.length === 0 || isAmbiguous(entries) ? undefined : entries;
};

type Groups = ReadonlyMap<string, readonly GroupEntry[] | undefined>;

/** The groups of a file by name; undefined for one that is dropped. */
export const groupsOf = (file: FileView): Groups => {
  const groups = new Map<string, readonly GroupEntry[] | undefined>();
  for (const { entry } of file.of("virtual_server_group")) {
    const [, name] = entry.words;
    if (name !== undefined && groups.get(name) === undefined) groups.set(name, entriesOf(entry));
  }
  return groups;
};

/** Why keepalived passes over a virtual server by its group without a word; undefined where it does not. */
export const whyIgnored = ({ kind, target, family }: Service, groups: Groups): string | undefined => {
  if (kind !== "group") return undefined;
  const entries = groups.get(target);
  if (entries === undefined) return `there is no virtual_server_group ${target}`;
  if (family === undefined || !holdsFamily(entries, family === "inet" ? "inet6" : "inet")) return undefined;
  return `virtual_server_group ${target} is not of ${nameOfFamily(family)} like its real servers`;
};

/**
 * Asks for every virtual server that keepalived keeps: those by address and mark line by line, those by group once the whole
 * file is read.
 */
export const ofServices = (
  check: (service: Service, report: Report) => void,
): { ofEntry: EntryCheck; ofFile: (file: FileView) => void } => ({
  ofEntry: {
    concerns: named("virtual_server"),
    check: (entry, report) => {
      const service = readService(entry);
      if (service !== undefined && service.kind !== "group") check(service, report);
    },
  },
  ofFile: (file) => {
    let groups: ReturnType<typeof groupsOf> | undefined;
    for (const { entry, absolute } of file.of("virtual_server")) {
      const service = readService(entry);
      if (service?.kind !== "group") continue;
      groups ??= groupsOf(file);
      if (whyIgnored(service, groups) !== undefined) continue;
      check(service, (spot, message, extra = {}) =>
        file.report(absolute(spot), message, {
          ...extra,
          related: (extra.related ?? []).map((one) => ({ ...one, spot: absolute(one.spot) })),
        }),
      );
    }
  },
});
