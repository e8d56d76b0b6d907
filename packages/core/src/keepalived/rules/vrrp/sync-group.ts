import type { Item } from "../../reading.ts";
import { inInstance } from "../examples.ts";
import type { FileView, Rule, TopEntry } from "../rule.ts";
import { linesOf } from "../rule.ts";
import { instancesOf } from "./instance.ts";

const groupOf = (...names: readonly string[]): string =>
  `vrrp_sync_group G {\n    group {\n${names.map((name) => `        ${name}\n`).join("")}    }\n}\n`;
const two = inInstance() + inInstance().replace("VI_1", "VI_2").replace("51", "52");

export const syncGroup: Rule = {
  code: "sync-group",
  severity: "error",
  title: "a sync group whose members are not as they should be",
  reason:
    "Members that do not exist, or belong to another group, do not move with it. A group of one moves nothing.",
  mend: "Name the VRRP instances that must move together, each in one group only.",
  bad: two + groupOf("VI_1", "VI_3"),
  good: two + groupOf("VI_1", "VI_2"),
  ofFile: (file) => {
    const names = new Set(instancesOf(file).map(({ name }) => name));
    const groupOfMember = new Map<string, string>();
    const groupNames = new Set<string>();
    for (const top of file.of("vrrp_sync_group")) {
      const [, name = ""] = top.entry.words;
      if (top.entry.inside === undefined || groupNames.has(name)) continue;
      groupNames.add(name);
      checkGroup({ file, top, name, names, groupOfMember });
    }
  },
};

interface Group {
  readonly file: FileView;
  readonly top: TopEntry;
  readonly name: string;
  readonly names: ReadonlySet<string>;
  readonly groupOfMember: Map<string, string>;
}

const checkGroup = (group: Group): void => {
  const { file, top, name } = group;
  const lists = linesOf(top.entry, "group");
  const list = lists.find(({ items = [] }) => items.length > 0) ?? lists[0];
  for (const { spot } of list === undefined ? [] : lists.slice(lists.indexOf(list) + 1))
    file.report(top.absolute(spot), `${name} has a list of members already: this one is not read`);
  if (list === undefined) {
    file.report(top.absolute(top.entry.spot), `sync group ${name} has no members: keepalived drops it`);
    return;
  }
  let count = 0;
  for (const item of list.items ?? []) count += countMembers(group, item);
  if (count === 1) {
    const message = `sync group ${name} has only one member: there is nothing to keep in step`;
    file.report(top.absolute(list.spot), message, { severity: "warning" });
  }
  if (count === 0)
    file.report(top.absolute(list.spot), `sync group ${name} has no members: keepalived drops it`);
};

const countMembers = ({ file, top, name, names, groupOfMember }: Group, { words, spot }: Item): number => {
  let count = 0;
  for (const member of words) {
    const other = groupOfMember.get(member);
    if (!names.has(member))
      file.report(top.absolute(spot), `there is no vrrp_instance ${member} for sync group ${name}`);
    else if (other !== undefined)
      file.report(top.absolute(spot), `${member} is in sync group ${other} already`);
    else {
      groupOfMember.set(member, name);
      count += 1;
    }
  }
  return count;
};
