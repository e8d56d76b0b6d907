import { createServer, type Server } from "node:https";
import { X509Certificate } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Logger } from "../log.ts";
import { makeTestCa, type KeyPair, type TestCa } from "../server/test-pki.ts";
import { simulatedSystem, type SimulatedSystem } from "../system/simulated/simulated-system.ts";
import { enrol, type Enrolment } from "./enrol.ts";
import { certificateFingerprint, readIdentity } from "./identity.ts";
import { ownIdentity, type OwnIdentity } from "./own-identity.ts";
import { parseToken } from "./token.ts";

const stateDirectory = "/var/lib/lvs-agent";
const warnings: string[] = [];
const log: Logger = {
  info: () => undefined,
  warn: (message, fields) => void warnings.push(`${message}: ${String(fields?.["reason"])}`),
  error: () => undefined,
};

let ca: TestCa;
let other: TestCa;
let console_: KeyPair;
const servers: Server[] = [];
const received: unknown[] = [];

type Answer = (body: { readonly csrPem: string }) => Promise<{ status: number; body: unknown }>;

/** A console that presents `identity` with the CA behind it. Gives its port. */
async function serve(answer: Answer, identity: KeyPair = console_, chain = ca.pem): Promise<number> {
  const server = createServer(
    { key: identity.keyPem, cert: `${identity.certificatePem}\n${chain}` },
    (request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const json: unknown = JSON.parse(Buffer.concat(pieces).toString("utf8"));
        received.push(json);
        void answer(z.object({ csrPem: z.string() }).parse(json)).then(({ status, body }) => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify(body));
        });
      });
    },
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const issue: Answer = async ({ csrPem }) => ({
  status: 200,
  body: { agentId: "a1", certificatePem: await ca.sign(csrPem), caPem: ca.pem },
});
const refuseWith =
  (code: string): Answer =>
  async () => ({ status: 403, body: { error: { code, message: `${code} it is` } } });

function tokenFor(port: number, fingerprint = ca.fingerprint): string {
  return `lvs1.${Buffer.from(`https://127.0.0.1:${port}/`).toString("base64url")}.t1.s3cret-of-token.${fingerprint}`;
}

/** Starts as an agent does that was given this token, or none. */
async function startWith(text: string | undefined, system: SimulatedSystem): Promise<OwnIdentity> {
  const request = { token: text, name: "lvs-1", address: undefined, port: 9443, stateDirectory };
  return ownIdentity(system, request, { log, signal: AbortSignal.timeout(10_000) });
}

async function enrolWith(text: string, system: SimulatedSystem = simulatedSystem()): Promise<Enrolment> {
  const reading = parseToken(text);
  if (!reading.isValid) throw new Error(reading.reason);
  const request = { token: reading.token, name: "lvs-1", address: undefined, port: 9443, stateDirectory };
  return enrol(system, request, { log, signal: AbortSignal.timeout(10_000) });
}

beforeAll(async () => {
  [ca, other] = [await makeTestCa(), await makeTestCa()];
  console_ = await ca.issue({ commonName: "lvs-console", purposes: ["serverAuth", "clientAuth"] });
});

afterEach(() => {
  received.length = 0;
  for (const server of servers.splice(0)) server.close();
});

