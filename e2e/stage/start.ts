import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { enrolPort, enrolUrlOf, innerPort } from "../console/lab-console.ts";
import { provisionLab } from "../console/provision.ts";
import { runConsole, waitForHealth, type RunningConsole } from "../console/run-console.ts";
import { down } from "../lab/down.ts";
import { openLab } from "../lab/exec.ts";
import { whyNoLab } from "../lab/machine/requirements.ts";
import { projectRoot } from "../lab/machine/state.ts";
import { publish } from "../lab/publish/publish.ts";
import { up } from "../lab/up.ts";

/**
 * Starts the lab and the console in it, or the console alone where the lab cannot run, prints how to sign in, and stays until it is
 * told to stop; then nothing of it runs on. LVS_CONSOLE_DATA_DIR (default `.data` here) keeps the console's memory between starts.
 */

const lab = process.env["LVS_LAB_NAME"] ?? "lab";
const port = Number(process.env["PORT"] ?? "3000");
const dataDir = process.env["LVS_CONSOLE_DATA_DIR"] ?? join(projectRoot, ".data");
const url = `http://localhost:${port}`;

const isAsked = new Promise<string>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => resolve(signal));
});

async function step<Value>(title: string, work: () => Promise<Value>): Promise<Value> {
  const began = Date.now();
  process.stdout.write(`${title} …\n`);
  const value = await work();
  process.stdout.write(`${title}: done, ${((Date.now() - began) / 1_000).toFixed(1)} s\n`);
  return value;
}

/** What is up, for the way back. */
interface Started {
  console: RunningConsole | undefined;
  isLabUp: boolean;
}

async function startWithLab(started: Started): Promise<void> {
  await step("lab: two directors, four real servers, a client", () =>
    up({ name: lab, topology: "cdn", reusesDisks: true }),
  );
  started.isLabUp = true;
  const { plan } = openLab(lab);
  const enrolUrl = enrolUrlOf(plan);
  started.console = await step("console", async () => {
    const running = await runConsole({
      lab,
      port: innerPort,
      enrolPort,
      enrolUrl,
      dataDir,
      isQuiet: true,
      log: logFile(),
    });
    started.console = running;
    await publish({ lab, hostPort: port, port: innerPort });
    await waitForHealth(url, (health) => health.database === "ok");
    return running;
  });
  await step("directors enrolled, real servers registered", async () => {
    await provisionLab({ lab, dataDir, enrolUrl });
    await waitForHealth(
      url,
      (health) => health.status === "ok" && health.directors.connected === plan.directors.length,
    );
  });
}

async function startAlone(started: Started, reasons: readonly string[]): Promise<void> {
  process.stdout.write("The lab cannot run here:\n");
  for (const reason of reasons) process.stdout.write(`  - ${reason}\n`);
  process.stdout.write("The console starts alone, ready to enrol your own directors.\n");
  started.console = await step("console", async () => {
    const running = await runConsole({ port, enrolPort, dataDir, isQuiet: true, log: logFile() });
    started.console = running;
    await waitForHealth(url, (health) => health.database === "ok");
    return running;
  });
}

/** Before anything is touched: a console that runs already is left alone. */
async function expectFreePort(): Promise<void> {
  const probe = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => resolve(true));
  });
  probe.close();
  if (!isFree)
    throw new Error(
      `port ${port} of 127.0.0.1 is taken, perhaps by a console that runs already; PORT=… chooses another`,
    );
}

function logFile(): string {
  return join(dataDir, "console.log");
}

function howToSignIn(): string {
  const file = join(dataDir, "setup-token");
  if (!existsSync(file)) return `Sign in at ${url}`;
  const token = readFileSync(file, "utf8").trim();
  return `Make the first administrator at ${url}/setup?token=${token}\n(the link works once; the token also stands in ${file})`;
}

async function stop(started: Started): Promise<void> {
  process.stdout.write("\nstopping …\n");
  await started.console?.stop();
  if (started.isLabUp) await down({ name: lab, keepsDisks: true });
  process.stdout.write("stopped\n");
}

async function main(): Promise<void> {
  await expectFreePort();
  const started: Started = { console: undefined, isLabUp: false };
  const reasons = whyNoLab();
  try {
    const starting = reasons.length === 0 ? startWithLab(started) : startAlone(started, reasons);
    const interrupted = await Promise.race([starting.then(() => undefined), isAsked]);
    if (interrupted === undefined) {
      process.stdout.write(`\nLVS Console is at ${url}\n${howToSignIn()}\nCtrl-C stops everything.\n`);
      const ended = started.console?.ended.then(
        (code) => `the console ended by itself (exit ${code}); its log: ${logFile()}`,
      );
      const why = await Promise.race([isAsked, ...(ended === undefined ? [] : [ended])]);
      if (!why.startsWith("SIG")) {
        process.stderr.write(`${why}\n`);
        process.exitCode = 1;
      }
    } else await Promise.race([starting.catch(() => undefined), sleep(60_000)]);
  } finally {
    await stop(started);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
process.exit();
