import { tracked } from "@trpc/server";
import { z } from "zod";
import { changeFor, type DirectorChange } from "@lvs/core/director/change";
import { partsWord, splitSnapshot, type SnapshotPart } from "@lvs/core/director/snapshot-parts";
import { directorStateSchema } from "@lvs/core/director/state";
import type { Agent, NumberedChange } from "../daemon/agent.ts";
import { rowCount } from "../ipvs/packed-service.ts";
import { procedure, router } from "./trpc.ts";

export const stateRouter = router({
  read: procedure.output(directorStateSchema).query(({ ctx }) => ctx.agent.state.read()),

  /**
   * A snapshot, then numbered changes. Resumes after `lastEventId` ("<epoch>:<number>"); where it cannot, the events after it, or after
   * `eventsAfter`, follow the snapshot. `understands`: sections that consoles did not know
   * from the beginning (`laterSections`); a console that names none hears nothing of them. One that names `partsWord` hears a large
   * snapshot in parts. They have no id: who loses the stream among them begins again.
   */
  watch: procedure
    .input(
      z
        .object({
          lastEventId: z.string().nullish(),
          eventsAfter: z.string().max(200).optional(),
          understands: z.array(z.string()).max(100).optional(),
        })
        .optional(),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      const listening = {
        lastEventId: input?.lastEventId ?? undefined,
        eventsAfter: input?.eventsAfter,
        signal: signal ?? new AbortController().signal,
      };
      for await (const { id, change } of ctx.agent.state.watch(listening)) {
        const understands = input?.understands ?? [];
        const understood = changeFor(change, understands);
        if (understood === undefined) continue;
        if (understands.includes(partsWord)) yield* inParts(ctx.agent, { id, change: understood });
        else yield tracked(id, understood);
      }
    }),
});

type Said = SnapshotPart | ReturnType<typeof tracked<DirectorChange>>;

/** Other work runs between two parts, and the reader takes each before the next is made. */
async function* inParts(agent: Agent, { id, change }: NumberedChange): AsyncGenerator<Said> {
  if (change.kind !== "snapshot") {
    yield tracked(id, change);
    return;
  }
  const parts = splitSnapshot(change.state, (service) => rowCount(service) + 1);
  let count = 0;
  for (let next = parts.next(); ; next = parts.next()) {
    if (next.done === true) {
      yield tracked(id, count === 0 ? change : { kind: "snapshot", state: next.value, parts: count });
      return;
    }
    count += 1;
    yield next.value;
    await agent.rest();
  }
}
