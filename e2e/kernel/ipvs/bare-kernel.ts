import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { commandEnv, runCommand } from "../../lab/machine/command.ts";
import { LabError } from "../../lab/machine/failure.ts";
import { labFolder } from "../../lab/machine/state.ts";
import { kernelEnvironment } from "../../lab/machine/xstate.ts";

/**
 * A user-mode kernel with IPVS and nothing else: no wire, no keepalived, no other host. It boots in two seconds, runs one script
 * and is gone, so that hundreds of tables cost one boot and no command crosses a link.
 */
export type BareRun = {
  /** The folder that the guest sees as /mnt/share: what was put in and what the script left there. */
  readonly folder: string;
  /** Everything the script said. */
  readonly log: string;
  /** How the kernel ended before the script did; undefined after a good end. Only where `isPartialFine`. */
  readonly problem: string | undefined;
  /** Removes the folder. */
  remove(): void;
};

export type BareScript = {
  /** bash, run in /mnt/share. */
  readonly script: string;
  /** Files to put there first, by name. "hosts" becomes /etc/hosts. */
  readonly files: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb?: number;
  /** What the script left behind until a bad end is of use all the same: that end is then told, not thrown. */
  readonly isPartialFine?: boolean;
};

/** No name server is ever asked. */
const nameSources = { "nsswitch.conf": "hosts: files\nservices: files\n" };

const words = (folder: string, memoryMb: number): readonly string[] => [
  "linux.uml",
  "umid=bare",
  `uml_dir=${join(folder, ".uml")}`,
  `mem=${memoryMb}M`,
  "root=/dev/root",
  "rootfstype=hostfs",
  "rootflags=/",
  "ro",
  "quiet",
  `init=${join(import.meta.dirname, "bare-init.sh")}`,
  "con=null",
  "con0=null,fd:1",
  `LVS_SHARE=${folder}`,
];

/** Made once, for the shim it may build is one file. */
let environment: Promise<Readonly<Record<string, string>>> | undefined;

/** Ends every process of the kernel that has this folder: its helpers outlive it when it is killed, and hold its memory. */
function endKernelOf(folder: string): void {
  const word = `LVS_SHARE=${folder}`;
  for (const pid of readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
      if (words[0] === "linux.uml" && words.includes(word)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // it ended in this very moment
    }
  }
}

/** Removes what runs left behind whose process was killed: a folder's name holds its process. */
function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^run-([0-9]+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    endKernelOf(join(parent, name));
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** While the work runs, whoever ends this process ends that kernel and its folder, too. */
async function endingWithUs<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const end = (signal: NodeJS.Signals): void => {
    endKernelOf(folder);
    rmSync(folder, { recursive: true, force: true });
    for (const each of endings) process.off(each, end);
    process.kill(process.pid, signal);
  };
  for (const each of endings) process.on(each, end);
  try {
    return await work();
  } finally {
    for (const each of endings) process.off(each, end);
  }
}

/** Boots, runs the script to its end and gives its folder. Throws LabError with the console's end when it does not end well. */
export async function runOnBareKernel(run: BareScript): Promise<BareRun> {
  const parent = labFolder("bare");
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  removeStale(parent);
  const folder = mkdtempSync(join(parent, `run-${process.pid}-`));
  const files = { hosts: "127.0.0.1 localhost\n", ...nameSources, ...run.files, "run.sh": run.script };
  mkdirSync(join(folder, ".uml"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  environment ??= kernelEnvironment(parent);
  const env = await environment;
  const settings = Object.entries({ ...commandEnv, ...env }).map(([name, value]) => `${name}=${value}`);
  // The kernel is in a process group of its own and would outlive whoever is killed while waiting for it.
  const argv = [
    "setpriv",
    "--pdeathsig",
    "KILL",
    "env",
    "-i",
    ...settings,
    ...words(folder, run.memoryMb ?? 512),
  ];
  const result = await endingWithUs(folder, () =>
    runCommand(argv, { timeoutMs: run.timeoutMs, encoding: "latin1" }),
  );
  const log = readFileSync(join(folder, "run.log"), { encoding: "latin1", flag: "a+" });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  if (result.stdout.includes("RUN-ENDED 0")) return { folder, log, problem: undefined, remove };
  const ending = `${result.problem ?? `exit ${result.exitCode}`}: ${result.stdout.slice(-2000)}${log.slice(-2000)}`;
  const problem = `the bare kernel did not run its script to a good end: ${ending}`;
  if (run.isPartialFine === true) return { folder, log, problem, remove };
  remove();
  throw new LabError(problem);
}
