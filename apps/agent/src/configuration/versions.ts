import { createHash } from "node:crypto";
import { z } from "zod";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { ConfigVersion } from "./contract.ts";

/** Two years of a change a fortnight; files are small. */
const versionsKept = 50;

const entrySchema = z.object({
  sha256: z.string(),
  sizeBytes: z.int(),
  savedAtMs: z.number(),
  origin: z.enum(["found", "committed"]),
});
type Entry = z.infer<typeof entrySchema>;
const indexSchema = z.array(entrySchema);

export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Every keepalived.conf that stood on this director, whole and with its secrets: in the state directory, readable by root alone. */
export class ConfigVersions {
  readonly #system: System;
  readonly #directory: string;
  #entries: readonly Entry[] | undefined;

  constructor(system: System, stateDirectory: string) {
    this.#system = system;
    this.#directory = `${stateDirectory}/versions`;
  }

  /** Newest first. */
  async list(currentSha256: string | undefined): Promise<ConfigVersion[]> {
    const entries = await this.#load();
    return entries.map((entry) => ({ ...entry, isCurrent: entry.sha256 === currentSha256 }));
  }

  /** Undefined: not in the history (any more). */
  async read(sha256: string): Promise<Uint8Array | undefined> {
    const entries = await this.#load();
    if (!entries.some((entry) => entry.sha256 === sha256)) return undefined;
    const bytes = await this.#system.files.read(`${this.#directory}/${sha256}`);
    return sha256Of(bytes) === sha256 ? bytes : undefined;
  }

  /** Bytes first, then the list: a list never names what is not there. What stands again moves to the top. */
  async remember(bytes: Uint8Array, origin: ConfigVersion["origin"]): Promise<string> {
    const sha256 = sha256Of(bytes);
    const before = await this.#load();
    if (before[0]?.sha256 === sha256) return sha256;
    const path = `${this.#directory}/${sha256}`;
    await this.#system.files.makeDirectory(this.#directory, { mode: 0o700 });
    await this.#system.files.writeAtomic(path, bytes, { mode: 0o600 });
    const entry = { sha256, sizeBytes: bytes.length, savedAtMs: this.#system.clock.nowMs(), origin };
    const entries = [entry, ...before.filter((each) => each.sha256 !== sha256)];
    await this.#save(entries.slice(0, versionsKept));
    for (const old of entries.slice(versionsKept)) {
      await this.#system.files.remove(`${this.#directory}/${old.sha256}`);
    }
    return sha256;
  }

  async #save(entries: readonly Entry[]): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(entries, null, 1)}\n`);
    await this.#system.files.writeAtomic(`${this.#directory}/index.json`, bytes, { mode: 0o600 });
    this.#entries = entries;
  }

  async #load(): Promise<readonly Entry[]> {
    if (this.#entries !== undefined) return this.#entries;
    const path = `${this.#directory}/index.json`;
    try {
      const text = await this.#system.files.readText(path);
      const json: unknown = JSON.parse(text);
      this.#entries = indexSchema.parse(json);
    } catch (error) {
      if (!(error instanceof SystemError && error.code === "not-found")) throw error;
      this.#entries = [];
    }
    return this.#entries;
  }
}
