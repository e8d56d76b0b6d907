import type { Process, Processes, ProcessId, SignalName } from "../processes.ts";
import { SystemError } from "../system-error.ts";

export interface SentSignal {
  readonly process: ProcessId;
  readonly signal: SignalName | number;
}

/** Processes that a test started. */
export interface SimulatedProcesses extends Processes {
  /** Starts one; what is not said is a plain running child of process 1, and whoever is that leads a session. */
  start(process: Pick<Process, "pid" | "name"> & Partial<Process>): Process;
  /** Ends one without a word. */
  end(pid: number): void;
  /** Called for every signal that reaches a process. */
  onSignal(react: (sent: SentSignal) => void): void;
  readonly sent: readonly SentSignal[];
  /** Signals that processes are not prepared for and would die of; none unless told. */
  readonly deadly: Set<SignalName | number>;
}

/** A machine on which nothing runs. */
export const simulatedProcesses = (): SimulatedProcesses => {
  const running = new Map<number, Process>();
  const sent: SentSignal[] = [];
  const deadly = new Set<SignalName | number>();
  const checkRunning = (target: ProcessId): void => {
    if (running.get(target.pid)?.startTicks === target.startTicks) return;
    const subject = `process ${target.pid}`;
    throw new SystemError({ door: "processes", code: "not-found", subject, reason: "has ended" });
  };
  const reactions: ((sent: SentSignal) => void)[] = [];
  let ticks = 1000;
  return {
    sent,
    deadly,
    start: (given) => {
      ticks += 1;
      const { parentPid = 1 } = given;
      const started: Process = {
        parentPid,
        sessionId: parentPid === 1 ? given.pid : (running.get(parentPid)?.sessionId ?? parentPid),
        argv: [given.name],
        state: "S",
        startTicks: ticks,
        ...given,
      };
      running.set(given.pid, started);
      return started;
    },
    end: (pid) => void running.delete(pid),
    onSignal: (react) => void reactions.push(react),
    list: async () => [...running.values()],
    find: async (pid) => running.get(pid),
    survives: async (target, signal) => {
      checkRunning(target);
      return !deadly.has(signal);
    },
    signal: async (target, signal) => {
      checkRunning(target);
      const entry = { process: target, signal };
      sent.push(entry);
      for (const react of reactions) react(entry);
    },
  };
};
