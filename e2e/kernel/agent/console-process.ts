import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { createServer, request } from "node:https";
import { createInterface } from "node:readline";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  cryptoProvider,
  type PublicKeyType,
} from "@peculiar/x509";
import { z } from "zod";

/**
 * The console's side of the wire and nothing more: a CA, the enrolment endpoint, calls to agents. Runs inside the lab's network and is told
 * what to do by JSON lines: {id, op: "token"}, {id, op: "call", host, path, type, input?}, {id, op: "watch", host, lastEventId?, forMs}, {id, op: "follow", host, path, input, messages?}.
 */
cryptoProvider.set(crypto);
const address = process.argv[2] ?? "127.0.0.1";
const port = 9444;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const notBefore = new Date(Date.now() - 86_400_000);
const notAfter = new Date(Date.now() + 86_400_000);
const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const serial = () => `1${randomBytes(8).toString("hex").slice(1)}`;

const caKeys = await makeKeys();
const ca = await X509CertificateGenerator.createSelfSigned({
  serialNumber: serial(),
  name: [{ CN: ["LVS Console CA"] }],
  notBefore,
  notAfter,
  signingAlgorithm: algorithm,
  keys: caKeys,
  extensions: [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
  ],
});
const caPem = ca.toString("pem");
const caFingerprint = Buffer.from(await ca.getThumbprint("SHA-256")).toString("hex");

async function certify(commonName: string, publicKey: PublicKeyType, san: string): Promise<string> {
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [commonName] }],
    issuer: ca.subject,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]),
      new SubjectAlternativeNameExtension([{ type: "ip", value: san }]),
    ],
  });
  return certificate.toString("pem");
}

const consoleKeys = await makeKeys();
const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", consoleKeys.privateKey)).toString("base64");
const keyPem = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
const certificatePem = await certify("lvs-console", consoleKeys.publicKey, address);

/** Token id to secret; taken out when used. */
const tokens = new Map<string, string>();
const used = new Set<string>();
const enrolSchema = z.object({
  tokenId: z.string(),
  secret: z.string(),
  name: z.string(),
  address: z.string(),
  csrPem: z.string(),
});

async function enrol(body: unknown): Promise<{ status: number; body: unknown }> {
  const refused = (code: string) => ({
    status: 403,
    body: { error: { code, message: `the console says ${code}` } },
  });
  const asked = enrolSchema.safeParse(body);
  if (!asked.success) return refused("requestInvalid");
  const { tokenId, secret, name, address: agentAddress, csrPem } = asked.data;
  if (used.has(tokenId)) return refused("tokenUsed");
  if (tokens.get(tokenId) !== secret) return refused("tokenUnknown");
  tokens.delete(tokenId);
  used.add(tokenId);
  const { publicKey } = new Pkcs10CertificateRequest(csrPem);
  return {
    status: 200,
    body: { agentId: `id-${name}`, certificatePem: await certify(name, publicKey, agentAddress), caPem },
  };
}

const server = createServer({ key: keyPem, cert: `${certificatePem}\n${caPem}` }, (incoming, response) => {
  const pieces: Buffer[] = [];
  incoming.on("data", (piece: Buffer) => pieces.push(piece));
  incoming.on("end", () => {
    const json: unknown = JSON.parse(Buffer.concat(pieces).toString("utf8"));
    void enrol(json).then((answer) => {
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    });
  });
});
await new Promise<void>((resolve) => server.listen(port, address, resolve));

const orderSchema = z.discriminatedUnion("op", [
  z.object({ id: z.int(), op: z.literal("token") }),
  z.object({
    id: z.int(),
    op: z.literal("call"),
    host: z.string(),
    path: z.string(),
    type: z.enum(["query", "mutation"]),
    input: z.unknown().optional(),
  }),
  z.object({
    id: z.int(),
    op: z.literal("watch"),
    host: z.string(),
    lastEventId: z.string().nullable(),
    forMs: z.int(),
  }),
  z.object({
    id: z.int(),
    op: z.literal("follow"),
    host: z.string(),
    path: z.string(),
    input: z.unknown(),
    messages: z.int().optional(),
  }),
]);
type Order = z.infer<typeof orderSchema>;
type Call = Extract<Order, { op: "call" }>;
type Watch = Extract<Order, { op: "watch" }>;
type Follow = Extract<Order, { op: "follow" }>;

