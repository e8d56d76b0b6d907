import type { Clock } from "../clock.ts";
import type { FileStamp, Files, FollowEvent, WriteOptions } from "../files.ts";
import { SystemError } from "../system-error.ts";

interface StoredFile {
  readonly bytes: Uint8Array;
  readonly stamp: FileStamp;
}

/** Files in memory. Directories are the prefixes of paths; links do not exist. */
export interface SimulatedFiles extends Files {
  /** Puts a file there at once, as another program would: text as UTF-8. */
  put(
    path: string,
    content: Uint8Array | string,
    options?: { mode?: number; uid?: number; gid?: number },
  ): void;
  /** Adds to a file's end, as a daemon writes its log. */
  append(path: string, text: string): void;
  /** The content as text; undefined when there is no such file. */
  textOf(path: string): string | undefined;
  /** Every later operation on the path throws this, until it is taken back with undefined. */
  breakPath(path: string, error: SystemError | undefined): void;
}

const fileError = (path: string, code: "not-found" | "changed" | "too-large", reason: string): SystemError =>
  new SystemError({
    door: "files",
    code,
    subject: path,
    reason,
    ...(code === "not-found" ? { errno: "ENOENT" } : {}),
  });

class MemoryFiles implements SimulatedFiles {
  readonly #clock: Clock;
  readonly #files = new Map<string, StoredFile>();
  readonly #directories = new Set<string>();
  readonly #broken = new Map<string, SystemError>();
  readonly #watchers = new Set<() => void>();
  #lastInode = 100;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  #check(path: string): void {
    const error = this.#broken.get(path);
    if (error !== undefined) throw error;
  }

  #find(path: string): StoredFile {
    this.#check(path);
    const file = this.#files.get(path);
    if (file === undefined) throw fileError(path, "not-found", "could not read (ENOENT)");
    return file;
  }

  #store(path: string, bytes: Uint8Array, like: Partial<FileStamp>): FileStamp {
    this.#lastInode += 1;
    const stamp: FileStamp = {
      kind: "file",
      mode: 0o644,
      uid: 0,
      gid: 0,
      inode: this.#lastInode,
      device: 1,
      ...like,
      sizeBytes: bytes.length,
      mtimeMs: this.#clock.nowMs(),
    };
    this.#files.set(path, { bytes: bytes.slice(), stamp });
    for (const notify of this.#watchers) notify();
    return stamp;
  }

  put(
    path: string,
    content: Uint8Array | string,
    options: { mode?: number; uid?: number; gid?: number } = {},
  ): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    this.#store(path, bytes, options);
  }

  append(path: string, text: string): void {
    const old = this.#files.get(path);
    const before = old?.bytes ?? new Uint8Array(0);
    this.#store(path, Buffer.concat([before, Buffer.from(text)]), old?.stamp ?? {});
  }

  textOf(path: string): string | undefined {
    const file = this.#files.get(path);
    return file === undefined ? undefined : new TextDecoder().decode(file.bytes);
  }

  breakPath(path: string, error: SystemError | undefined): void {
    if (error === undefined) this.#broken.delete(path);
    else this.#broken.set(path, error);
  }

  async read(path: string, options?: { readonly maxBytes?: number }): Promise<Uint8Array> {
    const { bytes } = this.#find(path);
    if (options?.maxBytes !== undefined && bytes.length > options.maxBytes)
      throw fileError(path, "too-large", `is larger than ${options.maxBytes} bytes`);
    return bytes.slice();
  }

  async readText(path: string, options?: { readonly maxBytes?: number }): Promise<string> {
    return new TextDecoder().decode(await this.read(path, options));
  }

  async readStamped(path: string): Promise<{ bytes: Uint8Array; stamp: FileStamp }> {
    const { bytes, stamp } = this.#find(path);
    return { bytes: bytes.slice(), stamp };
  }

  async stat(path: string): Promise<FileStamp> {
    return this.#find(path).stamp;
  }

  async exists(path: string): Promise<boolean> {
    this.#check(path);
    return this.#files.has(path) || this.#directories.has(path);
  }

  async list(directory: string): Promise<readonly string[]> {
    this.#check(directory);
    const prefix = directory.endsWith("/") ? directory : `${directory}/`;
    const paths = [...this.#files.keys(), ...this.#directories].filter((path) => path.startsWith(prefix));
    if (paths.length === 0 && !this.#directories.has(directory))
      throw fileError(directory, "not-found", "could not list (ENOENT)");
    const names = paths.map((path) => path.slice(prefix.length).split("/")[0] ?? "");
    return [...new Set(names)].toSorted();
  }

  async makeDirectory(path: string): Promise<void> {
    this.#check(path);
    this.#directories.add(path);
  }

  async remove(path: string): Promise<boolean> {
    this.#check(path);
    const was = this.#files.delete(path);
    for (const notify of this.#watchers) notify();
    return was;
  }

  async writeAtomic(path: string, bytes: Uint8Array, options: WriteOptions = {}): Promise<FileStamp> {
    this.#check(path);
    const found = this.#files.get(path)?.stamp;
    const { expected } = options;
    if (expected === "absent" && found !== undefined)
      throw fileError(path, "changed", "is there, though it was not before");
    if (expected !== undefined && expected !== "absent" && !isSame(found, expected))
      throw fileError(path, "changed", "was changed by someone else");
    const mode = found?.mode ?? options.mode ?? 0o600;
    return this.#store(path, bytes, { mode, uid: found?.uid ?? 0, gid: found?.gid ?? 0 });
  }

  async *chunks(
    path: string,
    options: { readonly chunkBytes?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Uint8Array> {
    const { bytes } = this.#find(path);
    const step = options.chunkBytes ?? 64 << 10;
    for (let at = 0; at < bytes.length && options.signal?.aborted !== true; at += step)
      yield bytes.slice(at, at + step);
  }

  follow(
    path: string,
    options: { readonly from: "start" | "end" },
    listen: (event: FollowEvent) => void,
  ): { close: () => void } {
    let known = this.#files.get(path);
    let taken = options.from === "end" ? (known?.bytes.length ?? 0) : 0;
    let wasMissing = false;
    const look = (): void => {
      const now = this.#files.get(path);
      if (now === undefined) {
        if (!wasMissing) listen({ kind: "missing" });
        wasMissing = true;
        known = undefined;
        taken = 0;
        return;
      }
      const isOther =
        wasMissing ||
        (known !== undefined && (known.stamp.inode !== now.stamp.inode || now.bytes.length < taken));
      wasMissing = false;
      if (isOther) {
        taken = 0;
        listen({ kind: "replaced" });
      }
      known = now;
      const end = now.bytes.lastIndexOf(10) + 1;
      if (end <= taken) return;
      const text = new TextDecoder().decode(now.bytes.subarray(taken, end - 1));
      taken = end;
      for (const line of text.split("\n")) listen({ kind: "line", text: line, atMs: this.#clock.nowMs() });
    };
    this.#watchers.add(look);
    queueMicrotask(() => {
      if (this.#watchers.has(look)) look();
    });
    return { close: () => void this.#watchers.delete(look) };
  }
}

const isSame = (a: FileStamp | undefined, b: FileStamp): boolean =>
  a !== undefined && a.inode === b.inode && a.mtimeMs === b.mtimeMs && a.sizeBytes === b.sizeBytes;

/** An empty disk. */
export const simulatedFiles = (clock: Clock): SimulatedFiles => new MemoryFiles(clock);
