import { request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import type { KeyPair } from "./test-pki.ts";

/** A bare HTTPS client for contract tests: what it sends and gets is seen as it is on the wire. */
export interface TestClient {
  readonly port: number;
  readonly caPem: string;
  readonly identity?: KeyPair | undefined;
}

export type Answer =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "disconnected"; readonly code: string };

export interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

function open(client: TestClient, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: client.port,
        ca: client.caPem,
        agent: false,
        ...(client.identity === undefined
          ? {}
          : { key: client.identity.keyPem, cert: client.identity.certificatePem }),
        ...options,
      },
      resolve,
    );
    call.on("error", reject);
    call.end(body);
  });
}

/** One procedure of the router as the console calls it. */
export async function callProcedure(
  client: TestClient,
  procedure: { readonly path: string; readonly type: string; readonly input?: unknown },
): Promise<Answer> {
  const isMutation = procedure.type === "mutation";
  const input = procedure.input === undefined ? undefined : JSON.stringify(procedure.input);
  const query = input === undefined || isMutation ? "" : `?input=${encodeURIComponent(input)}`;
  try {
    const response = await open(
      client,
      {
        method: isMutation ? "POST" : "GET",
        path: `/${procedure.path}${query}`,
        headers: {
          "content-type": "application/json",
          ...(procedure.type === "subscription" ? { accept: "text/event-stream" } : {}),
        },
      },
      isMutation ? (input ?? "{}") : undefined,
    );
    const status = response.statusCode ?? 0;
    if (procedure.type === "subscription" && status === 200) {
      response.destroy();
      return { kind: "answered", status, body: "" };
    }
    return { kind: "answered", status, body: Buffer.concat(await response.toArray()).toString("utf8") };
  } catch (error) {
    return {
      kind: "disconnected",
      code: error instanceof Error && "code" in error ? String(error.code) : String(error),
    };
  }
}

/** The events of state.watch until `isEnough`, then the connection is cut as by a killed console. */
export async function watchState(
  client: TestClient & { readonly understands?: readonly string[] },
  lastEventId: string | undefined,
  isEnough: (events: readonly StreamEvent[]) => boolean,
  isWanted: (event: StreamEvent) => boolean = ({ id }) => id !== undefined,
): Promise<StreamEvent[]> {
  const input = { lastEventId: lastEventId ?? null, understands: client.understands };
  const events: StreamEvent[] = [];
  for await (const event of listen(client, { path: "state.watch", input })) {
    if (isWanted(event)) events.push(event);
    if (isEnough(events)) break;
  }
  return events;
}

/** Every event of a subscription; who leaves cuts the connection as a killed console does. */
export async function* listen(
  client: TestClient,
  { input, path }: { readonly path: string; readonly input: unknown },
): AsyncGenerator<StreamEvent> {
  const response = await open(client, {
    path: `/${path}?input=${encodeURIComponent(JSON.stringify(input))}`,
    headers: { accept: "text/event-stream" },
  });
  let text = "";
  try {
    for await (const piece of response) {
      text += String(piece);
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        yield parseEvent(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  } finally {
    response.destroy();
  }
}

function parseEvent(block: string): StreamEvent {
  const fields = new Map(
    block.split("\n").map((line) => [line.split(":", 1).join(""), line.replace(/^[a-z]*: ?/u, "")] as const),
  );
  return { id: fields.get("id"), event: fields.get("event") ?? "message", data: fields.get("data") ?? "" };
}
