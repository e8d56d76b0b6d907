import { createHash, randomBytes, randomUUID } from "node:crypto";
import { db } from "./db.ts";
import { pki } from "./pki.ts";
import { problem } from "./problem.ts";

/** One-time tokens: what a director's agent brings to be given a certificate. The database keeps only a hash of the secret. */

export interface NewToken {
  /** Shown once, never kept. */
  readonly token: string;
  readonly tokenId: string;
  readonly expiresAtMs: number;
  readonly enrolUrl: string;
  /** SHA-256 of the console's CA certificate, lower-case hex: the agent trusts nothing else. */
  readonly caFingerprint: string;
}

export const usualTokenMinutes = 60;

/** Throws `notFound` for a cluster that is not there. */
export async function createToken(asked: {
  readonly clusterId: string;
  /** The director of this cluster that is to be enrolled again. */
  readonly renewsId?: string;
  readonly createdBy: string;
  readonly enrolUrl: string;
  readonly validMinutes: number;
}): Promise<NewToken> {
  const { clusterId, createdBy, enrolUrl, renewsId, validMinutes } = asked;
  const cluster = await db().cluster.findUnique({ where: { id: clusterId }, select: { id: true } });
  if (cluster === null) throw problem("notFound", "There is no such cluster.");
  const tokenId = randomUUID();
  const secret = randomBytes(32).toString("base64url");
  const expiresAt = new Date(Date.now() + validMinutes * 60_000);
  await db().enrolmentToken.create({
    data: {
      id: tokenId,
      clusterId,
      renewsId: renewsId ?? null,
      createdBy,
      expiresAt,
      secretHash: hashSecret(secret),
    },
  });
  const { caFingerprint } = pki();
  const token = ["lvs1", Buffer.from(enrolUrl).toString("base64url"), tokenId, secret, caFingerprint].join(
    ".",
  );
  return { token, tokenId, enrolUrl, caFingerprint, expiresAtMs: expiresAt.getTime() };
}

/** The secret has 256 random bits: a plain hash keeps it, there is nothing to guess. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(secret).digest());
}
