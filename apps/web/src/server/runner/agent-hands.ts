import type { AgentClient } from "../agents.ts";

interface Mutation<Procedure extends { mutate: (...input: never[]) => Promise<unknown> }> {
  readonly mutate: (
    input: Parameters<Procedure["mutate"]>[0],
  ) => Promise<Awaited<ReturnType<Procedure["mutate"]>>>;
}

/** What a run asks of an agent, and no more of the agent's client than that. */
export interface AgentHands {
  readonly table: { readonly setWeight: Mutation<AgentClient["table"]["setWeight"]> };
  readonly config: {
    readonly read: { readonly query: () => Promise<{ readonly sha256: string }> };
    readonly stage: Mutation<AgentClient["config"]["stage"]>;
    readonly commit: Mutation<AgentClient["config"]["commit"]>;
    readonly confirm: Mutation<AgentClient["config"]["confirm"]>;
    readonly restore: Mutation<AgentClient["config"]["restore"]>;
    readonly revert: Mutation<AgentClient["config"]["revert"]>;
  };
  readonly daemon: {
    readonly [Verb in "start" | "stop" | "reload"]: Mutation<AgentClient["daemon"][Verb]>;
  };
}
