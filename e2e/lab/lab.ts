import { parseArgs } from "node:util";
import { readAgentPid, startAgent, stopAgent } from "./agent.ts";
import { down } from "./down.ts";
import { exec } from "./exec.ts";
import { bootDirector, faults, injectFault, parseFaultKind } from "./faults.ts";
import { runLoad } from "./load/load.ts";
import { LabError, messageOf } from "./machine/failure.ts";
import { terminalProgress } from "./machine/progress.ts";
import { whyNoLab } from "./machine/requirements.ts";
import { labName } from "./machine/state.ts";
import { topologies, type Topology } from "./plan.ts";
import { publish } from "./publish/publish.ts";
import { printStatus, readStatus } from "./status.ts";
import { up } from "./up.ts";

const usage = `usage: npm run lab -- VERB
  up [--topology cdn|dual] [--systemd] [--memory MB] [--agent BUNDLE]
  down
  status [--json]
  exec HOST -- COMMAND…
  load [--seconds N] [--rate R] [--vip VIP] [--port PORT] [--path PATH] [--clients N] [--timeout MS]
  fault KIND HOST [WHAT]
  boot-director DIRECTOR
  agent DIRECTOR start|stop|status [KEY=VALUE…]
  publish HOST-PORT [PORT]
  why
every verb: [--name NAME] (else LVS_LAB_NAME, else "lab")
hosts: lvs-1 lvs-2 rs1 rs2 rs3 rs4 client console
faults:
${Object.entries(faults)
  .map(([kind, text]) => `  ${kind.padEnd(22)} ${text}`)
  .join("\n")}`;

const options = {
  help: { type: "boolean" },
  name: { type: "string" },
  topology: { type: "string" },
  memory: { type: "string" },
  systemd: { type: "boolean" },
  agent: { type: "string" },
  seconds: { type: "string" },
  rate: { type: "string" },
  vip: { type: "string" },
  port: { type: "string" },
  path: { type: "string" },
  clients: { type: "string" },
  timeout: { type: "string" },
  json: { type: "boolean" },
} as const;

/** One command line: its words, its options, and what stands behind `--`. */
type Call = {
  readonly name: string;
  readonly words: readonly string[];
  readonly values: Readonly<Partial<Record<Exclude<keyof typeof options, "json" | "systemd">, string>>>;
  readonly json: boolean;
  readonly systemd: boolean;
  readonly command: readonly string[];
};

const print = (text: string) => process.stdout.write(text);

function parseTopology(text: string | undefined): Topology | undefined {
  if (text === undefined) return undefined;
  const topology = topologies.find((known) => known === text);
  if (topology === undefined) throw new LabError(`no topology "${text}"; there are ${topologies.join(", ")}`);
  return topology;
}

async function runUp({ name, values, systemd }: Call): Promise<number> {
  const topology = parseTopology(values.topology);
  const result = await up({
    name,
    progress: terminalProgress(`lab ${name}`),
    ...(topology === undefined ? {} : { topology }),
    ...(values.memory === undefined ? {} : { memoryMb: Number(values.memory) }),
    init: systemd ? "systemd" : "scripts",
    ...(values.agent === undefined ? {} : { agentBundle: values.agent }),
  });
  print(`lab ${name} is up (${result.topology})${result.wasUp ? ", as it was" : ""}\n`);
  return 0;
}

async function runDown({ name }: Call): Promise<number> {
  const result = await down({ name });
  print(`lab ${name} is down (${result.killed} processes ended)\n`);
  return 0;
}

async function runExec({ name, words, command }: Call): Promise<number> {
  const [host] = words;
  if (host === undefined || command.length === 0) throw new LabError(usage);
  const result = await exec(name, host, { argv: command });
  print(result.stdout);
  process.stderr.write(result.stderr);
  if (result.problem !== null) process.stderr.write(`${host}: ${result.problem}\n`);
  return result.exitCode ?? 1;
}

