import { createHash } from "node:crypto";

/** "SHA256:…" of a host key as `ssh-keygen -l` prints it. `hostKey`: "ssh-ed25519 AAAA…", the form of known_hosts. */
export function printHostKeyFingerprint(hostKey: string): string {
  const [, blob = ""] = hostKey.trim().split(/\s+/u);
  return `SHA256:${createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/u, "")}`;
}
