/**
 * The words spoken on a director's control link. One connection runs one command:
 * the client sends one line of JSON (ControlRequest) and then `stdinBytes` bytes; the server answers with frames
 * `type (1 byte) length (4 bytes, big endian) payload` and closes after the frame `end`.
 * Used on both sides, and inside the guest without any package: no imports.
 */
export type ControlRequest = {
  readonly argv: readonly string[];
  readonly stdinBytes: number;
  readonly timeoutMs: number;
};

/** How the command ended: its exit code, or null with the reason. */
export type ControlEnd = { readonly exitCode: number | null; readonly problem: string | null };

export const frameType = { stdout: 1, stderr: 2, end: 3 } as const;

export function encodeFrame(type: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** All whole frames of `bytes`; what follows the last whole one is `rest`. */
export function decodeFrames(bytes: Buffer): {
  readonly frames: readonly { readonly type: number; readonly payload: Buffer }[];
  readonly rest: Buffer;
} {
  const frames = [];
  let offset = 0;
  while (offset + 5 <= bytes.length) {
    const length = bytes.readUInt32BE(offset + 1);
    if (offset + 5 + length > bytes.length) break;
    frames.push({ type: bytes.readUInt8(offset), payload: bytes.subarray(offset + 5, offset + 5 + length) });
    offset += 5 + length;
  }
  return { frames, rest: bytes.subarray(offset) };
}

/** Reads a request line; null when it is not one. */
export function parseRequest(line: string): ControlRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  if (!("argv" in value) || !("stdinBytes" in value) || !("timeoutMs" in value)) return null;
  const { argv, stdinBytes, timeoutMs } = value;
  if (!Array.isArray(argv) || typeof stdinBytes !== "number" || typeof timeoutMs !== "number") return null;
  return { argv: argv.map(String), stdinBytes, timeoutMs };
}

/** Reads the payload of an `end` frame; null when it is not one. */
export function parseEnd(payload: Buffer): ControlEnd | null {
  const value: unknown = JSON.parse(payload.toString());
  if (typeof value !== "object" || value === null || !("exitCode" in value) || !("problem" in value))
    return null;
  const { exitCode, problem } = value;
  return {
    exitCode: typeof exitCode === "number" ? exitCode : null,
    problem: typeof problem === "string" ? problem : null,
  };
}
