import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { FileStamp, Files, WriteOptions } from "../files.ts";
import { errnoOf, SystemError, type SystemErrorCode, systemError } from "../system-error.ts";
import { follow } from "./linux-follow.ts";

const defaultMaxBytes = 16 << 20;
const defaultChunkBytes = 64 << 10;

const kindOf = (stats: Stats): FileStamp["kind"] => {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "other";
};

/** The part of a file's status that tells one state of it from another. */
export const stampOf = (stats: Stats): FileStamp => ({
  kind: kindOf(stats),
  sizeBytes: stats.size,
  mode: stats.mode & 0o7777,
  uid: stats.uid,
  gid: stats.gid,
  mtimeMs: stats.mtimeMs,
  inode: stats.ino,
  device: stats.dev,
});

const isSameStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.inode === b.inode &&
  a.device === b.device &&
  a.mtimeMs === b.mtimeMs &&
  a.sizeBytes === b.sizeBytes &&
  a.mode === b.mode &&
  a.uid === b.uid &&
  a.gid === b.gid;

const fileError = (path: string, code: SystemErrorCode, reason: string): SystemError =>
  new SystemError({ door: "files", code, subject: path, reason });

/** Runs a file operation; whatever it throws becomes a SystemError. */
const at = async <Result>(path: string, doing: string, run: () => Promise<Result>): Promise<Result> => {
  try {
    return await run();
  } catch (error) {
    throw systemError(error, { door: "files", subject: path, doing });
  }
};

const isAbsent = (error: unknown): boolean => {
  const errno = errnoOf(error);
  return errno === "ENOENT" || errno === "ENOTDIR";
};

const statOrAbsent = async (path: string): Promise<Stats | undefined> => {
  try {
    return await fs.stat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

/** Reads to the end and not by the size told before: files of /proc say 0. */
const readAll = async (handle: fs.FileHandle, path: string, maxBytes: number): Promise<Uint8Array> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const room = Buffer.allocUnsafe(defaultChunkBytes);
    const { bytesRead } = await handle.read(room, 0, room.length, null);
    if (bytesRead === 0) return new Uint8Array(Buffer.concat(chunks));
    length += bytesRead;
    if (length > maxBytes) throw fileError(path, "too-large", `is larger than ${maxBytes} bytes`);
    chunks.push(room.subarray(0, bytesRead));
  }
};

const read = async (path: string, maxBytes: number): Promise<Uint8Array> =>
  await at(path, "read", async () => {
    // O_NONBLOCK: opening a named pipe by mistake must not hang.
    await using handle = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readAll(handle, path, maxBytes);
  });

const readStamped = async (path: string): Promise<{ bytes: Uint8Array; stamp: FileStamp }> =>
  await at(path, "read", async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await using handle = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const before = stampOf(await handle.stat());
      const bytes = await readAll(handle, path, defaultMaxBytes);
      const after = stampOf(await handle.stat());
      const named = await statOrAbsent(path);
      if (named !== undefined && isSameStamp(before, after) && isSameStamp(after, stampOf(named)))
        return { bytes, stamp: after };
    }
    throw fileError(path, "changed", "changed again and again while it was read");
  });

/** The file that a path means, through links, also where the last link's target is not there yet. */
const targetOf = async (path: string): Promise<string> => {
  let target = path;
  for (let links = 0; links < 16; links += 1) {
    try {
      target = resolve(dirname(target), await fs.readlink(target));
    } catch (error) {
      // EINVAL: it is there and no link.
      if (isAbsent(error) || errnoOf(error) === "EINVAL") return target;
      throw error;
    }
  }
  throw fileError(path, "refused", "is a chain of too many links");
};

const checkExpected = (
  path: string,
  found: FileStamp | undefined,
  expected: WriteOptions["expected"],
): void => {
  if (expected === undefined) return;
  if (expected === "absent") {
    if (found !== undefined) throw fileError(path, "changed", "is there, though it was not before");
    return;
  }
  if (found === undefined) throw fileError(path, "changed", "is gone");
  if (!isSameStamp(found, expected)) throw fileError(path, "changed", "was changed by someone else");
};

const syncDirectory = async (directory: string): Promise<void> => {
  await using handle = await fs.open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  await handle.sync();
};

const stampOrAbsent = async (path: string): Promise<FileStamp | undefined> => {
  const stats = await statOrAbsent(path);
  return stats === undefined ? undefined : stampOf(stats);
};

const fill = async (
  handle: fs.FileHandle,
  content: { bytes: Uint8Array; like: FileStamp | undefined; mode: number },
): Promise<void> => {
  await handle.writeFile(content.bytes);
  if (content.like !== undefined) await handle.chown(content.like.uid, content.like.gid);
  // After chown, which clears the set-id bits, and against the umask.
  await handle.chmod(content.like?.mode ?? content.mode);
  await handle.sync();
};

const writeAtomic = async (path: string, bytes: Uint8Array, options: WriteOptions = {}): Promise<FileStamp> =>
  await at(path, "write", async () => {
    const target = await targetOf(path);
    const found = await stampOrAbsent(target);
    if (found !== undefined && found.kind !== "file") throw fileError(path, "refused", `is a ${found.kind}`);
    checkExpected(path, found, options.expected);
    const beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    const handle = await fs.open(beside, "wx", 0o600);
    try {
      await fill(handle, { bytes, like: found, mode: options.mode ?? 0o600 });
      const stamp = stampOf(await handle.stat());
      // Once more, as late as can be: an editor may have saved while we wrote.
      checkExpected(path, await stampOrAbsent(target), options.expected);
      await fs.rename(beside, target);
      await syncDirectory(dirname(target));
      return stamp;
    } catch (error) {
      await fs.rm(beside, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  });

async function* chunks(
  path: string,
  options: { readonly chunkBytes?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array> {
  const { chunkBytes = defaultChunkBytes, signal } = options;
  const handle = await at(path, "open", async () => await fs.open(path, constants.O_RDONLY));
  try {
    while (signal?.aborted !== true) {
      const room = new Uint8Array(chunkBytes);
      const { bytesRead } = await at(path, "read", async () => await handle.read(room, 0, room.length, null));
      if (bytesRead === 0) return;
      yield room.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Files of this machine. */
export const linuxFiles = (): Files => ({
  read: async (path, options) => await read(path, options?.maxBytes ?? defaultMaxBytes),
  readText: async (path, options) =>
    new TextDecoder().decode(await read(path, options?.maxBytes ?? defaultMaxBytes)),
  readStamped,
  stat: async (path) => await at(path, "look at", async () => stampOf(await fs.stat(path))),
  exists: async (path) => await at(path, "look for", async () => (await statOrAbsent(path)) !== undefined),
  list: async (directory) =>
    await at(directory, "list", async () => (await fs.readdir(directory)).toSorted()),
  makeDirectory: async (path, options) => {
    await at(
      path,
      "make",
      async () => await fs.mkdir(path, { recursive: true, mode: options?.mode ?? 0o755 }),
    );
  },
  remove: async (path) =>
    await at(path, "remove", async () => {
      try {
        await fs.unlink(path);
        return true;
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
    }),
  writeAtomic,
  chunks,
  follow,
});