async function runStatus({ name, json }: Call): Promise<number> {
  const status = await readStatus(name);
  print(json ? `${JSON.stringify(status, null, 2)}\n` : printStatus(status));
  return 0;
}

async function runLoadVerb({ name, values }: Call): Promise<number> {
  const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const wanted = {
    vip: values.vip,
    path: values.path,
    port: numberOf(values.port),
    ratePerSecond: numberOf(values.rate),
    seconds: numberOf(values.seconds),
    clients: numberOf(values.clients),
    timeoutMs: numberOf(values.timeout),
  };
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const report = await runLoad({ lab: name, ...given });
  print(`${JSON.stringify(report, null, 2)}\n`);
  return report.failed === 0 ? 0 : 1;
}

async function runFault({ name, words }: Call): Promise<number> {
  const [text = "", host, what] = words;
  const kind = parseFaultKind(text);
  if (kind === null || host === undefined) throw new LabError(usage);
  await injectFault({ lab: name, kind, host, ...(what === undefined ? {} : { what }) });
  return 0;
}

async function runBoot({ name, words }: Call): Promise<number> {
  const [director] = words;
  if (director === undefined) throw new LabError(usage);
  await bootDirector(name, director);
  return 0;
}

function parseVariables(words: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (words.length === 0) return undefined;
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf("=");
      if (equals < 1) throw new LabError(`"${word}" is not KEY=VALUE`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}

async function runAgent({ name, words }: Call): Promise<number> {
  const [director, action, ...variables] = words;
  if (director === undefined) throw new LabError(usage);
  if (action === "start") await startAgent(name, director, parseVariables(variables));
  else if (action === "stop") await stopAgent(name, director);
  else if (action !== "status") throw new LabError(usage);
  const pid = await readAgentPid(name, director);
  print(pid === null ? "the agent does not run\n" : `the agent runs (${pid})\n`);
  return pid === null && action !== "stop" ? 3 : 0;
}

async function runPublish({ name, words }: Call): Promise<number> {
  const [hostPort, port] = words.map(Number);
  if (hostPort === undefined) throw new LabError(usage);
  await publish({ lab: name, hostPort, ...(port === undefined ? {} : { port }) });
  print(`127.0.0.1:${hostPort} reaches port ${port ?? hostPort} of the console\n`);
  return 0;
}

function runWhy(): Promise<number> {
  const reasons = whyNoLab();
  print(reasons.length === 0 ? "the lab can run here\n" : `${reasons.join("\n")}\n`);
  return Promise.resolve(reasons.length === 0 ? 0 : 1);
}

function runHelp(): Promise<number> {
  print(`${usage}\n`);
  return Promise.resolve(0);
}

const verbs: Readonly<Record<string, (call: Call) => Promise<number>>> = {
  up: runUp,
  down: runDown,
  exec: runExec,
  status: runStatus,
  load: runLoadVerb,
  fault: runFault,
  "boot-director": runBoot,
  agent: runAgent,
  publish: runPublish,
  why: runWhy,
  help: runHelp,
};

function parseOwn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new LabError(`${messageOf(error)}\n${usage}`);
  }
}

function parseCall(argv: readonly string[]): { readonly verb: string; readonly call: Call } {
  const dashes = argv.indexOf("--");
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const {
    values: { json = false, systemd = false, help = false, ...values },
    positionals,
  } = parseOwn(own);
  const [verb = "", ...words] = help ? ["help"] : positionals;
  const command = dashes < 0 ? [] : argv.slice(dashes + 1);
  return { verb, call: { name: labName(values.name), words, values, json, systemd, command } };
}

async function main(argv: readonly string[]): Promise<number> {
  const { verb, call } = parseCall(argv);
  const run = verbs[verb];
  if (run === undefined) throw new LabError(usage);
  return run(call);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = error instanceof LabError;
    const text = known || !(error instanceof Error) ? String(error) : (error.stack ?? error.message);
    process.stderr.write(`${text.replace(/^LabError: /, "")}\n`);
    process.exitCode = 1;
  },
);
