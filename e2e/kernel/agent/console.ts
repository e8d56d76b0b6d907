import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { stationArgv } from "../../lab/exec.ts";

export interface AgentAnswer {
  readonly status: number;
  /** tRPC's result data, or its error. */
  readonly data: unknown;
  readonly error: string | undefined;
}

/** The console's side of the wire, running in the lab's network. */
export interface TestConsole {
  token(): Promise<string>;
  query(host: string, path: string, input?: unknown): Promise<AgentAnswer>;
  mutate(host: string, path: string, input?: unknown): Promise<AgentAnswer>;
  watch(
    host: string,
    options: { readonly lastEventId?: string; readonly forMs: number },
  ): Promise<readonly { readonly id: string; readonly data: unknown; readonly atMs: number }[]>;
  /** What a subscription says until it ends, or until so many messages, when it is cut. */
  follow(
    host: string,
    path: string,
    options: { readonly input: unknown; readonly messages?: number },
  ): Promise<readonly { readonly data: unknown; readonly atMs: number }[]>;
  close(): void;
}

const reportSchema = z.object({ id: z.int(), result: z.unknown().optional(), error: z.string().optional() });
const answerSchema = z.object({ status: z.int(), body: z.string() });
const bodySchema = z.object({
  result: z.object({ data: z.unknown() }).optional(),
  error: z.object({ message: z.string() }).optional(),
});
const saidSchema = z.array(z.object({ data: z.unknown(), atMs: z.number() }));
const eventsSchema = z.array(z.object({ id: z.string(), data: z.unknown(), atMs: z.number() }));

/** Starts it in the console's namespace of the lab, at `address`. */
export async function startConsole(lab: string, address: string): Promise<TestConsole> {
  const script = fileURLToPath(new URL("console-process.ts", import.meta.url));
  const [command = "", ...args] = stationArgv(lab, "console", [process.execPath, script, address]);
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const ready = new Promise<unknown>((resolve, reject) => waiting.set(0, { resolve, reject }));
  child.on("exit", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the console's process ended with ${code}`));
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const json: unknown = JSON.parse(line);
    const report = reportSchema.parse(json);
    const asked = waiting.get(report.id);
    waiting.delete(report.id);
    if (report.error === undefined) asked?.resolve(report.result);
    else asked?.reject(new Error(report.error));
  });
  let last = 0;
  const tell = (order: Readonly<Record<string, unknown>>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id: last, ...order })}\n`);
    });
  const call = async (type: "query" | "mutation", at: { host: string; path: string; input: unknown }) => {
    const { status, body } = answerSchema.parse(await tell({ op: "call", type, ...at }));
    const json: unknown = JSON.parse(body);
    const { result, error } = bodySchema.parse(json);
    return { status, data: result?.data, error: error?.message };
  };
  await ready;
  return {
    token: async () => z.string().parse(await tell({ op: "token" })),
    query: (host, path, input) => call("query", { host, path, input }),
    mutate: (host, path, input) => call("mutation", { host, path, input }),
    watch: async (host, { lastEventId, forMs }) =>
      eventsSchema.parse(await tell({ op: "watch", host, lastEventId: lastEventId ?? null, forMs })),
    follow: async (host, path, { input, messages }) =>
      saidSchema.parse(await tell({ op: "follow", host, path, input, messages })),
    close: () => child.stdin.end(),
  };
}
