import type { Host } from "@lvs/core/director/state";
import { readHost } from "../host/read-host.ts";
import { hasIpvsadm } from "../ipvs/read-table.ts";
import { messageOf } from "../log.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { Publisher } from "./publisher.ts";

export interface HostWatchParts {
  readonly system: System;
  readonly publisher: Publisher;
  readonly version: string;
  readonly interfaces: () => Host["interfaces"];
}

/** Publishes what the machine says of itself: once a sweep, and at once when an address moves. */
export class HostWatch {
  readonly #parts: HostWatchParts;
  #sweeps = 0;
  #isInstalled: boolean | undefined;

  constructor(parts: HostWatchParts) {
    this.#parts = parts;
  }

  /** Programs are installed by hand, about never. */
  async #hasIpvsadm(): Promise<boolean> {
    if (this.#isInstalled === undefined || this.#sweeps % 60 === 0)
      this.#isInstalled = await hasIpvsadm(this.#parts.system);
    return this.#isInstalled;
  }

  async sweep(): Promise<void> {
    const { system, publisher, version, interfaces } = this.#parts;
    this.#sweeps += 1;
    const atMs = system.clock.nowMs();
    try {
      const value = await readHost(system, {
        agentVersion: version,
        hasIpvsadm: await this.#hasIpvsadm(),
        interfaces: interfaces(),
      });
      publisher.offer({ kind: "host", fact: { status: "known", atMs, value } });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      publisher.offer({ kind: "host", fact: { status: "unknown", atMs, reason: messageOf(error) } });
    }
  }
}
