import { randomBytes } from "node:crypto";
import type { DirectorState } from "@lvs/core/director/state";
import type { Settings } from "../config.ts";
import { ConfigurationDesk } from "../configuration/desk.ts";
import { Lock } from "../configuration/lock.ts";
import { PendingChange } from "../configuration/pending-change.ts";
import type { Understood } from "../configuration/understand.ts";
import { ConfigVersions } from "../configuration/versions.ts";
import type { Engine } from "../engine/engine.ts";
import { parseCheckerLogLine } from "../health/log-line.ts";
import { HealthTracker } from "../health/tracker.ts";
import { readHost } from "../host/read-host.ts";
import { hasIpvsadm } from "../ipvs/read-table.ts";
import { readIpvsSettings } from "../ipvs/settings.ts";
import { messageOf, type Logger } from "../log.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import type { Agent } from "./agent.ts";
import { ChangeRing } from "./change-ring.ts";
import { ConfigWatch } from "./config-watch.ts";
import { daemonDesk } from "./daemon-desk.ts";
import { DaemonWatch } from "./daemon-watch.ts";
import { LogWatch } from "./log-watch.ts";
import { Publisher } from "./publisher.ts";
import { StateStore } from "./state-store.ts";
import { tableDesk } from "./table-desk.ts";
import { TableWatch } from "./table-watch.ts";
import { VrrpWatch } from "./vrrp-watch.ts";

export interface DirectorParts {
  readonly system: System;
  readonly settings: Settings;
  readonly engine: Engine;
  readonly log: Logger;
  readonly agentId: string;
  readonly version: string;
}

const sweepMs = 1_000;
/** Read every so many sweeps: they change by a hand, not by traffic. */
const slowSweeps = 5;

const notYet = { status: "unknown", atMs: 0, reason: "not read yet" } as const;
const unread: DirectorState = {
  host: notYet,
  table: notYet,
  settings: notYet,
  vrrp: notYet,
  health: notYet,
  config: notYet,
  daemon: notYet,
  log: [],
};

