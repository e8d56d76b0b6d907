import { ConnectionSift } from "@lvs/core/ipvs/sift-connections";
import { type ConnectionTable, connectionFile } from "../connection-table.ts";
import type { Files } from "../files.ts";

/** The connection table that a test puts into the simulated file. */
export const simulatedConnections = (files: Files): ConnectionTable => ({
  prepare: () => undefined,
  async *sift(sieve, { limit = Infinity, signal } = {}) {
    const sift = new ConnectionSift(sieve);
    let left = limit;
    for await (const piece of files.chunks(connectionFile, signal === undefined ? {} : { signal })) {
      const connections = sift.take(Buffer.from(piece).toString("latin1")).slice(0, left);
      left -= connections.length;
      yield { kind: "found", connections, ...sift.progress() };
    }
    if (signal?.aborted === true) return;
    const { connections, unreadable } = sift.end();
    yield { kind: "found", connections: connections.slice(0, left), ...sift.progress() };
    yield { kind: "end", unreadable };
  },
});
