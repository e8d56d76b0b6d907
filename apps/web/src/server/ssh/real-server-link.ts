import { connect } from "node:net";
import { arpArgv, loopbackArgv } from "@lvs/core/real-server/recipe";
import { parseArpSysctls, parseLoopback } from "@lvs/core/real-server/inspect";
import type { RealServerProbe } from "@lvs/core/workflow/facts";
import { openSsh, type SshResult, type SshSession, type SshTarget } from "./ssh-session.ts";

/** The console's standing connection to one real server: opened when first needed, again after it was lost. */
export interface RealServerLink {
  readonly run: (argv: readonly string[]) => Promise<SshResult>;
  /** One look. What could not be asked is undefined in it; nothing is thrown. */
  readonly probe: (ports: readonly number[]) => Promise<RealServerProbe>;
  readonly close: () => void;
}

const commandLimitMs = 60_000;
const lookLimitMs = 5_000;

export function realServerLink(target: SshTarget): RealServerLink {
  let session: Promise<SshSession> | undefined;
  const open = async (): Promise<SshSession> => {
    const current = await session?.catch(() => undefined);
    if (current?.isOpen() === true) return current;
    session = openSsh(target);
    return session;
  };
  const look = async (argv: readonly string[]): Promise<Look> => {
    try {
      const { exitCode, stdout, stderr } = await (await open()).run(argv, { timeoutMs: lookLimitMs });
      if (exitCode === 0) return { text: stdout, failure: undefined };
      const said = stderr.trim().split("\n").at(-1) ?? "";
      return {
        text: undefined,
        failure: new Error(`"${argv.join(" ")}" ended with exit ${exitCode}. ${said}`),
      };
    } catch (failure) {
      return { text: undefined, failure };
    }
  };
  return {
    run: async (argv) => (await open()).run(argv, { timeoutMs: commandLimitMs }),
    probe: async (ports) => {
      const answers = await portAnswers(target.address, ports);
      const loopback = await look(loopbackArgv);
      const arp = await look(arpArgv);
      const failure = loopback.failure ?? arp.failure;
      return {
        answers,
        loopbackAddresses: loopback.text === undefined ? undefined : parseLoopback(loopback.text),
        arp: arp.text === undefined ? undefined : parseArpSysctls(arp.text),
        ...(failure === undefined ? {} : { sshFailure: sshFailureOf(failure) }),
      };
    },
    close: () => {
      session?.then(
        (each) => {
          each.close();
        },
        () => undefined,
      );
    },
  };
}

/** What one command read, or why it read nothing. */
interface Look {
  readonly text: string | undefined;
  readonly failure: unknown;
}

/** Failed now, in the words of whoever failed. */
export function sshFailureOf(error: unknown): NonNullable<RealServerProbe["sshFailure"]> {
  return { sinceMs: Date.now(), reason: error instanceof Error ? error.message : String(error) };
}

/** One connect to each port; a port that gave no answer is left out. */
export async function portAnswers(
  address: string,
  ports: readonly number[],
): Promise<Record<number, boolean>> {
  const answers: Record<number, boolean> = {};
  const asked = ports.map(async (port) => {
    const answer = await connects(address, port);
    if (answer !== undefined) answers[port] = answer;
  });
  await Promise.all(asked);
  return answers;
}

/**
 * Whether something accepts a TCP connection. Refused is a "no"; a time-out or an unreachable network is no answer (undefined):
 * the machine may serve others all the while.
 */
async function connects(address: string, port: number): Promise<boolean | undefined> {
  const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
  const socket = connect({ host: address, port, timeout: 2_000 });
  socket.once("connect", () => {
    resolve(true);
  });
  socket.once("timeout", () => {
    resolve(undefined);
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    resolve(error.code === "ECONNREFUSED" ? false : undefined);
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
