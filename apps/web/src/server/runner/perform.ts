import { TRPCClientError } from "@trpc/client";
import { printEndpoint } from "@lvs/core/net/endpoint";
import { knownValue } from "@lvs/core/director/fact";
import type { Refusal } from "@lvs/core/director/commands";
import { lvsRealArgv, serviceArgv } from "@lvs/core/real-server/recipe";
import { findDirector, freshState } from "@lvs/core/workflow/facts";
import type { Action } from "@lvs/core/workflow/plan";
import { writtenKey } from "@lvs/core/workflow/prove";
import { SshError } from "../ssh/ssh-error.ts";
import type { ReachedRealServer } from "../real-servers/reach.ts";
import type { AgentHands } from "./agent-hands.ts";
import type { ActionOutcome, PerformContext } from "./ports.ts";
import { putBack } from "./put-back.ts";

/** The hands of the runner: agents for directors, SSH for real servers. Every action may be done twice with the same end. */
export interface Hands {
  readonly agentFor: (directorId: string) => Promise<AgentHands>;
  readonly realServer: (id: string) => Promise<ReachedRealServer>;
}

/** A file that is not confirmed within this time is put back by the agent: a proof takes seconds, a dead console longer. */
const confirmWithinMs = 120_000;
const done: ActionOutcome = { kind: "done" };

export async function perform(hands: Hands, action: Action, context: PerformContext): Promise<ActionOutcome> {
  try {
    switch (action.kind) {
      case "setWeight":
        return await setWeight(hands, action, context);
      case "service":
      case "lvsReal":
        return await onRealServer(hands, action, context);
      case "writeConfig":
        return await writeConfig(hands, action, context);
      case "restoreConfig":
        return await restoreConfig(hands, action, context);
      case "daemon":
        return await steerDaemon(hands, action, context);
    }
  } catch (error) {
    return { kind: isFinal(error) ? "refused" : "unreachable", reason: wordsOf(error) };
  }
}

type Of<Kind extends Action["kind"]> = Extract<Action, { kind: Kind }>;

async function setWeight(
  hands: Hands,
  action: Of<"setWeight">,
  context: PerformContext,
): Promise<ActionOutcome> {
  const where = nameOf(context, action.directorId);
  const { row, weight } = action;
  const result = await (await hands.agentFor(action.directorId)).table.setWeight.mutate({ row, weight });
  if (result.outcome === "refused") return refuse(result, where, context);
  await context.say({ where, kind: "command", text: result.command });
  const back = result.destination;
  const counts = `${back.forwarding} ${back.weight} ${back.activeConnections} ${back.inactiveConnections}`;
  await context.say({ where, kind: "output", text: `read back: ${printEndpoint(back)} ${counts}` });
  return done;
}

async function onRealServer(
  hands: Hands,
  action: Of<"service"> | Of<"lvsReal">,
  context: PerformContext,
): Promise<ActionOutcome> {
  const real = await hands.realServer(action.realServerId);
  const argv =
    action.kind === "service" ? serviceArgv(real.access, action.verb) : lvsRealArgv(real.access, action.verb);
  await context.say({ where: real.name, kind: "command", text: argv.join(" ") });
  const result = await real.link.run(argv);
  for (const text of linesOf(`${result.stdout}\n${result.stderr}`))
    await context.say({ where: real.name, kind: "output", text });
  await context.say({ where: real.name, kind: "note", text: `exit ${result.exitCode}` });
  if (result.exitCode === 0) return done;
  return {
    kind: "refused",
    reason: `"${argv.join(" ")}" on ${real.name} ended with exit ${result.exitCode}. Its output stands above.`,
  };
}

