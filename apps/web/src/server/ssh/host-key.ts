import { Client } from "ssh2";
import { printHostKeyFingerprint } from "../host-key.ts";
import { SshError } from "./ssh-error.ts";

/** A host key as a real server presented it: the blob in base64 (known_hosts' third field) and ssh-keygen's fingerprint. */
export interface HostKey {
  readonly type: string;
  readonly blob: string;
  readonly fingerprint: string;
}

/** RFC 4253 section 6.6: the blob begins with the key type as a length-prefixed string. */
export function describeHostKey(blob: Buffer): HostKey {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  const type = blob.toString("latin1", 4, 4 + Math.min(length, 64));
  const base64 = blob.toString("base64");
  return { type, blob: base64, fingerprint: printHostKeyFingerprint(`${type} ${base64}`) };
}

/** What the machine presents now, without signing in: a person compares it with the machine's own before it is pinned. */
export async function readHostKey(target: { address: string; port: number }): Promise<HostKey> {
  const { promise, resolve, reject } = Promise.withResolvers<HostKey>();
  const client = new Client();
  client.on("error", (cause) => {
    reject(
      new SshError(
        "unreachable",
        `${target.address} port ${target.port} does not answer SSH: ${cause.message}.`,
        {
          host: target.address,
          cause,
        },
      ),
    );
  });
  client.connect({
    host: target.address,
    port: target.port,
    username: "nobody",
    readyTimeout: 8_000,
    hostVerifier: (blob: Buffer) => {
      resolve(describeHostKey(blob));
      return false;
    },
  });
  try {
    return await promise;
  } finally {
    client.end();
  }
}
