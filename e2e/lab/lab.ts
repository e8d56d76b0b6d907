import { parseArgs } from "node:util";
import { down } from "./down.ts";
import { exec } from "./exec.ts";
import { LabError } from "./machine/failure.ts";
import { terminalProgress } from "./machine/progress.ts";
import { labName } from "./machine/state.ts";
import { topologies, type Topology } from "./plan.ts";
import { up } from "./up.ts";

const usage = `usage: npm run lab -- VERB
  up [--topology cdn|dual] [--memory MB] [--agent BUNDLE]
  down
  exec HOST -- COMMAND…
every verb: [--name NAME] (else LVS_LAB_NAME, else "lab")`;

const options = {
  name: { type: "string" },
  topology: { type: "string" },
  memory: { type: "string" },
  agent: { type: "string" },
} as const;

/** One command line: its words, its options, and what stands behind `--`. */
type Call = {
  readonly name: string;
  readonly words: readonly string[];
  readonly values: Readonly<Partial<Record<keyof typeof options, string>>>;
  readonly command: readonly string[];
};

const print = (text: string) => process.stdout.write(text);

function parseTopology(text: string | undefined): Topology | undefined {
  if (text === undefined) return undefined;
  const topology = topologies.find((known) => known === text);
  if (topology === undefined) throw new LabError(`no topology "${text}"; there are ${topologies.join(", ")}`);
  return topology;
}

async function runUp({ name, values }: Call): Promise<number> {
  const topology = parseTopology(values.topology);
  const result = await up({
    name,
    progress: terminalProgress(`lab ${name}`),
    ...(topology === undefined ? {} : { topology }),
    ...(values.memory === undefined ? {} : { memoryMb: Number(values.memory) }),
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

const verbs: Readonly<Record<string, (call: Call) => Promise<number>>> = {
  up: runUp,
  down: runDown,
  exec: runExec,
};

function parseCall(argv: readonly string[]): { readonly verb: string; readonly call: Call } {
  const dashes = argv.indexOf("--");
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  const { values, positionals } = parseArgs({ args: [...own], allowPositionals: true, options });
  const [verb = "", ...words] = positionals;
  const command = dashes < 0 ? [] : argv.slice(dashes + 1);
  return { verb, call: { name: labName(values.name), words, values, command } };
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
