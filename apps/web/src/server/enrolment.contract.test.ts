import { X509Certificate } from "node:crypto";
import { request } from "node:https";
import tls from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { db } from "./db.ts";
import { targetOf } from "./agents.ts";
import { createToken } from "./enrolment-token.ts";
import { startEnrolment, type EnrolmentListener } from "./enrolment.ts";
import { currentFleet } from "./live.ts";
import { fingerprintOf, pki } from "./pki.ts";
import { makeRequest } from "./testing/agent.ts";
import { makeCluster, openTestConsole, type TestConsole } from "./testing/console.ts";

let opened: TestConsole;
let listener: EnrolmentListener;
let clusterId: string;
let csrPem: string;
let count = 0;

beforeAll(async () => {
  opened = await openTestConsole();
  ({ csrPem } = await makeRequest());
  clusterId = await makeCluster();
});
afterAll(() => opened.close());
beforeEach(async () => {
  count += 1;
  // A listener each: the limit of tries is one of the things under test.
  listener = await startEnrolment(0);
  return () => listener.close();
});

const answerSchema = z.union([
  z.object({ agentId: z.string(), certificatePem: z.string(), caPem: z.string() }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
]);

function post(body: unknown): Promise<{ status: number; answer: z.infer<typeof answerSchema> }> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: listener.port,
        path: "/enrol",
        method: "POST",
        ca: pki().caPem,
        agent: false,
        headers: { "content-type": "application/json" },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => (text += piece));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, answer: answerSchema.parse(JSON.parse(text)) }),
        );
      },
    );
    call.on("error", reject);
    call.end(JSON.stringify(body));
  });
}

async function codeOf(body: unknown): Promise<string> {
  const { answer } = await post(body);
  return "error" in answer ? answer.error.code : "enrolled";
}

async function newToken(validMinutes = 60, renewsId?: string) {
  const { token, tokenId } = await createToken({
    clusterId,
    ...(renewsId === undefined ? {} : { renewsId }),
    createdBy: "test",
    enrolUrl: "https://console.example:3443",
    validMinutes,
  });
  const [form, url64 = "", id, secret, fingerprint] = token.split(".");
  return { form, url: Buffer.from(url64, "base64url").toString(), id, tokenId, secret, fingerprint };
}

const asked = (token: { tokenId: string; secret: string | undefined }) => ({
  tokenId: token.tokenId,
  secret: token.secret,
  name: `lvs-${count}`,
  address: "127.0.0.1",
  port: 8443,
  csrPem,
});

