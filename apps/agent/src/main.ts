import manifest from "../package.json" with { type: "json" };
import { readSettings, type Settings } from "./config.ts";
import { Director } from "./daemon/director.ts";
import { keepalivedEngine } from "./engine/keepalived.ts";
import type { Identity } from "./enrolment/identity.ts";
import { ownIdentity } from "./enrolment/own-identity.ts";
import { exitCodes } from "./exit-codes.ts";
import { openLog, usualLogPlace } from "./keepalived-log/open-log.ts";
import { jsonLogger, messageOf, type Logger } from "./log.ts";
import { startServer } from "./server/server.ts";
import { linuxSystem } from "./system/linux/linux-system.ts";
import type { System } from "./system/system.ts";

/** A reason to end that was foreseen: one clear line and a code of its own. */
class Ending extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

const log = jsonLogger(
  (line) => void process.stderr.write(line),
  () => Date.now(),
);

async function main(): Promise<void> {
  const reading = readSettings(process.env);
  if (!reading.isValid) throw new Ending(exitCodes.settings, reading.mistakes.join("; "));
  const { settings } = reading;
  const system = linuxSystem();
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => {
        stop.abort();
        resolve();
      });
    }
  });
  const identity = await chooseIdentity(system, settings, stop.signal);
  const hasSystemd = await system.files.exists("/run/systemd/system");
  const place = settings.keepalivedLog ?? (await usualLogPlace(system, hasSystemd));
  const director = new Director({
    system,
    settings,
    log,
    agentId: identity.agentId,
    version: manifest.version,
    engine: keepalivedEngine(system, {
      binary: settings.keepalivedBinary,
      configPath: settings.keepalivedConf,
      service: chooseService(settings, hasSystemd),
    }),
    keepalivedLog: openLog(system, place),
  });
  await director.start();
  const server = await startServer({ identity, listen: settings.listen, agent: director.agent(), log });
  log.info("serving", { agentId: identity.agentId, address: settings.listen.host, port: server.port });
  await stopped;
  await server.close();
  await director.close();
  await system.close();
  log.info("stopped; keepalived and the kernel's table were left as they are");
}

async function chooseIdentity(system: System, settings: Settings, signal: AbortSignal): Promise<Identity> {
  const hostname = (await system.files.readText("/proc/sys/kernel/hostname")).trim();
  const request = {
    token: settings.token,
    name: settings.name ?? hostname,
    address: settings.address,
    port: settings.listen.port,
    stateDirectory: settings.stateDirectory,
  };
  const result = await ownIdentity(system, request, { log, signal });
  switch (result.outcome) {
    case "notEnrolled":
      throw new Ending(
        exitCodes.settings,
        `this agent is not enrolled (nothing in ${settings.stateDirectory}); make a token in the console and start it with LVS_AGENT_TOKEN`,
      );
    case "tokenInvalid":
      throw new Ending(exitCodes.settings, `LVS_AGENT_TOKEN cannot be used: ${result.message}`);
    case "refused":
      throw new Ending(
        exitCodes.enrolmentRefused,
        `the console refused the enrolment (${result.code}): ${result.message}`,
      );
    case "untrusted":
      throw new Ending(exitCodes.consoleNotTrusted, `enrolment given up: ${result.message}`);
    case "enrolled":
      return result.identity;
  }
}

/** systemd where it runs the machine, else the init script; each word of it can be set. */
function chooseService(settings: Settings, hasSystemd: boolean) {
  const usual = (verb: string): readonly string[] =>
    hasSystemd ? ["systemctl", verb, "keepalived"] : ["service", "keepalived", verb];
  return {
    start: settings.service.start ?? usual("start"),
    stop: settings.service.stop ?? usual("stop"),
    reload: settings.service.reload,
  };
}

function end(error: unknown, logger: Logger): void {
  if (error instanceof Ending) {
    logger.error(error.message);
    process.exitCode = error.exitCode;
  } else {
    logger.error("the agent failed", {
      reason: messageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
    process.exitCode = exitCodes.failed;
  }
  process.exit();
}

process.on("unhandledRejection", (error) => end(error, log));
process.on("uncaughtException", (error) => end(error, log));
main().then(
  () => process.exit(),
  (error: unknown) => end(error, log),
);
