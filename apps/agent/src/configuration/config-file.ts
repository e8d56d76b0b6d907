import type { System } from "../system/system.ts";
import type { FileStamp } from "../system/files.ts";
import { SystemError } from "../system/system-error.ts";
import { sha256Of } from "./versions.ts";

/** keepalived.conf as it stands on disk. */
export interface FileOnDisk {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly stamp: FileStamp;
}

/** Undefined: there is none. Throws SystemError where it could not be read. */
export async function readConfigFile(system: System, path: string): Promise<FileOnDisk | undefined> {
  try {
    const { bytes, stamp } = await system.files.readStamped(path);
    return { path, bytes, sha256: sha256Of(bytes), stamp };
  } catch (error) {
    if (error instanceof SystemError && error.code === "not-found") return undefined;
    throw error;
  }
}
