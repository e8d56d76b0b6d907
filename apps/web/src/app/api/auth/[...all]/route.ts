import { auth } from "@/server/auth";
import { readEnv } from "@/server/env";
import { isSameOrigin } from "@/server/same-origin";
import { consoleStarted } from "@/server/start";

export const dynamic = "force-dynamic";

/** All that is served of the auth library; accounts are read and changed through guarded, audited procedures alone. */
const served: ReadonlySet<string> = new Set(["/api/auth/sign-in/email", "/api/auth/sign-out"]);

export async function POST(request: Request): Promise<Response> {
  if (!served.has(new URL(request.url).pathname)) return say(404, "There is nothing here.");
  if (!isSameOrigin(request.headers, readEnv().publicOrigin)) {
    return say(403, "This request did not come from a page of this console.");
  }
  await consoleStarted();
  const answer = await auth().handler(request);
  if (!answer.ok) return answer;
  // The library's own answer repeats the session's token; it belongs into the cookie alone, where no script can read it.
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  for (const cookie of answer.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return new Response(JSON.stringify({ ok: true }), { headers });
}

function say(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
