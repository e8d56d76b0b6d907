import type { Keyword } from "../../keywords/keyword.ts";
import { inGlobals } from "../examples.ts";
import { inBlock } from "../rule.ts";
import type { Rule } from "../rule.ts";

const isScript = ({ values, name }: Keyword): boolean =>
  values.some(({ kind }) => kind === "script") || name.endsWith("_fifo");

export const scriptUserOrder: Rule = {
  code: "script-user-order",
  severity: "warning",
  title: "script_user after the scripts it should govern",
  reason:
    "keepalived settles the user of a script or pipe when it reads its line: those above script_user run as keepalived_script, or as root.",
  mend: "Move script_user to the top of global_defs.",
  bad: inGlobals("notify_fifo /run/notify", "script_user nobody"),
  good: inGlobals("script_user nobody", "notify_fifo /run/notify"),
  ofEntry: {
    concerns: inBlock("root", "global_defs"),
    check: (entry, report) => {
      const lines = entry.inside?.entries ?? [];
      const position = lines.findIndex(({ keyword }) => keyword.name === "script_user");
      for (const { keyword, spot, words } of lines.slice(0, Math.max(position, 0))) {
        if (isScript(keyword) && words.length < 3)
          report(spot, `${keyword.name} stands before script_user: it does not run as that user`);
      }
    },
  },
  ofFile: (file) => {
    const position = file.top.findIndex(
      ({ entry }) =>
        entry.inside?.entries.some(
          ({ keyword }) => keyword.block === "global_defs" && keyword.name === "script_user",
        ) === true,
    );
    for (const { entry, absolute } of file.top.slice(0, Math.max(position, 0))) {
      if (entry.keyword.name === "global_defs") continue;
      for (const { keyword, spot, words } of entry.inside?.entries ?? []) {
        if (isScript(keyword) && words.length < 3)
          file.report(
            absolute(spot),
            `${keyword.name} stands before script_user: it does not run as that user`,
          );
      }
    }
  },
};
