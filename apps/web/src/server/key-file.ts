import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import path from "node:path";

/**
 * The console's one secret outside its database: 32 random bytes in `<data directory>/secret.key`, mode 0600, made at first
 * start. What must not be readable from a copy of the database is encrypted with a key drawn from it; other secrets of the
 * process (cookies, the embedded database's password) are drawn from it too, one per purpose (HKDF, RFC 5869).
 */

export interface KeyFile {
  readonly path: string;
  readonly isNew: boolean;
  /** A secret for one purpose, hex, 32 bytes; the same at every start. */
  secretFor(purpose: string): string;
  encrypt(plain: string, purpose: string): Uint8Array<ArrayBuffer>;
  /** Throws where the key file is not the one it was encrypted with. */
  decrypt(sealed: Uint8Array, purpose: string): string;
}

declare global {
  var lvsKeyFile: KeyFile | undefined;
}

/** Throws before `openKeyFile`. */
export function keyFile(): KeyFile {
  if (globalThis.lvsKeyFile === undefined) throw new Error("the key file is not open yet");
  return globalThis.lvsKeyFile;
}

export async function openKeyFile(dataDir: string): Promise<KeyFile> {
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const file = path.join(dataDir, "secret.key");
  const isNew = await createOnce(file);
  const master = Buffer.from((await readFile(file, "utf8")).trim(), "hex");
  if (master.length !== 32) throw new Error(`${file} is damaged: it must hold 64 hex digits`);
  globalThis.lvsKeyFile = makeKeyFile(file, isNew, master);
  return globalThis.lvsKeyFile;
}

async function createOnce(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(`${randomBytes(32).toString("hex")}\n`);
    await handle.sync();
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function makeKeyFile(file: string, isNew: boolean, master: Buffer): KeyFile {
  const draw = (purpose: string): Buffer =>
    Buffer.from(hkdfSync("sha256", master, "lvs-console", purpose, 32));
  return {
    path: file,
    isNew,
    secretFor: (purpose) => draw(purpose).toString("hex"),
    encrypt: (plain, purpose) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", draw(`seal ${purpose}`), nonce);
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), body]));
    },
    decrypt: (sealed, purpose) => {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv("aes-256-gcm", draw(`seal ${purpose}`), bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new Error(
          `${purpose}: was not encrypted with ${file}; put the key file of this database back`,
          {
            cause,
          },
        );
      }
    },
  };
}