function call({ host, path, type, input }: Call): Promise<{ status: number; body: string }> {
  const text = input === undefined ? undefined : JSON.stringify(input);
  const query = text === undefined || type === "mutation" ? "" : `?input=${encodeURIComponent(text)}`;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host,
        port: 9443,
        path: `/${path}${query}`,
        method: type === "mutation" ? "POST" : "GET",
        agent: false,
        ca: caPem,
        key: keyPem,
        cert: certificatePem,
        timeout: 60_000,
        headers: { "content-type": "application/json" },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString("utf8") }),
        );
      },
    );
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error("no answer within 60 s")));
    sent.end(type === "mutation" ? (text ?? "{}") : undefined);
  });
}

interface Message {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: string;
}

/** Hears a subscription until it ends or is cut by what `hear` is given for it. */
function subscribe(
  { host, path, input }: { host: string; path: string; input: unknown },
  hear: (message: Message, cut: () => void) => void,
): { ended: Promise<void>; cut: () => void } {
  const { promise, reject, resolve } = Promise.withResolvers<void>();
  const sent = request(
    {
      host,
      port: 9443,
      path: `/${path}?input=${encodeURIComponent(JSON.stringify(input))}`,
      agent: false,
      ca: caPem,
      key: keyPem,
      cert: certificatePem,
      headers: { accept: "text/event-stream" },
    },
    (response) => {
      let rest = "";
      response.on("data", (piece: Buffer) => {
        const blocks = (rest + piece.toString("utf8")).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const field = (name: string): string | undefined =>
            new RegExp(`^${name}: ?(.*)$`, "mu").exec(block)?.[1];
          const message = { event: field("event"), id: field("id"), data: field("data") ?? "" };
          if (message.event === "serialized-error") reject(new Error(message.data));
          else if (message.data !== "") hear(message, cut);
        }
      });
      response.on("error", () => resolve());
      response.on("close", () => resolve());
    },
  );
  const cut = (): void => void sent.destroy();
  sent.on("error", reject);
  sent.end();
  return { ended: promise, cut };
}

/** Everything the stream sent within the time: `{id, data}` of each event with an id, and when it came. */
async function watch({
  host,
  lastEventId,
  forMs,
}: Watch): Promise<{ id: string; data: unknown; atMs: number }[]> {
  const events: { id: string; data: unknown; atMs: number }[] = [];
  const { cut, ended } = subscribe({ host, path: "state.watch", input: { lastEventId } }, ({ id, data }) => {
    if (id === undefined) return;
    const json: unknown = JSON.parse(data);
    events.push({ id, data: json, atMs: Date.now() });
  });
  setTimeout(cut, forMs);
  await ended;
  return events;
}

/** What a subscription says until it ends, or until so many messages, when it is cut. */
async function follow({
  host,
  path,
  input,
  messages = Infinity,
}: Follow): Promise<{ data: unknown; atMs: number }[]> {
  const said: { data: unknown; atMs: number }[] = [];
  await subscribe({ host, path, input }, ({ event, data }, cut) => {
    if (event !== undefined) return;
    const json: unknown = JSON.parse(data);
    said.push({ data: json, atMs: Date.now() });
    if (said.length >= messages) cut();
  }).ended;
  return said;
}

async function obey(order: Order): Promise<unknown> {
  switch (order.op) {
    case "token": {
      const tokenId = randomBytes(6).toString("hex");
      const secret = randomBytes(16).toString("hex");
      tokens.set(tokenId, secret);
      const url = Buffer.from(`https://${address}:${port}/`).toString("base64url");
      return `lvs1.${url}.${tokenId}.${secret}.${caFingerprint}`;
    }
    case "call":
      return call(order);
    case "watch":
      return watch(order);
    case "follow":
      return follow(order);
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const json: unknown = JSON.parse(line);
    const order = orderSchema.parse(json);
    obey(order).then(
      (result) => process.stdout.write(`${JSON.stringify({ id: order.id, result })}\n`),
      (error: unknown) => process.stdout.write(`${JSON.stringify({ id: order.id, error: String(error) })}\n`),
    );
  })
  .on("close", () => process.exit());
process.stdout.write(`${JSON.stringify({ id: 0, result: "ready" })}\n`);
