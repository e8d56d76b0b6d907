import { netlinkAddresses } from "../netlink-addresses.ts";
import type { System } from "../system.ts";
import { openLibc } from "./libc.ts";
import { linuxClock } from "./linux-clock.ts";
import { linuxCommands } from "./linux-commands.ts";
import { LinuxConnections } from "./linux-connections.ts";
import { linuxFifos } from "./linux-fifos.ts";
import { linuxFiles } from "./linux-files.ts";
import { LinuxNetlink } from "./linux-netlink.ts";
import { LinuxPackets } from "./linux-packets.ts";
import { linuxProcesses } from "./linux-processes.ts";

/** This machine. Named by entry points alone; everything else takes a System. */
export const linuxSystem = (): System => {
  const clock = linuxClock();
  const netlink = new LinuxNetlink();
  const packets = new LinuxPackets();
  const connectionTable = new LinuxConnections();
  return {
    clock,
    commands: linuxCommands(),
    files: linuxFiles(),
    fifos: linuxFifos(openLibc()),
    processes: linuxProcesses(),
    netlink,
    addresses: netlinkAddresses(netlink, clock),
    packets,
    connectionTable,
    close: async () => {
      packets.close();
      await connectionTable.close();
      await netlink.close();
    },
  };
};
