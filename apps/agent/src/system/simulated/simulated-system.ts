import type { IpvsTable } from "@lvs/core/ipvs/model";
import { netlinkAddresses } from "../netlink-addresses.ts";
import type { System } from "../system.ts";
import { simulatedClock, type SimulatedClock } from "./simulated-clock.ts";
import { simulatedCommands, type SimulatedCommands } from "./simulated-commands.ts";
import { simulatedConnections } from "./simulated-connections.ts";
import { simulatedFifos, type SimulatedFifos } from "./simulated-fifos.ts";
import { simulatedFiles, type SimulatedFiles } from "./simulated-files.ts";
import { SimulatedKernel } from "./simulated-kernel.ts";
import { simulatedPackets, type SimulatedPackets } from "./simulated-packets.ts";
import { simulatedProcesses, type SimulatedProcesses } from "./simulated-processes.ts";

/** A machine in memory whose every part a test can see and move. */
export interface SimulatedSystem extends System {
  readonly clock: SimulatedClock;
  readonly commands: SimulatedCommands;
  readonly files: SimulatedFiles;
  readonly fifos: SimulatedFifos;
  readonly packets: SimulatedPackets;
  readonly processes: SimulatedProcesses;
  /** The kernel that `netlink` and `addresses` ask. */
  readonly kernel: SimulatedKernel;
}

export interface SimulatedStart {
  /** The wall clock; some moment of 2026 unless told. */
  readonly startMs?: number;
  /** "absent": the ip_vs module is not loaded. Unless told: loaded, an empty table. */
  readonly ipvs?: IpvsTable | "absent";
}

const emptyTable: IpvsTable = { version: "1.2.1", size: 4096, services: [] };

/** A machine with an empty disk, no programs, no processes, and a kernel with an empty IPVS table. */
export const simulatedSystem = (start: SimulatedStart = {}): SimulatedSystem => {
  const clock = simulatedClock(start.startMs ?? 1_780_000_000_000);
  const { ipvs = emptyTable } = start;
  const kernel = new SimulatedKernel(clock, ipvs === "absent" ? undefined : ipvs);
  const files = simulatedFiles(clock);
  return {
    clock,
    commands: simulatedCommands(),
    files,
    fifos: simulatedFifos(clock),
    packets: simulatedPackets(clock),
    processes: simulatedProcesses(),
    connectionTable: simulatedConnections(files),
    kernel,
    netlink: kernel,
    addresses: netlinkAddresses(kernel, clock),
    close: () => Promise.resolve(),
  };
};
