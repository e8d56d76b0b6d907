import ssh2 from "ssh2";
import { db } from "./db.ts";
import { keyFile } from "./key-file.ts";

/** The console's own SSH key (Ed25519), made at first use; the private half is encrypted with the key file. */
export interface SshIdentity {
  /** OpenSSH's own form. Never leaves this process. */
  readonly privateKeyPem: string;
  /** One line for authorized_keys. */
  readonly publicKeyOpenSsh: string;
}

declare global {
  var lvsSshIdentity: Promise<SshIdentity> | undefined;
}

const keyPurpose = "the console's SSH key";

/** Throws where the key file does not fit the database. */
export function sshIdentity(): Promise<SshIdentity> {
  globalThis.lvsSshIdentity ??= readOrMake().catch((error: unknown) => {
    globalThis.lvsSshIdentity = undefined;
    throw error;
  });
  return globalThis.lvsSshIdentity;
}

async function readOrMake(): Promise<SshIdentity> {
  const kept = await read();
  if (kept !== undefined) return kept;
  const pair = ssh2.utils.generateKeyPairSync("ed25519", { comment: "lvs-console" });
  await db().sshKey.createMany({
    data: [
      { id: 1, publicKey: pair.public.trim(), encryptedKey: keyFile().encrypt(pair.private, keyPurpose) },
    ],
    skipDuplicates: true,
  });
  const made = await read();
  if (made === undefined) throw new Error("the SSH key was not kept by the database");
  return made;
}

async function read(): Promise<SshIdentity | undefined> {
  const row = await db().sshKey.findUnique({ where: { id: 1 } });
  if (row === null) return undefined;
  return {
    privateKeyPem: keyFile().decrypt(row.encryptedKey, keyPurpose),
    publicKeyOpenSsh: row.publicKey,
  };
}
