import { inGlobals, inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import { readSyncDaemon } from "./sync-daemon-line.ts";

export const syncDaemon: Rule = {
  code: "sync-daemon",
  severity: "error",
  title: "options of lvs_sync_daemon that keepalived does not take",
  reason: "keepalived drops the option, or the daemon: then connections are lost at a failover.",
  mend: "Write lvs_sync_daemon INTERFACE inst INSTANCE [id N].",
  bad: inGlobals("lvs_sync_daemon eth0 inst VI_1 maxlen 120000") + inInstance(),
  good: inGlobals("lvs_sync_daemon eth0 inst VI_1") + inInstance(),
  ofFile: (file) => {
    let isKnown = false;
    for (const { entry, absolute } of file.of("global_defs")) {
      for (const { keyword, words, spot } of entry.inside?.entries ?? []) {
        if (keyword.name !== "lvs_sync_daemon") continue;
        if (isKnown)
          file.report(absolute(spot), "there is one lvs_sync_daemon already: this one is not read");
        else for (const fault of readSyncDaemon(words).faults) file.report(absolute(spot), fault);
        isKnown = true;
      }
    }
    for (const { entry, absolute } of file.of("vrrp_instance")) {
      for (const { keyword, spot } of entry.inside?.entries ?? []) {
        if (keyword.name !== "lvs_sync_daemon_interface") continue;
        if (isKnown) file.report(absolute(spot), "there is one sync daemon already: this one is not read");
        isKnown = true;
      }
    }
  },
};
