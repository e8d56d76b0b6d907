import type { Subscription } from "./subscription.ts";
import type { SystemError } from "./system-error.ts";

/** What identifies one state of one file. Two equal stamps: the same file, untouched between. */
export interface FileStamp {
  readonly kind: "file" | "directory" | "fifo" | "socket" | "other";
  readonly sizeBytes: number;
  /** Permission bits alone: 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanosecond precision as a fraction, as far as a double carries it. */
  readonly mtimeMs: number;
  readonly inode: number;
  readonly device: number;
}

export type FollowEvent =
  /** Without its line end. Bytes that are not UTF-8 become U+FFFD. */
  | { readonly kind: "line"; readonly text: string; readonly atMs: number }
  /** Rotated or truncated: lines of the new file follow from its start. */
  | { readonly kind: "replaced" }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly error: SystemError };

export interface FollowOptions {
  /** "end": where the file ends at the moment of the call. */
  readonly from: "start" | "end";
  /** 250 unless told. Polled, since change notification does not see writes that come from outside a mount. */
  readonly pollMs?: number;
}

export interface WriteOptions {
  /** What the caller last saw there. Anything else found: SystemError `changed`, and nothing is written. */
  readonly expected?: FileStamp | "absent";
  /** For a file that is not there yet; 0o600 unless told. An existing file keeps its own. */
  readonly mode?: number;
}

/** Files. Every method throws SystemError. */
export interface Files {
  /** `too-large` above `maxBytes` (16 MiB unless told). */
  read(path: string, options?: { readonly maxBytes?: number }): Promise<Uint8Array>;
  /** As UTF-8 with U+FFFD for what is not: for /proc and logs, never for a file that is written back. */
  readText(path: string, options?: { readonly maxBytes?: number }): Promise<string>;
  /** Bytes and stamp of the same file at the same moment; `changed` when it would not hold still. */
  readStamped(path: string): Promise<{ readonly bytes: Uint8Array; readonly stamp: FileStamp }>;
  /** Follows links. */
  stat(path: string): Promise<FileStamp>;
  /** False only when the machine answered that there is none; throws when it could not be asked. */
  exists(path: string): Promise<boolean>;
  /** Names, sorted, without "." and "..". */
  list(directory: string): Promise<readonly string[]>;
  /** With parents; an existing directory is left as it is. */
  makeDirectory(path: string, options?: { readonly mode?: number }): Promise<void>;
  /** One file; false: it was not there. */
  remove(path: string): Promise<boolean>;
  /**
   * Replaces a file as one step: written beside, synced, given the old file's owner and mode, renamed, directory synced. A link
   * is followed and its target replaced. Returns the new file's stamp. After a failure the old file is whole.
   */
  writeAtomic(path: string, bytes: Uint8Array, options?: WriteOptions): Promise<FileStamp>;
  /** The file piece by piece, for what is too large to hold; each piece is the reader's to keep. Reads happen off the main thread. */
  chunks(
    path: string,
    options?: { readonly chunkBytes?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  /** New lines of a growing file, across rotation, truncation, deletion and re-creation. */
  follow(path: string, options: FollowOptions, listen: (event: FollowEvent) => void): Subscription;
}