describe("enrolment", () => {
  it("makes a token of the enrolment's address, its id, its secret and the CA's fingerprint", async () => {
    const token = await newToken();
    expect(token).toMatchObject({
      form: "lvs1",
      url: "https://console.example:3443",
      id: token.tokenId,
      fingerprint: pki().caFingerprint,
    });
  });

  it("shows the CA of the token beside its own certificate", async () => {
    const shown = await new Promise<string | undefined>((resolve, reject) => {
      const socket = tls.connect(
        { host: "127.0.0.1", port: listener.port, rejectUnauthorized: false },
        () => {
          resolve(socket.getPeerCertificate(true).issuerCertificate.fingerprint256);
          socket.destroy();
        },
      );
      socket.on("error", reject);
    });
    expect(shown?.replaceAll(":", "").toLowerCase()).toBe((await newToken()).fingerprint);
  });

  it("gives a certificate for the agent's own key, for its address and name, of the CA, and shows the director", async () => {
    const { answer } = await post(asked(await newToken()));
    if ("error" in answer) throw new Error(answer.error.message);
    const certificate = new X509Certificate(answer.certificatePem);
    const ca = new X509Certificate(answer.caPem);
    expect(certificate.checkIssued(ca) && certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.subjectAltName).toBe(`IP Address:127.0.0.1, DNS:lvs-${count}`);
    expect(certificate.subject).toBe(`CN=${answer.agentId}`);
    expect(certificate.ca).toBe(false);
    const stored = await db().director.findUniqueOrThrow({ where: { id: answer.agentId } });
    expect(stored).toMatchObject({
      clusterId,
      port: 8443,
      fingerprint: fingerprintOf(answer.certificatePem),
    });
    expect(currentFleet().directors.map(({ name }) => name)).toContain(`lvs-${count}`);
  });

  it("refuses a token that this console did not make, and a wrong secret for one that it did", async () => {
    const token = await newToken();
    expect(await codeOf({ ...asked(token), tokenId: "nobody's" })).toBe("tokenUnknown");
    expect(await codeOf({ ...asked(token), secret: `${token.secret}x` })).toBe("tokenUnknown");
    expect(await codeOf(asked(token))).toBe("enrolled");
  });

  it("refuses a token the second time, also when both times are at once", async () => {
    const token = await newToken();
    const codes = await Promise.all([
      codeOf(asked(token)),
      codeOf({ ...asked(token), name: `twin-${count}` }),
    ]);
    expect(codes.toSorted()).toEqual(["enrolled", "tokenUsed"]);
    expect(await codeOf(asked(token))).toBe("tokenUsed");
  });

  it("refuses a token whose time is over", async () => {
    const token = await newToken();
    await db().enrolmentToken.update({
      where: { id: token.tokenId },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    expect(await codeOf(asked(token))).toBe("tokenExpired");
  });

  it("refuses a name that a director has already, and leaves the token for another try", async () => {
    expect(await codeOf(asked(await newToken()))).toBe("enrolled");
    const token = await newToken();
    expect(await codeOf(asked(token))).toBe("nameTaken");
    expect(await codeOf({ ...asked(token), name: `other-${count}` })).toBe("enrolled");
  });

  describe("of a director that is there", () => {
    const enrolled = async (): Promise<{ agentId: string; certificatePem: string }> => {
      const { answer } = await post(asked(await newToken()));
      if ("error" in answer) throw new Error(answer.error.message);
      return answer;
    };

    it("gives the same director another certificate, keeps its name and record, and ends a revocation", async () => {
      const first = await enrolled();
      const { agentId } = first;
      await db().director.update({
        where: { id: agentId },
        data: { revokedAt: new Date(), name: `old-${count}` },
      });
      const event = { directorId: agentId, at: new Date(), kind: "agentStarted", subject: "", detail: "" };
      await db().event.create({ data: { ...event, sourceId: "e1-1" } });
      const token = await newToken(60, agentId);
      const { csrPem: other } = await makeRequest();
      const { answer } = await post({ ...asked(token), csrPem: other, address: "127.0.0.2", port: 9443 });
      if ("error" in answer) throw new Error(answer.error.message);
      expect(answer.agentId).toBe(agentId);
      expect(answer.certificatePem).not.toBe(first.certificatePem);
      expect(await db().director.findUniqueOrThrow({ where: { id: agentId } })).toMatchObject({
        name: `old-${count}`,
        address: "127.0.0.2",
        port: 9443,
        fingerprint: fingerprintOf(answer.certificatePem),
        revokedAt: null,
      });
      expect(await db().event.count({ where: { directorId: agentId } })).toBe(1);
      expect(targetOf(agentId).fingerprint).toBe(fingerprintOf(answer.certificatePem));
      expect(currentFleet().directors.find(({ id }) => id === agentId)?.certificateEndsAtMs).toBe(
        new X509Certificate(answer.certificatePem).validToDate.getTime(),
      );
    });

    it("changes nothing before the token is used, and nothing by a request that is refused", async () => {
      const { agentId } = await enrolled();
      const before = await db().director.findUniqueOrThrow({ where: { id: agentId } });
      const token = await newToken(60, agentId);
      expect(await codeOf({ ...asked(token), csrPem: "no PEM" })).toBe("requestInvalid");
      expect(await db().director.findUniqueOrThrow({ where: { id: agentId } })).toEqual(before);
      expect(await codeOf(asked(token))).toBe("enrolled");
      expect(await codeOf(asked(token))).toBe("tokenUsed");
    });

    it("is refused once the director was removed: its token went with it", async () => {
      const { agentId } = await enrolled();
      const token = await newToken(60, agentId);
      await db().director.delete({ where: { id: agentId } });
      expect(await codeOf(asked(token))).toBe("tokenUnknown");
    });
  });

  it.each([
    ["no certificate request", { csrPem: "no PEM" }],
    ["a name that is none", { name: "a b" }],
    ["a port that is none", { port: 0 }],
    ["an address that is none", { address: "http://x/" }],
  ])("refuses %s without using the token up", async (_what, wrong) => {
    const token = await newToken();
    expect(await codeOf({ ...asked(token), ...wrong })).toBe("requestInvalid");
    expect(await codeOf(asked(token))).toBe("enrolled");
  });

  it("refuses a request that is too long, and one that is no JSON object", async () => {
    expect(await codeOf({ ...asked(await newToken()), more: "x".repeat(20_000) })).toBe("requestInvalid");
    expect(await codeOf("text")).toBe("requestInvalid");
  });

  it("keeps neither the token's secret in the database nor in the record", async () => {
    const token = await newToken();
    await codeOf(asked(token));
    const rows = await db().auditEntry.findMany({ where: { procedure: "agent.enrol" } });
    expect(rows.length).toBeGreaterThan(0);
    expect(
      JSON.stringify(rows, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    ).not.toContain(token.secret);
    const kept = await db().enrolmentToken.findUniqueOrThrow({ where: { id: token.tokenId } });
    expect(Buffer.from(kept.secretHash).includes(Buffer.from(token.secret ?? "", "base64url"))).toBe(false);
  });

  it("asks an address that tries too often to wait", async () => {
    const codes = new Set<string>();
    for (let attempt = 0; attempt < 30; attempt += 1) codes.add(await codeOf({}));
    expect([...codes]).toEqual(["requestInvalid", "tooManyTries"]);
  });
});
