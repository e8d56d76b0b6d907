import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { clientAddress, readPerson } from "@/server/auth";
import { orDatabaseAway } from "@/server/database-away";
import { readEnv } from "@/server/env";
import { appRouter } from "@/server/router";
import { isSameOrigin } from "@/server/same-origin";
import { consoleStarted } from "@/server/start";

export const dynamic = "force-dynamic";

async function handle(request: Request): Promise<Response> {
  await consoleStarted();
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    // One request, one permission, one audit row.
    allowBatching: false,
    createContext: async () => ({
      person: await readPerson(request.headers).catch((error: unknown) => {
        throw orDatabaseAway(error);
      }),
      isSameOrigin: isSameOrigin(request.headers, readEnv().publicOrigin),
      clientAddress: clientAddress(request.headers),
    }),
    onError: ({ error, path }) => {
      if (error.code === "INTERNAL_SERVER_ERROR")
        console.error(`${path ?? "?"}: ${error.stack ?? error.message}`);
      if (error.code === "SERVICE_UNAVAILABLE") console.error(`${path ?? "?"}: ${error.message}`);
    },
  });
}

export { handle as GET, handle as POST };
