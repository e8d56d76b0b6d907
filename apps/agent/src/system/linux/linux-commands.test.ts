import { describe, expect, it, vi } from "vitest";
import type { Process } from "../processes.ts";
import { SystemError } from "../system-error.ts";
import { linuxCommands } from "./linux-commands.ts";
import { linuxProcesses } from "./linux-processes.ts";

const commands = linuxCommands();
const processes = linuxProcesses();

const failureOf = async (run: Promise<unknown>): Promise<SystemError> => {
  try {
    await run;
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
  throw new Error("it did not fail");
};

/** The first such process, once there is one. */
const running = async (isMeant: (process: Process) => boolean): Promise<Process> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = (await processes.list()).find(isMeant);
    if (found !== undefined) return found;
  }
  throw new Error("no such process");
};

describe("a command", () => {
  it("gives its exit code and both outputs, in the C locale, whatever the code", async () => {
    const script = 'echo "out $LC_ALL"; echo err >&2; exit 5';
    const result = await commands.run(["sh", "-c", script], { timeoutMs: 5000 });
    expect(result).toMatchObject({ exitCode: 5, signal: undefined, stdout: "out C\n", stderr: "err\n" });
  });

  it("has the agent's environment, but never its token", async () => {
    vi.stubEnv("LVS_AGENT_TOKEN", "lvs1.s3cret");
    vi.stubEnv("LVS_AGENT_NAME", "lvs-1");
    const { stdout } = await commands.run(["env"], { timeoutMs: 5000 });
    vi.unstubAllEnvs();
    expect(stdout).toContain("LVS_AGENT_NAME=lvs-1\n");
    expect(stdout).not.toContain("s3cret");
  });

  it("reads its input, and an argument is never a shell's", async () => {
    const result = await commands.run(["cat", "-"], { timeoutMs: 5000, input: "$(id); 'x'" });
    expect(result.stdout).toBe("$(id); 'x'");
    expect((await commands.run(["echo", "a b", "$HOME;"], { timeoutMs: 5000 })).stdout).toBe("a b $HOME;\n");
  });

  it("that crashes says by which signal", async () => {
    const result = await commands.run(["sh", "-c", "kill -SEGV $$"], { timeoutMs: 5000 });
    expect(result).toMatchObject({ exitCode: 139, signal: "SIGSEGV" });
  });

  it("that is not there is not found, and says what was asked for", async () => {
    const failure = await failureOf(commands.run(["/nowhere/keepalived", "-t"], { timeoutMs: 5000 }));
    expect(failure).toMatchObject({
      code: "not-found",
      door: "commands",
      argv: ["/nowhere/keepalived", "-t"],
    });
  });

  it("that hangs is ended with everything it started", async () => {
    const script = "sleep 71 & echo $!; sleep 72";
    const failure = await failureOf(commands.run(["sh", "-c", script], { timeoutMs: 200 }));
    expect(failure.code).toBe("timed-out");
    const left = (await processes.list()).filter(
      ({ argv }) => argv[0] === "sleep" && /^7[12]$/.test(argv[1] ?? ""),
    );
    expect(left.filter(({ state }) => state !== "Z")).toEqual([]);
  });

  it("that prints without end is stopped", async () => {
    const failure = await failureOf(commands.run(["yes"], { timeoutMs: 5000, maxOutputBytes: 10_000 }));
    expect(failure.code).toBe("too-large");
  });

  it("that leaves a daemon behind does not hold the call", async () => {
    const startMs = performance.now();
    const result = await commands.run(["sh", "-c", "echo started; sleep 3 & exit 0"], { timeoutMs: 10_000 });
    expect(result).toMatchObject({ exitCode: 0, stdout: "started\n" });
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it("can be aborted", async () => {
    const abort = new AbortController();
    const running = failureOf(commands.run(["sleep", "30"], { timeoutMs: 60_000, signal: abort.signal }));
    abort.abort();
    expect((await running).code).toBe("closed");
  });
});

describe("processes", () => {
  it("are found by pid with name, parent and start", async () => {
    const own = await processes.find(process.pid);
    expect(own).toMatchObject({ pid: process.pid, parentPid: process.ppid });
    expect(own?.startTicks).toBeGreaterThan(0);
    expect(await processes.find(2 ** 22 + 1)).toBeUndefined();
  });

  it("get a signal only when they are the ones meant", async () => {
    const sleeping = commands.run(["sleep", "20"], { timeoutMs: 30_000 });
    const { pid, startTicks } = await running(
      ({ argv, parentPid }) => parentPid === process.pid && argv[1] === "20",
    );
    const other = await failureOf(processes.signal({ pid, startTicks: startTicks + 1 }, "SIGTERM"));
    expect(other.code).toBe("not-found");
    await processes.signal({ pid, startTicks }, "SIGTERM");
    expect((await sleeping).signal).toBe("SIGTERM");
    expect((await failureOf(processes.signal({ pid, startTicks }, "SIGTERM"))).code).toBe("not-found");
  });

  it("survive a signal that they catch, hold back or ignore, and die of others", async () => {
    const survivalOf = async (argv: readonly string[]): Promise<boolean> => {
      const ending = commands.run(argv, { timeoutMs: 30_000 });
      const asleep = await running((process) => process.argv.join(" ") === "sleep 21");
      const asked = await running(({ pid }) => pid === (argv[0] === "sh" ? asleep.parentPid : asleep.pid));
      const survives = await processes.survives(asked, "SIGUSR1");
      await processes.signal(asked, "SIGKILL");
      await ending;
      if (asked !== asleep) await processes.signal(asleep, "SIGKILL").catch(() => undefined);
      return survives;
    };
    expect(await survivalOf(["sh", "-c", "trap : USR1; sleep 21; :"])).toBe(true);
    expect(await survivalOf(["env", "--block-signal=USR1", "sleep", "21"])).toBe(true);
    expect(await survivalOf(["env", "--ignore-signal=USR1", "sleep", "21"])).toBe(true);
    expect(await survivalOf(["env", "--default-signal=USR1", "sleep", "21"])).toBe(false);
  });
});
