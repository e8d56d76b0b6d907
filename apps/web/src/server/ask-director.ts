import { askAgent } from "./agent-failure.ts";
import { linkTo, targetOf, type AgentClient } from "./agents.ts";

/** Asks the agent of a director for a browser: an unknown or revoked director and a failed call come out as problems with words. */
export async function askDirector<Answer>(
  directorId: string,
  ask: (agent: AgentClient) => Promise<Answer>,
): Promise<Answer> {
  const target = targetOf(directorId);
  return askAgent(target, () => ask(linkTo(target).client));
}