describe("enrolment", () => {
  it("gives the agent a certificate of the pinned CA over a key that never left it", async () => {
    const system = simulatedSystem();
    const result = await enrolWith(tokenFor(await serve(issue)), system);
    if (result.outcome !== "enrolled") throw new Error(JSON.stringify(result));
    const certificate = new X509Certificate(result.identity.certificatePem);
    expect(certificate.verify(new X509Certificate(ca.pem).publicKey)).toBe(true);
    expect(certificateFingerprint(new X509Certificate(result.identity.caPem))).toBe(ca.fingerprint);
    expect(received).toEqual([
      {
        tokenId: "t1",
        secret: "s3cret-of-token",
        name: "lvs-1",
        address: "127.0.0.1",
        port: 9443,
        csrPem: expect.stringContaining("CERTIFICATE REQUEST"),
      },
    ]);
    expect(JSON.stringify(received)).not.toContain("PRIVATE KEY");
    expect(await readIdentity(system.files, stateDirectory)).toEqual(result.identity);
    expect((await system.files.stat(`${stateDirectory}/identity.json`)).mode).toBe(0o600);
  });

  it.each(["tokenUnknown", "tokenUsed", "tokenExpired", "requestInvalid", "nameTaken"])(
    "passes on the console's refusal %s, and keeps nothing",
    async (code) => {
      const system = simulatedSystem();
      const result = await enrolWith(tokenFor(await serve(refuseWith(code))), system);
      expect(result).toEqual({ outcome: "refused", code, message: `${code} it is` });
      expect(await readIdentity(system.files, stateDirectory)).toBeUndefined();
    },
  );

  it("sends no secret to a server that does not present the pinned CA", async () => {
    const result = await enrolWith(tokenFor(await serve(issue), other.fingerprint));
    expect(result).toMatchObject({
      outcome: "untrusted",
      message: expect.stringContaining("does not present the CA"),
    });
    expect(received).toEqual([]);
  });

  it("sends no secret to a server that shows the right CA beside a certificate of another", async () => {
    const forged = await other.issue({ commonName: "lvs-console", purposes: ["serverAuth"] });
    const result = await enrolWith(tokenFor(await serve(issue, forged)));
    expect(result).toMatchObject({
      outcome: "untrusted",
      message: expect.stringContaining("is not the console"),
    });
    expect(received).toEqual([]);
  });

  it("refuses an answer whose certificate is for another key, of another CA, or whose CA is another", async () => {
    const stranger = await ca.issue({ commonName: "lvs-1", purposes: ["serverAuth"] });
    const answers: readonly Answer[] = [
      async () => ({
        status: 200,
        body: { agentId: "a1", certificatePem: stranger.certificatePem, caPem: ca.pem },
      }),
      async ({ csrPem }) => ({
        status: 200,
        body: { agentId: "a1", certificatePem: await other.sign(csrPem), caPem: ca.pem },
      }),
      async ({ csrPem }) => ({
        status: 200,
        body: { agentId: "a1", certificatePem: await other.sign(csrPem), caPem: other.pem },
      }),
    ];
    for (const answer of answers) {
      const system = simulatedSystem();
      expect(await enrolWith(tokenFor(await serve(answer)), system)).toMatchObject({ outcome: "untrusted" });
      expect(await readIdentity(system.files, stateDirectory)).toBeUndefined();
    }
  });

  it("tries again while the console cannot be reached, saying so", async () => {
    const system = simulatedSystem();
    const port = await serve(issue);
    for (const server of servers.splice(0)) server.close();
    const stop = new AbortController();
    const reading = parseToken(tokenFor(port));
    if (!reading.isValid) throw new Error(reading.reason);
    warnings.length = 0;
    const running = enrol(
      system,
      { token: reading.token, name: "lvs-1", address: undefined, port: 9443, stateDirectory },
      { log, signal: stop.signal },
    );
    await expect.poll(() => warnings.length).toBe(1);
    await system.clock.advance(1_000);
    await expect.poll(() => warnings.length).toBe(2);
    const ended = expect(running).rejects.toThrow("stopped");
    stop.abort(new Error("stopped"));
    await system.clock.advance(60_000);
    await ended;
    expect(warnings[0]).toContain("cannot be reached");
  });
});

describe("a token", () => {
  it.each([
    ["lvs2.x.y.z", "does not begin"],
    ["lvs1.aHR0cHM6Ly94.t.s", "five parts"],
    [`lvs1.${Buffer.from("http://x/").toString("base64url")}.t.s.${"0".repeat(64)}`, "not https"],
    [`lvs1.${Buffer.from("https://x/").toString("base64url")}.t.s.zz`, "not a SHA-256"],
    [`lvs1.${Buffer.from("nonsense").toString("base64url")}.t.s.${"0".repeat(64)}`, "not an address"],
  ])("that is damaged is refused with the reason: %s", (text, reason) => {
    expect(parseToken(text)).toEqual({ isValid: false, reason: expect.stringContaining(reason) });
  });
});

describe("an agent that starts", () => {
  const other2 = (port: number): string => tokenFor(port).replace(".t1.", ".t2.");

  it("without a token and without an identity is not enrolled", async () => {
    expect(await startWith(undefined, simulatedSystem())).toEqual({ outcome: "notEnrolled" });
  });

  it("with the token that it was enrolled with, or with none, is who it was, and asks nobody", async () => {
    const system = simulatedSystem();
    const token = tokenFor(await serve(issue));
    const first = await startWith(token, system);
    received.length = 0;
    expect([await startWith(token, system), await startWith(undefined, system)]).toEqual([first, first]);
    expect(received).toEqual([]);
  });

  it("with a new token gets another certificate over another key", async () => {
    const system = simulatedSystem();
    const port = await serve(issue);
    const first = await startWith(tokenFor(port), system);
    const again = await startWith(other2(port), system);
    if (first.outcome !== "enrolled" || again.outcome !== "enrolled") throw new Error("not enrolled");
    expect(again.identity.keyPem).not.toBe(first.identity.keyPem);
    expect(await readIdentity(system.files, stateDirectory)).toEqual(again.identity);
  });

  it("without an identity and with a token that is cut says so", async () => {
    expect(await startWith("lvs1.half", simulatedSystem())).toMatchObject({ outcome: "tokenInvalid" });
  });

  it.each([
    ["not to be read from its token", () => Promise.resolve("lvs1.half")],
    ["refused", async () => other2(await serve(refuseWith("tokenUsed")))],
    ["not to be had", async () => other2(1)],
    [
      "not the console of the token",
      async () => `${other2(await serve(issue)).slice(0, -64)}${other.fingerprint}`,
    ],
  ])("goes on as it was where a new enrolment is %s, and says so", async (_what, makeToken) => {
    const system = simulatedSystem();
    const first = await startWith(tokenFor(await serve(issue)), system);
    warnings.length = 0;
    expect(await startWith(await makeToken(), system)).toEqual(first);
    expect(warnings.join()).toContain("going on as enrolled before");
    expect(await readIdentity(system.files, stateDirectory)).toMatchObject({ tokenId: "t1" });
  });
});
