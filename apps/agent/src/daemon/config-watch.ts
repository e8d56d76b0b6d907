import type { Configured } from "@lvs/core/director/configured";
import type { ConfigFile } from "@lvs/core/director/state";
import type { ConfigVersions } from "../configuration/versions.ts";
import { readConfigFile, type FileOnDisk } from "../configuration/config-file.ts";
import type { OpenChange } from "../configuration/pending-change.ts";
import { stateDiagnostics, understand, type Understood } from "../configuration/understand.ts";
import { Lock } from "../configuration/lock.ts";
import { messageOf } from "../log.ts";
import type { FileStamp } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { Publisher } from "./publisher.ts";

export interface ConfigWatchParts {
  readonly system: System;
  readonly path: string;
  readonly versions: ConfigVersions;
  readonly publisher: Publisher;
  readonly loadedSha256: () => string | undefined;
  readonly unconfirmed: () => OpenChange | undefined;
  readonly onUnderstood: (understood: Understood) => Promise<void>;
}

interface Loaded {
  readonly sha256: string;
  readonly configured: Configured | undefined;
}

interface Seen {
  readonly file: Omit<FileOnDisk, "bytes">;
  readonly sizeBytes: number;
  readonly owner: string;
  readonly understood: Understood;
}

/** keepalived.conf as a fact: read again when its stamp moves, whoever moved it; every version is kept. */
export class ConfigWatch {
  readonly #parts: ConfigWatchParts;
  readonly #lock = new Lock();
  #seen: Seen | undefined;
  /** What the daemon runs, where that is another file than the one on disk. */
  #loaded: Loaded | undefined;

  constructor(parts: ConfigWatchParts) {
    this.#parts = parts;
  }

  get sha256(): string | undefined {
    return this.#seen?.file.sha256;
  }

  get modifiedAtMs(): number | undefined {
    return this.#seen?.file.stamp.mtimeMs;
  }

  get configured(): Configured | undefined {
    return this.#seen?.understood.configured;
  }

  /**
   * `mustRead`: read the bytes even where the stamp is the same; some file systems keep times by the second, and an editor that writes in
   * place may be quick.
   */
  sweep(options: { readonly mustRead: boolean } = { mustRead: false }): Promise<void> {
    return this.#lock.run(() => this.#sweep(options.mustRead));
  }

  async #sweep(mustRead: boolean): Promise<void> {
    const { system, path, publisher } = this.#parts;
    try {
      const stamp = await system.files.stat(path);
      if (mustRead || this.#seen === undefined || !isSameStamp(stamp, this.#seen.file.stamp))
        await this.#read();
      await this.#readLoaded();
      this.publish();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const atMs = system.clock.nowMs();
      this.#seen = undefined;
      publisher.offer({
        kind: "config",
        fact:
          error.code === "not-found"
            ? { status: "absent", atMs, reason: `there is no ${path}` }
            : { status: "unknown", atMs, reason: messageOf(error) },
      });
    }
  }

  publish(): void {
    const { system, publisher, loadedSha256, unconfirmed } = this.#parts;
    if (this.#seen === undefined) return;
    const loaded = loadedSha256();
    const open = unconfirmed();
    const value: ConfigFile = {
      ...describe(this.#seen, this.#parts.path),
      ...(loaded === undefined ? {} : { loadedSha256: loaded }),
      ...(this.#loaded?.sha256 === loaded && this.#loaded?.configured !== undefined
        ? { loaded: this.#loaded.configured }
        : {}),
      ...(open === undefined ? {} : { unconfirmed: unconfirmedOf(open) }),
    };
    publisher.offer({ kind: "config", fact: { status: "known", atMs: system.clock.nowMs(), value } });
  }

  /** From the history: what the running daemon was asked for is in it, unless it was loaded before the agent came. */
  async #readLoaded(): Promise<void> {
    const { system, path, versions, loadedSha256 } = this.#parts;
    const sha256 = loadedSha256();
    if (sha256 === undefined || sha256 === this.#seen?.file.sha256) this.#loaded = undefined;
    else if (this.#loaded?.sha256 !== sha256) {
      const bytes = await versions.read(sha256);
      const understood = bytes === undefined ? undefined : await understand(system, { path, bytes });
      this.#loaded = { sha256, configured: understood?.configured };
    }
  }

  async #read(): Promise<void> {
    const { system, path, versions, publisher, onUnderstood } = this.#parts;
    const file = await readConfigFile(system, path);
    if (file === undefined) return;
    const before = this.#seen?.file.sha256;
    const { bytes, ...rest } = file;
    const isSameText = before === file.sha256 && this.#seen !== undefined;
    const understood =
      isSameText && this.#seen !== undefined ? this.#seen.understood : await understand(system, file);
    const owner = await ownerOf(system, file.stamp);
    this.#seen = { file: rest, sizeBytes: bytes.length, owner, understood };
    if (isSameText) return;
    await versions.remember(bytes, "found");
    await onUnderstood(understood);
    if (before === undefined) return;
    const detail = `${before.slice(0, 12)} → ${file.sha256.slice(0, 12)}`;
    publisher.sendEvents([{ kind: "configChanged", atMs: system.clock.nowMs(), subject: path, detail }]);
  }
}

function describe({ file, sizeBytes, owner, understood }: Seen, path: string): ConfigFile {
  return {
    path,
    sha256: file.sha256,
    sizeBytes,
    modifiedAtMs: file.stamp.mtimeMs,
    owner,
    mode: file.stamp.mode.toString(8).padStart(4, "0"),
    configured: understood.configured,
    diagnostics: stateDiagnostics(understood.diagnostics, path),
  };
}

const unconfirmedOf = (open: OpenChange): NonNullable<ConfigFile["unconfirmed"]> => ({
  stageId: open.stageId,
  previousSha256: open.previousSha256,
  appliedAtMs: open.appliedAtMs,
  revertsAtMs: open.revertsAtMs,
});

const isSameStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.inode === b.inode &&
  a.mtimeMs === b.mtimeMs &&
  a.sizeBytes === b.sizeBytes &&
  a.mode === b.mode &&
  a.uid === b.uid &&
  a.gid === b.gid;

/** "root:root"; numbers where the director has no name for them. */
async function ownerOf(system: System, { uid, gid }: FileStamp): Promise<string> {
  const [user, group] = await Promise.all([
    nameOf(system, "/etc/passwd", uid),
    nameOf(system, "/etc/group", gid),
  ]);
  return `${user}:${group}`;
}

async function nameOf(system: System, path: string, id: number): Promise<string> {
  try {
    const text = await system.files.readText(path);
    const line = text.split("\n").find((each) => each.split(":")[2] === String(id));
    return line?.split(":")[0] ?? String(id);
  } catch (error) {
    if (error instanceof SystemError) return String(id);
    throw error;
  }
}