/** The agent of one director: all watches over one store, one sweep a second, and the desks that change things. */
export class Director {
  readonly #parts: DirectorParts;
  readonly #epoch = randomBytes(6).toString("hex");
  readonly #store: StateStore;
  readonly #publisher: Publisher;
  readonly #health = new HealthTracker();
  readonly #lock = new Lock();
  readonly #versions: ConfigVersions;
  readonly #log: LogWatch;
  readonly #vrrp: VrrpWatch;
  readonly #daemon: DaemonWatch;
  readonly #config: ConfigWatch;
  readonly #table: TableWatch;
  readonly #desk: ConfigurationDesk;
  readonly #stop = new AbortController();
  #sweeps = 0;
  #hasIpvsadm = false;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(parts: DirectorParts) {
    this.#parts = parts;
    const { system, settings, engine, log } = parts;
    this.#store = new StateStore(unread, new ChangeRing(this.#epoch));
    const publisher = new Publisher(this.#store);
    this.#publisher = publisher;
    this.#versions = new ConfigVersions(system, settings.stateDirectory);
    this.#log = new LogWatch(system, settings.keepalivedLog);
    this.#vrrp = new VrrpWatch({
      system,
      engine,
      publisher,
      log,
      onCheckerNotice: (notice, atMs) => {
        publisher.sendEvents(this.#health.notice(notice, atMs));
        this.#publishHealth();
      },
      onReopened: () => {
        this.#health.forgetVerdicts();
        this.#daemon.markMoved();
      },
      onInterfaces: () => void this.#publishHost(),
    });
    this.#daemon = new DaemonWatch({
      system,
      engine,
      publisher,
      log,
      stateDirectory: settings.stateDirectory,
      configSha256: () => this.#config.sha256,
      configModifiedAtMs: () => this.#config.modifiedAtMs,
    });
    this.#config = new ConfigWatch({
      system,
      path: settings.keepalivedConf,
      versions: this.#versions,
      publisher,
      loadedSha256: () => this.#daemon.loadedSha256,
      unconfirmed: () => this.#desk.unconfirmed,
      onUnderstood: (understood) => this.#onUnderstood(understood),
    });
    this.#table = new TableWatch(system, publisher, {
      hasSpokenOf: (row, sinceMs) => this.#health.hasSpokenOf(row, sinceMs),
      daemonMovedSince: (sinceMs) => this.#daemon.hasMovedSince(sinceMs - afterMoveMs),
      canHear: () => this.#vrrp.hasFifo || this.#log.isReadable,
    });
    this.#desk = new ConfigurationDesk({
      system,
      engine,
      log,
      path: settings.keepalivedConf,
      versions: this.#versions,
      pending: new PendingChange(system, settings.stateDirectory),
      lock: this.#lock,
      collectLog: () => this.#log.collect(),
      readTable: async () => this.#table.table,
      loadedSha256: () => this.#daemon.loadedSha256,
      report: (event) => publisher.sendEvents([event]),
      touched: ({ loadedSha256 }) => this.#touched(loadedSha256),
    });
  }

  /** The first picture, the sweep, and what a former run left open. Throws SystemError where the state directory cannot be used. */
  async start(): Promise<void> {
    const { system, settings, version } = this.#parts;
    await system.files.makeDirectory(settings.stateDirectory, { mode: 0o700 });
    this.#hasIpvsadm = await hasIpvsadm(system);
    const lines = await this.#log.start((news, atMs) => this.#onLog(news, atMs));
    if (lines.length > 0) this.#publisher.send({ kind: "log", lines: [...lines] });
    await this.#daemon.start();
    await this.#config.sweep();
    await this.#vrrp.start(this.#fifos);
    await this.#sweep();
    this.#publisher.sendEvents([
      { kind: "agentStarted", atMs: system.clock.nowMs(), subject: "agent", detail: version },
    ]);
    this.#sweeping = this.#keepSweeping();
    await this.#desk.resume();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sweeping;
    this.#desk.close();
    this.#log.close();
    this.#vrrp.close();
  }

  agent(): Agent {
    const { system, settings, engine, agentId, version } = this.#parts;
    return {
      agentId,
      version,
      epoch: this.#epoch,
      nowMs: () => system.clock.nowMs(),
      state: this.#store,
      table: tableDesk({
        system,
        lock: this.#lock,
        expect: (row) => this.#table.expect(row, system.clock.nowMs()),
        touched: async () => void (await this.#table.sweep()),
      }),
      config: this.#desk,
      daemon: daemonDesk({
        system,
        engine,
        lock: this.#lock,
        collectLog: () => this.#log.collect(),
        configSha256: () => this.#config.sha256,
        touched: async ({ hasReadFile }) => {
          await this.#config.sweep();
          await this.#touched(hasReadFile ? this.#config.sha256 : undefined);
        },
      }),
      log: {
        tail: async (lines) => ({ path: settings.keepalivedLog, lines: await this.#log.tail(lines) }),
      },
    };
  }

  #fifosOfFile: readonly string[] = [];

  get #fifos(): readonly string[] {
    return [...new Set([...this.#fifosOfFile, ...this.#parts.settings.fifos])];
  }

  async #onUnderstood(understood: Understood): Promise<void> {
    this.#vrrp.setConfigured(understood.configured.instances);
    this.#health.setConfigured(understood.configured);
    this.#fifosOfFile = understood.fifos;
    if (this.#sweeps > 0) await this.#vrrp.setFifos(this.#fifos);
  }

  #onLog(lines: readonly string[], atMs: number): void {
    this.#publisher.send({ kind: "log", lines: [...lines] });
    for (const line of lines) {
      if (/(?:^|: )Reloading \.\.\.$/u.test(line)) void this.#reloadSeen();
      const found = parseCheckerLogLine(line);
      if (found === undefined) continue;
      this.#publisher.sendEvents(this.#health.logLine(found, atMs, !this.#vrrp.hasFifo));
      this.#publishHealth();
    }
  }

  /** Somebody made keepalived reload; it reads the file as it stands now. */
  async #reloadSeen(): Promise<void> {
    try {
      this.#daemon.markMoved();
      this.#vrrp.askAgain();
      await this.#config.sweep();
      await this.#daemon.setLoaded(this.#config.sha256);
      this.#config.publish();
    } catch (error) {
      this.#parts.log.error("a reload was not followed", { reason: messageOf(error) });
    }
  }

  async #touched(loadedSha256: string | undefined): Promise<void> {
    this.#daemon.markMoved();
    this.#vrrp.askAgain();
    await this.#daemon.sweep();
    if (loadedSha256 !== undefined) await this.#daemon.setLoaded(loadedSha256);
    await this.#config.sweep();
    await this.#table.sweep();
  }

  async #keepSweeping(): Promise<void> {
    const { clock } = this.#parts.system;
    while (!this.#stop.signal.aborted) {
      const startMs = clock.monotonicMs();
      try {
        await this.#sweep();
      } catch (error) {
        this.#parts.log.error("a sweep failed", { reason: messageOf(error) });
      }
      await clock.sleep(Math.max(50, sweepMs - (clock.monotonicMs() - startMs)), this.#stop.signal);
    }
  }

  async #sweep(): Promise<void> {
    const { clock } = this.#parts.system;
    this.#sweeps += 1;
    const isSlow = this.#sweeps % slowSweeps === 1;
    await this.#config.sweep({ mustRead: isSlow });
    await this.#daemon.sweep();
    const reading = await this.#table.sweep();
    if (isSlow) await this.#vrrp.readAddresses();
    await this.#vrrp.sweep(this.#daemon.vrrpForMs);
    this.#health.setCheckers(this.#daemon.checkersSinceMs);
    this.#health.setTable(reading.status === "known" ? reading.table : undefined);
    this.#publishHealth();
    await this.#publishHost();
    if (isSlow) this.#publisher.offer({ kind: "settings", fact: await readIpvsSettings(this.#parts.system) });
    this.#publisher.beat(clock.nowMs());
  }

  #publishHealth(): void {
    const atMs = this.#parts.system.clock.nowMs();
    const value = this.#config.configured === undefined ? undefined : this.#health.view(atMs);
    this.#publisher.offer({
      kind: "health",
      fact:
        value === undefined
          ? { status: "unknown", atMs, reason: "keepalived.conf could not be read" }
          : { status: "known", atMs, value },
    });
  }

  async #publishHost(): Promise<void> {
    const { system, version } = this.#parts;
    const atMs = system.clock.nowMs();
    try {
      const value = await readHost(system, {
        agentVersion: version,
        hasIpvsadm: this.#hasIpvsadm,
        interfaces: this.#vrrp.interfaces(),
      });
      this.#publisher.offer({ kind: "host", fact: { status: "known", atMs, value } });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.#publisher.offer({ kind: "host", fact: { status: "unknown", atMs, reason: messageOf(error) } });
    }
  }
}

/** keepalived goes on programming the table for a while after a start or reload: checks, alpha mode, quorum. */
const afterMoveMs = 30_000;
