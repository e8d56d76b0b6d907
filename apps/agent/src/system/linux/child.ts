import type { ChildProcess } from "node:child_process";

/** Kills the whole group: a checker script or a pager that the command started must not outlive it. */
export const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // ESRCH: the group has ended by itself between the decision and the call.
  }
};

/** The agent's own but for its token, which is nobody else's (a keepalived that it starts hands all of it to its scripts), with words that a program can be read by. */
export function commandEnvironment(added: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { LVS_AGENT_TOKEN: _token, ...own } = process.env;
  return { ...own, ...added, LC_ALL: "C", LANG: "C" };
}
