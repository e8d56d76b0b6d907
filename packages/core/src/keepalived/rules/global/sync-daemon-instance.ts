import { inGlobals, inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { readSyncDaemon } from "./sync-daemon-line.ts";

export const syncDaemonInstance: Rule = {
  code: "sync-daemon-instance",
  severity: "warning",
  title: "lvs_sync_daemon names an instance that is not there",
  reason: "keepalived starts without the sync daemon, after its check of the configuration has passed.",
  mend: "Name a vrrp_instance of this file.",
  bad: inGlobals("lvs_sync_daemon eth0 inst VI_2") + inInstance(),
  good: inGlobals("lvs_sync_daemon eth0 inst VI_1") + inInstance(),
  ofFile: (file) => {
    const names = new Set(file.of("vrrp_instance").map(({ entry }) => entry.words[1]));
    for (const { entry, absolute } of file.of("global_defs")) {
      for (const { keyword, words, spot } of entry.inside?.entries ?? []) {
        if (keyword.name !== "lvs_sync_daemon") continue;
        const { instance } = readSyncDaemon(words);
        if (instance !== undefined && !names.has(instance))
          file.report(absolute(spot), `there is no vrrp_instance ${instance}`);
      }
    }
  },
};
