import { auth } from "@/server/auth";
import { readEnv } from "@/server/env";
import { isSameOrigin } from "@/server/same-origin";
import { consoleStarted } from "@/server/start";

export const dynamic = "force-dynamic";

/** All that is served of the auth library; accounts are changed through audited procedures alone. */
const served: ReadonlySet<string> = new Set([
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out",
  "GET /api/auth/get-session",
]);

async function handle(request: Request): Promise<Response> {
  const asked = `${request.method} ${new URL(request.url).pathname}`;
  if (!served.has(asked)) return Response.json({ message: "There is nothing here." }, { status: 404 });
  if (request.method === "POST" && !isSameOrigin(request.headers, readEnv().publicOrigin)) {
    return Response.json(
      { message: "This request did not come from a page of this console." },
      { status: 403 },
    );
  }
  await consoleStarted();
  return auth().handler(request);
}

export { handle as GET, handle as POST };
