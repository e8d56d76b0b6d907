import { z } from "zod";

/** The console's own API as a signed-in person's browser uses it: one request, one procedure, a cookie and an origin. */
export interface ConsoleApi {
  readonly query: <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    input?: unknown,
  ) => Promise<z.infer<Schema>>;
  readonly mutate: <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    input?: unknown,
  ) => Promise<z.infer<Schema>>;
}

/** What the console answered where it refused or failed. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  constructor(path: string, status: number, message: string) {
    super(`${path}: ${status} ${message}`);
    this.status = status;
  }
}

const envelope = z.union([
  z.object({ result: z.object({ data: z.unknown().optional() }) }),
  z.object({ error: z.object({ message: z.string() }) }),
]);

/** With no cookie: as somebody who is not signed in. */
export function consoleApi(url: string, cookie = ""): ConsoleApi {
  const call = async (path: string, init: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${url}/api/trpc/${path}`, {
      ...init,
      headers: { cookie, origin: url, "content-type": "application/json" },
      signal: AbortSignal.timeout(60_000),
    });
    const body = envelope.parse(await answer.json());
    if ("error" in body) throw new ApiError(path, answer.status, body.error.message);
    return body.result.data;
  };
  return {
    query: async (path, schema, input) => {
      const question = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
      return schema.parse(await call(`${path}${question}`, { method: "GET" }));
    },
    mutate: async (path, schema, input) =>
      schema.parse(await call(path, { method: "POST", body: JSON.stringify(input ?? {}) })),
  };
}

export interface Account {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Signs in and gives the API with the session's cookie. */
export async function signIn(
  url: string,
  { email, password }: Account,
): Promise<ConsoleApi & { cookie: string }> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { origin: url, "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!answer.ok) throw new ApiError("sign-in", answer.status, await answer.text());
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return { ...consoleApi(url, cookie), cookie };
}
