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

/** Removes what runs left behind whose process was killed: a folder's name holds its process. */
function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^run-([0-9]+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(parent, name), { recursive: true, force: true });
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
  const argv = ["env", "-i", ...settings, ...words(folder, run.memoryMb ?? 512)];
  const result = await runCommand(argv, { timeoutMs: run.timeoutMs, encoding: "latin1" });
  if (!result.stdout.includes("RUN-ENDED 0")) {
    const log = readFileSync(join(folder, "run.log"), { encoding: "latin1", flag: "a+" });
    const ending = `${result.problem ?? `exit ${result.exitCode}`}: ${result.stdout.slice(-2000)}${log.slice(-2000)}`;
    rmSync(folder, { recursive: true, force: true });
    throw new LabError(`the bare kernel did not run its script to a good end: ${ending}`);
  }
  return {
    folder,
    log: readFileSync(join(folder, "run.log"), "latin1"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