async function writeConfig(
  hands: Hands,
  action: Of<"writeConfig">,
  context: PerformContext,
): Promise<ActionOutcome> {
  const where = nameOf(context, action.directorId);
  const key = writtenKey(action.directorId);
  const agent = await hands.agentFor(action.directorId);
  // Asked, not taken from the facts: after a commit whose answer was lost they may still be those from before it.
  const onDisk = await agent.config.read.query();
  if (onDisk.sha256 === context.run.record[key]) {
    await context.say({ where, kind: "note", text: "the file written by this run is there already" });
    return done;
  }
  const staged = await agent.config.stage.mutate({
    baseSha256: action.baseSha256,
    change: { kind: "edits", edits: action.edits },
  });
  if (staged.outcome === "refused") return refuse(staged, where, context);
  for (const line of staged.diff.filter((each) => each.kind !== "same"))
    await context.say({ where, kind: "output", text: `${line.kind === "added" ? "+" : "-"} ${line.text}` });
  await context.say({
    where,
    kind: "note",
    text: `keepalived -t: ${staged.check.isAccepted ? "accepted" : "refused"}`,
  });
  await context.record(key, staged.sha256);
  const { stageId } = staged;
  const result = await agent.config.commit.mutate({
    stageId,
    activation: action.activation,
    confirmWithinMs,
  });
  if (result.outcome === "refused") return refuse(result, where, context);
  for (const text of result.output) await context.say({ where, kind: "output", text });
  if (result.outcome === "reverted") return { kind: "refused", reason: `${where}: ${result.reason}` };
  await context.say({
    where,
    kind: "note",
    text: `written, ${result.sha256.slice(0, 12)}; the old file is kept`,
  });
  return done;
}

async function restoreConfig(
  hands: Hands,
  action: Of<"restoreConfig">,
  context: PerformContext,
): Promise<ActionOutcome> {
  const config = freshState(findDirector(context.facts, action.directorId))?.config;
  const file = config === undefined ? undefined : knownValue(config);
  const activation = isDaemonRunning(context, action.directorId) === true ? action.activation : "none";
  return putBack({
    agent: (await hands.agentFor(action.directorId)).config,
    file,
    wanted: { sha256: action.sha256, activation },
    written: context.run.record[writtenKey(action.directorId)],
    where: nameOf(context, action.directorId),
    say: context.say,
  });
}

async function steerDaemon(
  hands: Hands,
  action: Of<"daemon">,
  context: PerformContext,
): Promise<ActionOutcome> {
  const where = nameOf(context, action.directorId);
  await context.say({ where, kind: "command", text: `${action.verb} keepalived` });
  const result = await (await hands.agentFor(action.directorId)).daemon[action.verb].mutate();
  if (result.outcome === "refused" && isAlready(result, action.verb)) {
    await context.say({ where, kind: "note", text: result.reason });
    return done;
  }
  if (result.outcome === "refused") return refuse(result, where, context);
  for (const text of result.output) await context.say({ where, kind: "output", text });
  return done;
}

function isAlready(result: Refusal, verb: "start" | "stop" | "reload"): boolean {
  switch (verb) {
    case "start":
      return result.code === "daemonRunning";
    case "stop":
      return result.code === "daemonNotRunning";
    case "reload":
      return false;
  }
}

async function refuse(refusal: Refusal, where: string, context: PerformContext): Promise<ActionOutcome> {
  for (const text of refusal.details) await context.say({ where, kind: "error", text });
  return { kind: "refused", reason: `${where}: ${refusal.reason}` };
}

function isDaemonRunning(context: PerformContext, directorId: string): boolean | undefined {
  const daemon = freshState(findDirector(context.facts, directorId))?.daemon;
  return daemon === undefined ? undefined : knownValue(daemon)?.isRunning;
}

function nameOf(context: PerformContext, directorId: string): string {
  return findDirector(context.facts, directorId)?.name ?? directorId;
}

/**
 * What asking again does not mend: a changed host key, a refused sign-in, and an answer of the agent itself, which was heard and
 * says what failed. Everything else is a machine that could not be asked.
 */
function isFinal(error: unknown): boolean {
  if (error instanceof TRPCClientError) return error.data !== undefined;
  if (!(error instanceof SshError)) return false;
  return (
    error.code === "hostKeyChanged" ||
    error.code === "hostKeyUnknown" ||
    error.code === "authenticationRefused"
  );
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}
