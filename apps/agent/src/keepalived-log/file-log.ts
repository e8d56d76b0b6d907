import type { FollowEvent } from "../system/files.ts";
import type { System } from "../system/system.ts";
import type { LogHeard, LogSource } from "./log-source.ts";

/** How much of the end of a log is read for its last lines. */
const tailBytes = 512 * 1024;

/** The log in a file that may be rotated, and need not be there yet. */
export function fileLog(system: System, path: string): LogSource {
  const readEnd = async (): Promise<string> => {
    const { sizeBytes } = await system.files.stat(path);
    const pieces: Uint8Array[] = [];
    let passed = 0;
    for await (const piece of system.files.chunks(path)) {
      passed += piece.length;
      if (passed > sizeBytes - tailBytes) pieces.push(piece);
    }
    return Buffer.concat(pieces).toString("utf8");
  };
  return {
    name: path,
    tail: async (count) =>
      (await readEnd())
        .split("\n")
        .filter((line) => line !== "")
        .slice(-count),
    follow: (listen) => system.files.follow(path, { from: "end" }, (event) => listen(heardOf(path, event))),
  };
}

function heardOf(path: string, event: FollowEvent): LogHeard {
  switch (event.kind) {
    case "line":
      return event;
    case "missing":
      return { kind: "problem", reason: `${path}: no such file` };
    case "failed":
      return { kind: "problem", reason: event.error.message };
    case "replaced":
      return { kind: "problem", reason: undefined };
  }
}
