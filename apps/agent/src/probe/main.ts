import { createInterface } from "node:readline";
import { SystemError } from "../system/system-error.ts";
import { linuxSystem } from "../system/linux/linux-system.ts";
import { type Answer, probes } from "./probes.ts";

/**
 * The agent's own readers and writers without the agent: `node main.ts "read" "settings"`, or one command per line on the
 * standard input. Every command is answered by one line of JSON. For trying a director by hand, and for kernel tests and benches.
 */
const system = linuxSystem();
const run = probes(system);

const answer = async (line: string): Promise<Answer> => {
  const [name = "", ...rest] = line.trim().split(" ");
  const probe = run.get(name);
  if (probe === undefined) return { error: `no command "${name}"; there are ${[...run.keys()].join(", ")}` };
  try {
    return { value: await probe(rest.join(" ")) };
  } catch (error) {
    if (error instanceof SystemError) return { error: error.message, code: error.code };
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

const given = process.argv.slice(2);
const lines = given.length > 0 ? given : createInterface({ input: process.stdin });
for await (const line of lines) process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
await system.close();
