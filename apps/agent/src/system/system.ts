import type { Addresses } from "./addresses.ts";
import type { Clock } from "./clock.ts";
import type { Commands } from "./commands.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { Fifos } from "./fifos.ts";
import type { Files } from "./files.ts";
import type { Netlink } from "./netlink.ts";
import type { Packets } from "./packets.ts";
import type { Processes } from "./processes.ts";

/** The only door to the machine. Two makers: `linuxSystem` (named by main alone) and `simulatedSystem` (tests). */
export interface System {
  readonly clock: Clock;
  readonly commands: Commands;
  readonly files: Files;
  readonly fifos: Fifos;
  readonly processes: Processes;
  readonly netlink: Netlink;
  readonly addresses: Addresses;
  readonly packets: Packets;
  readonly connectionTable: ConnectionTable;
  /** Ends its threads, sockets and subscriptions. */
  close(): Promise<void>;
}
