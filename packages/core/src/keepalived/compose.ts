import { append } from "./append.ts";
import type { Composition } from "./compose-fields.ts";
import { keepSettings, sourceOf } from "./compose-fields.ts";
import { composeGlobalDefs, noGlobalDefs } from "./compose-global.ts";
import { composeInstance, composeSyncGroup } from "./compose-instance.ts";
import { composeAddresses, composeItems } from "./compose-lists.ts";
import {
  composeBfdInstance,
  composeTrackFile,
  composeTrackProcess,
  composeTrackScript,
} from "./compose-trackers.ts";
import { composeServerGroup } from "./compose-server-group.ts";
import { composeVirtualServer } from "./compose-virtual-server.ts";
import type { ConfigTree, Section, SectionBody } from "./cst.ts";
import type { Diagnostic, Parsed } from "./diagnostic.ts";
import type { KeepalivedModel } from "./model.ts";
import type { Setting } from "./model-parts.ts";
import { readTree } from "./read-tree.ts";
import type { Entry, Reading } from "./reading.ts";

/**
 * What a director would run with this tree: keepalived's own reading of it, defaults filled in, what it drops left out with
 * a diagnostic. The tree is a file's own (parse.ts) or a preprocessed one (preprocess.ts).
 * Diagnostics here say what could not be used; what is wrong with it, and how to mend it, is the linter's to say.
 */
export const composeModel = (tree: ConfigTree): Parsed<KeepalivedModel> => {
  const model = emptyModel();
  const diagnostics: Diagnostic[] = [];
  const readings = readTree(tree);
  const isBySection = readings.length === tree.sections.length;
  for (const [index, reading] of readings.entries()) {
    const section = tree.sections[index];
    if (isBySection && section !== undefined) {
      const part = composeSection(reading, { tree, section });
      addPart(model, part.value);
      append(diagnostics, part.diagnostics);
    } else {
      const composition: Composition = { tree, sections: tree.sections, diagnostics };
      addPart(
        model,
        reading.entries.map((entry) => composeEntry(entry, composition)),
      );
      addFaults(reading, composition);
    }
  }
  return { value: model, diagnostics };
};

const emptyModel = (): KeepalivedModel => ({
  global: noGlobalDefs(),
  syncGroups: [],
  instances: [],
  trackScripts: [],
  trackFiles: [],
  trackProcesses: [],
  bfdInstances: [],
  serverGroups: [],
  virtualServers: [],
  staticAddresses: [],
  staticRoutes: [],
  staticRules: [],
  others: [],
});

/** Puts one top-level block into the model. */
type Placement = (draft: KeepalivedModel) => void;

/** Sections that did not move since they were composed are not composed again. */
const remembered = new WeakMap<
  SectionBody,
  { path: string; line: number; part: Parsed<readonly Placement[]> }
>();

const composeSection = (
  reading: Reading,
  at: { tree: ConfigTree; section: Section },
): Parsed<readonly Placement[]> => {
  const { tree, section } = at;
  const known = tree.origins === undefined ? remembered.get(section.body) : undefined;
  if (known !== undefined && known.line === section.line && known.path === tree.path) return known.part;
  const diagnostics: Diagnostic[] = [];
  const composition: Composition = { tree, sections: [section], diagnostics };
  const value = reading.entries.map((entry) => composeEntry(entry, composition));
  addFaults(reading, composition);
  const part = { value, diagnostics };
  if (tree.origins === undefined) remembered.set(section.body, { path: tree.path, line: section.line, part });
  return part;
};

const addPart = (draft: KeepalivedModel, placements: readonly Placement[]): void => {
  for (const place of placements) place(draft);
};

const addFaults = (reading: Reading, composition: Composition): void => {
  for (const { code, spot, word, block } of reading.faults) {
    const where = block === "root" ? "the top level" : block;
    const message = `${code.replaceAll("-", " ")} in ${where}: ${word}`;
    const { path, line } = sourceOf(spot, composition);
    composition.diagnostics.push({ code, severity: "warning", message, path, line, column: 1 });
  }
};

const pushTo =
  <T>(listOf: (model: KeepalivedModel) => T[], value: T | undefined): Placement =>
  (draft) => {
    if (value !== undefined) listOf(draft).push(value);
  };

const pushAllTo =
  <T>(listOf: (model: KeepalivedModel) => T[], values: readonly T[]): Placement =>
  (draft) => {
    append(listOf(draft), values);
  };

const composeEntry = (entry: Entry, all: Composition): Placement => {
  switch (entry.keyword.name) {
    case "global_defs":
      composeGlobalDefs(noGlobalDefs(), entry, all);
      return (draft) => composeGlobalDefs(draft.global, entry, { ...all, diagnostics: [] });
    case "virtual_server":
      return pushTo((model) => model.virtualServers, composeVirtualServer(entry, all));
    case "virtual_server_group":
      return pushTo((model) => model.serverGroups, composeServerGroup(entry, all));
    case "vrrp_instance":
      return pushTo((model) => model.instances, composeInstance(entry, all));
    case "vrrp_sync_group":
      return pushTo((model) => model.syncGroups, composeSyncGroup(entry, all));
    case "vrrp_script":
      return pushTo((model) => model.trackScripts, composeTrackScript(entry, all));
    case "track_file":
    case "vrrp_track_file":
      return pushTo((model) => model.trackFiles, composeTrackFile(entry, all));
    case "vrrp_track_process":
      return pushTo((model) => model.trackProcesses, composeTrackProcess(entry, all));
    case "bfd_instance":
      return pushTo((model) => model.bfdInstances, composeBfdInstance(entry, all));
    case "static_ipaddress":
      return pushAllTo((model) => model.staticAddresses, composeAddresses(entry, all));
    case "static_routes":
      return pushAllTo((model) => model.staticRoutes, composeItems(entry, all));
    case "static_rules":
      return pushAllTo((model) => model.staticRules, composeItems(entry, all));
    default:
      return pushAllTo((model) => model.others, composeOther(entry, all));
  }
};

const composeOther = (entry: Entry, composition: Composition): KeepalivedModel["others"] => {
  const settings: Setting[] = [];
  keepSettings(settings, entry, composition);
  const block = entry.inside === undefined && entry.items === undefined ? [] : [...entry.words];
  return settings.map((setting) => ({ ...setting, block }));
};
