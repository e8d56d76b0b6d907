import { z } from "zod";
import { activationSchema } from "@lvs/core/director/commands";
import type { System } from "../system/system.ts";

/**
 * The change that is applied and not yet kept, and how the last ones ended. On disk, since the agent's own restart must not
 * forget that a file has to go back.
 */
const openSchema = z.object({
  stageId: z.string(),
  previousSha256: z.string(),
  sha256: z.string(),
  activation: activationSchema,
  /** Whether the daemon ran before: a revert leaves it as it was. */
  wasRunning: z.boolean(),
  /** `writing`: the commit has begun; found so after a start, it is taken back at once. */
  phase: z.enum(["writing", "applied"]),
  appliedAtMs: z.number(),
  revertsAtMs: z.number(),
});
export type OpenChange = z.infer<typeof openSchema>;

const endedSchema = z.object({
  stageId: z.string(),
  sha256: z.string(),
  how: z.enum(["confirmed", "reverted", "abandoned"]),
  reason: z.string(),
});
export type EndedChange = z.infer<typeof endedSchema>;

const fileSchema = z.object({ open: openSchema.optional(), ended: z.array(endedSchema) });
type State = z.infer<typeof fileSchema>;

const endedKept = 20;

export class PendingChange {
  readonly #system: System;
  readonly #path: string;
  #state: State = { ended: [] };

  constructor(system: System, stateDirectory: string) {
    this.#system = system;
    this.#path = `${stateDirectory}/pending-change.json`;
  }

  async load(): Promise<void> {
    if (!(await this.#system.files.exists(this.#path))) return;
    const json: unknown = JSON.parse(await this.#system.files.readText(this.#path));
    this.#state = fileSchema.parse(json);
  }

  get open(): OpenChange | undefined {
    return this.#state.open;
  }

  ended(stageId: string): EndedChange | undefined {
    return this.#state.ended.find((each) => each.stageId === stageId);
  }

  async begin(open: OpenChange): Promise<void> {
    await this.#save({ open, ended: this.#state.ended });
  }

  async end(ended: EndedChange): Promise<void> {
    const others = this.#state.ended.filter((each) => each.stageId !== ended.stageId);
    await this.#save({ ended: [ended, ...others].slice(0, endedKept) });
  }

  async #save(state: State): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(state, null, 1)}\n`);
    await this.#system.files.writeAtomic(this.#path, bytes, { mode: 0o600 });
    this.#state = state;
  }
}
