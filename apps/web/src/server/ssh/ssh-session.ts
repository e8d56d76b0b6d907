import { Client, type ClientChannel } from "ssh2";
import { quoteArgv } from "@lvs/core/real-server/quote";
import { describeHostKey } from "./host-key.ts";
import { SshError, type SshErrorCode } from "./ssh-error.ts";

export interface SshTarget {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Base64 blob accepted by a person. */
  readonly pinnedHostKey: string;
  readonly privateKeyPem: string;
}

export interface SshResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One signed-in connection to one real server. */
export interface SshSession {
  readonly isOpen: () => boolean;
  /** Any exit code is a result. Throws SshError where the command could not be run or did not end in time. */
  readonly run: (argv: readonly string[], options: { timeoutMs: number }) => Promise<SshResult>;
  readonly close: () => void;
}

const outputLimit = 1_048_576;

/** Connects with the pinned host key; a machine that presents another is refused before anything is sent to it. */
export async function openSsh(target: SshTarget): Promise<SshSession> {
  const client = new Client();
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>();
  let presented: string | undefined;
  let isOpen = false;
  client.on("ready", () => {
    isOpen = true;
    resolve(undefined);
  });
  client.on("close", () => {
    isOpen = false;
  });
  client.on("error", (cause) => {
    isOpen = false;
    reject(explain(target, cause, presented));
  });
  client.connect({
    host: target.address,
    port: target.port,
    username: target.user,
    privateKey: target.privateKeyPem,
    readyTimeout: 8_000,
    keepaliveInterval: 5_000,
    keepaliveCountMax: 2,
    hostVerifier: (blob: Buffer) => {
      presented = describeHostKey(blob).fingerprint;
      return blob.toString("base64") === target.pinnedHostKey;
    },
  });
  await ready;
  return {
    isOpen: () => isOpen,
    run: (argv, options) => runArgv({ client, target }, argv, options),
    close: () => {
      client.end();
    },
  };
}

function explain(target: SshTarget, cause: Error, presented: string | undefined): SshError {
  const pinned = describeHostKey(Buffer.from(target.pinnedHostKey, "base64")).fingerprint;
  const details = { host: target.address, cause };
  if (presented !== undefined && presented !== pinned)
    return new SshError(
      "hostKeyChanged",
      `${target.address} presented the host key ${presented}; ${pinned} is pinned. Nothing was sent to it.`,
      details,
    );
  const code = codeOf(cause);
  return new SshError(code, sentence(code, target, cause), details);
}

function codeOf(cause: Error & { level?: string; code?: string }): SshErrorCode {
  if (cause.level === "client-authentication") return "authenticationRefused";
  if (cause.level === "client-timeout" || cause.code === "ETIMEDOUT") return "timedOut";
  if (cause.level === "client-socket") return "unreachable";
  return "connectionLost";
}

function sentence(code: SshErrorCode, target: SshTarget, cause: Error): string {
  const where = `${target.address} port ${target.port}`;
  switch (code) {
    case "authenticationRefused":
      return `${where} refused the console's key for ${target.user}. Put the console's public key into its authorized_keys.`;
    case "timedOut":
      return `${where} did not answer in 8 s.`;
    case "unreachable":
    case "connectionLost":
    case "hostKeyUnknown":
    case "hostKeyChanged":
      return `SSH to ${where} failed: ${cause.message}.`;
  }
}

async function runArgv(
  { client, target }: { client: Client; target: SshTarget },
  argv: readonly string[],
  { timeoutMs }: { timeoutMs: number },
): Promise<SshResult> {
  const host = target.address;
  const { promise, resolve, reject } = Promise.withResolvers<SshResult>();
  const fail = (code: SshErrorCode, message: string, cause?: unknown): void => {
    reject(new SshError(code, message, { host, argv, cause }));
  };
  const lost = (): void => {
    fail("connectionLost", `The connection to ${host} ended before "${argv.join(" ")}" did.`);
  };
  const limit = setTimeout(() => {
    fail("timedOut", `"${argv.join(" ")}" on ${host} did not end in ${timeoutMs / 1_000} s.`);
    client.end();
  }, timeoutMs);
  client.once("close", lost);
  client.exec(quoteArgv(argv), (error, channel) => {
    if (error === undefined) collect(channel, resolve);
    else fail("connectionLost", `${host} did not take the command: ${error.message}.`, error);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
    client.removeListener("close", lost);
  }
}

function collect(channel: ClientChannel, resolve: (result: SshResult) => void): void {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let size = 0;
  const keep = (into: Buffer[]) => (chunk: Buffer) => {
    size += chunk.length;
    if (size <= outputLimit) into.push(chunk);
  };
  channel.on("data", keep(out));
  channel.stderr.on("data", keep(err));
  let exitCode = 255;
  channel.on("exit", (code: number | null) => {
    exitCode = code ?? 255;
  });
  channel.on("close", () => {
    resolve({
      exitCode,
      stdout: Buffer.concat(out).toString("utf8"),
      stderr: Buffer.concat(err).toString("utf8"),
    });
  });
}
