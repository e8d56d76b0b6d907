import { TRPCError } from "@trpc/server";
import { z } from "zod";
import {
  commitResultSchema,
  commitSchema,
  configTextSchema,
  stageResultSchema,
} from "@lvs/core/director/commands";
import {
  configVersionSchema,
  confirmResultSchema,
  fingerprintListSchema,
  fingerprintsSchema,
  restoreResultSchema,
  restoreSchema,
  revertResultSchema,
  stageIdSchema,
  stageSchema,
  versionSchema,
} from "../configuration/contract.ts";
import { procedure, router } from "./trpc.ts";

/** keepalived.conf of this director. The order is stage, commit, confirm; without confirm the agent's own timer puts the old file back. */
export const configRouter = router({
  read: procedure.output(configTextSchema).query(({ ctx }) => ctx.agent.config.read()),

  versions: procedure
    .output(z.array(configVersionSchema))
    .query(async ({ ctx }) => [...(await ctx.agent.config.versions())]),

  version: procedure
    .input(versionSchema)
    .output(configTextSchema)
    .query(async ({ ctx, input }) => {
      const found = await ctx.agent.config.version(input.sha256);
      if (found === undefined) {
        throw new TRPCError({
          code: "NOT_FOUND",
          message: `no version ${input.sha256} in this director's history`,
        });
      }
      return found;
    }),

  stage: procedure
    .input(stageSchema)
    .output(stageResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.config.stage(input)),

  commit: procedure
    .input(commitSchema)
    .output(commitResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.config.commit(input)),

  confirm: procedure
    .input(stageIdSchema)
    .output(confirmResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.config.confirm(input.stageId)),

  revert: procedure
    .input(stageIdSchema)
    .output(revertResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.config.revert(input.stageId)),

  restore: procedure
    .input(restoreSchema)
    .output(restoreResultSchema)
    .mutation(({ ctx, input }) => ctx.agent.config.restore(input)),

  fingerprints: procedure
    .input(fingerprintsSchema)
    .output(fingerprintListSchema)
    .query(({ ctx, input }) => ctx.agent.config.fingerprints(input.key)),
});
