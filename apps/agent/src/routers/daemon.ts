import { daemonResultSchema } from "@lvs/core/director/commands";
import { procedure, router } from "./trpc.ts";

export const daemonRouter = router({
  start: procedure.output(daemonResultSchema).mutation(({ ctx }) => ctx.agent.daemon.start()),
  stop: procedure.output(daemonResultSchema).mutation(({ ctx }) => ctx.agent.daemon.stop()),
  reload: procedure.output(daemonResultSchema).mutation(({ ctx }) => ctx.agent.daemon.reload()),
});
