import type { Entry } from "../../reading.ts";
import { inServer } from "../examples.ts";
import { endOf, linesOf } from "../rule.ts";
import type { FileView, Rule, TopEntry } from "../rule.ts";

const file = 'track_file load {\n    file "/run/load"\n}\n';

export const checkerTarget: Rule = {
  code: "checker-target",
  severity: "error",
  title: "FILE_CHECK or BFD_CHECK that follows nothing",
  reason:
    "The track_file or bfd_instance must stand before the virtual server. Otherwise keepalived drops the check and the real server counts as up.",
  mend: "Correct the name, or move the block it names up.",
  bad: inServer("FILE_CHECK {", "track_file load", "}") + file,
  good: file + inServer("FILE_CHECK {", "track_file load", "}"),
  ofFile: (view) => {
    const files = new Set<string>();
    const sessions = new Set<string>();
    for (const top of view.top) {
      const { keyword, words, inside } = top.entry;
      const [, name] = words;
      if (name !== undefined && inside !== undefined) {
        if (keyword.opens === "track_file" && linesOf(top.entry, "file").length > 0) files.add(name);
        if (keyword.name === "bfd_instance" && isForCheckers(top.entry)) sessions.add(name);
      }
      if (keyword.name === "virtual_server") checkService(view, top, { files, sessions });
    }
  },
};

const isForCheckers = (entry: Entry): boolean =>
  linesOf(entry, "vrrp").length === 0 || linesOf(entry, "checker").length > 0;

interface Known {
  readonly files: ReadonlySet<string>;
  readonly sessions: ReadonlySet<string>;
}

const checkService = (view: FileView, top: TopEntry, known: Known): void => {
  const report: ReportLine = (entry, message) => view.report(top.absolute(entry.spot), message);
  for (const server of linesOf(top.entry, "real_server")) {
    for (const check of linesOf(server, "FILE_CHECK")) checkFile({ check, files: known.files, report });
    const sessionChecks = linesOf(server, "BFD_CHECK");
    if (sessionChecks.length === 0) continue;
    const followed = new Set<string>();
    for (const check of sessionChecks) checkSession({ check, sessions: known.sessions, followed, report });
  }
};

type ReportLine = (entry: { spot: Entry["spot"] }, message: string) => void;

const checkFile = (at: { check: Entry; files: ReadonlySet<string>; report: ReportLine }): void => {
  let isFound = false;
  for (const line of linesOf(at.check, "track_file")) {
    const [, name] = line.words;
    if (name === undefined) continue;
    if (at.files.has(name)) isFound = true;
    else at.report(line, `there is no track_file ${name} before this`);
  }
  if (!isFound && at.check.inside !== undefined) {
    at.report({ spot: endOf(at.check) }, "FILE_CHECK has no track_file: keepalived drops the check");
  }
};

const checkSession = (at: {
  check: Entry;
  sessions: ReadonlySet<string>;
  followed: Set<string>;
  report: ReportLine;
}): void => {
  const lines = linesOf(at.check, "name");
  for (const line of lines) {
    const [, name] = line.words;
    if (name === undefined || line.words.length !== 2) at.report(line, "BFD_CHECK wants one name");
    else if (!at.sessions.has(name)) at.report(line, `there is no bfd_instance ${name} before this`);
    else if (at.followed.has(name)) at.report(line, `this real server follows bfd_instance ${name} already`);
    else at.followed.add(name);
  }
  if (lines.length === 0 && at.check.inside !== undefined) {
    at.report({ spot: endOf(at.check) }, "BFD_CHECK has no name: keepalived drops the check");
  }
};
