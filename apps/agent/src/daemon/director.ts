import { randomBytes } from "node:crypto";
import type { Settings } from "../config.ts";
import { ConfigurationDesk } from "../configuration/desk.ts";
import { Lock } from "../configuration/lock.ts";
import { PendingChange } from "../configuration/pending-change.ts";
import type { Understood } from "../configuration/understand.ts";
import { ConfigVersions } from "../configuration/versions.ts";
import type { Engine } from "../engine/engine.ts";
import { readIpvsSettings } from "../ipvs/settings.ts";
import type { LogSource } from "../keepalived-log/log-source.ts";
import { messageOf, type Logger } from "../log.ts";
import type { System } from "../system/system.ts";
import type { Agent } from "./agent.ts";
import { ChangeRing } from "./change-ring.ts";
import { ConfigWatch } from "./config-watch.ts";
import { connectionsDesk } from "./connections-desk.ts";
import { daemonDesk } from "./daemon-desk.ts";
import { DaemonWatch } from "./daemon-watch.ts";
import { DriftWatch } from "./drift-watch.ts";
import { HealthWatch } from "./health-watch.ts";
import { HostWatch } from "./host-watch.ts";
import { LogWatch } from "./log-watch.ts";
import { Publisher } from "./publisher.ts";
import { StateStore, unreadState } from "./state-store.ts";
import { tableDesk } from "./table-desk.ts";
import { TableWatch } from "./table-watch.ts";
import { VrrpWatch } from "./vrrp-watch.ts";

export interface DirectorParts {
  readonly system: System;
  readonly settings: Settings;
  readonly engine: Engine;
  readonly keepalivedLog: LogSource;
  readonly log: Logger;
  readonly agentId: string;
  readonly version: string;
}

const sweepMs = 1_000;
/** Read every so many sweeps: they change by a hand, not by traffic. */
const slowSweeps = 5;

/** The agent of one director: all watches over one store, one sweep a second, and the desks that change things. */
export class Director {
  readonly #parts: DirectorParts;
  readonly #epoch = randomBytes(6).toString("hex");
  readonly #store = new StateStore(unreadState, new ChangeRing(this.#epoch));
  readonly #publisher = new Publisher(this.#store);
  readonly #lock = new Lock();
  readonly #stop = new AbortController();
  readonly #versions: ConfigVersions;
  readonly #log: LogWatch;
  readonly #health: HealthWatch;
  readonly #host: HostWatch;
  readonly #vrrp: VrrpWatch;
  readonly #daemon: DaemonWatch;
  readonly #config: ConfigWatch;
  readonly #table: TableWatch;
  readonly #drift: DriftWatch;
  readonly #desk: ConfigurationDesk;
  #fifosOfFile: readonly string[] = [];
  #sweeps = 0;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(parts: DirectorParts) {
    this.#parts = parts;
    const { system, settings, version, engine, log } = parts;
    this.#versions = new ConfigVersions(system, settings.stateDirectory);
    this.#log = new LogWatch(system.clock, parts.keepalivedLog);
    this.#health = new HealthWatch({ clock: system.clock, publisher: this.#publisher, engine, log });
    this.#vrrp = this.#makeVrrp();
    const interfaces = () => this.#vrrp.interfaces();
    this.#host = new HostWatch({ system, publisher: this.#publisher, version, interfaces });
    this.#daemon = this.#makeDaemon();
    this.#config = this.#makeConfig();
    this.#table = new TableWatch(system, this.#publisher);
    this.#drift = new DriftWatch({
      clock: system.clock,
      publisher: this.#publisher,
      state: () => this.#store.read(),
      checkers: this.#health.tracker,
      daemon: this.#daemon,
    });
    this.#desk = this.#makeDesk();
  }

  /** The first picture, the sweep, and what a former run left open. Throws SystemError where the state directory cannot be used. */
  async start(): Promise<void> {
    const { system, settings, version, log } = this.#parts;
    await system.files.makeDirectory(settings.stateDirectory, { mode: 0o700 });
    system.connectionTable.prepare();
    await this.#recover();
    const lines = await this.#log.start((news, atMs) => this.#onLog(news, atMs));
    if (lines.length > 0) this.#publisher.send({ kind: "log", lines: [...lines] });
    await this.#daemon.start();
    await this.#config.sweep();
    await this.#vrrp.start(this.#fifos);
    await this.#sweep();
    const atMs = system.clock.nowMs();
    this.#publisher.sendEvents([{ kind: "agentStarted", atMs, subject: "agent", detail: version }]);
    this.#sweeping = this.#keepSweeping();
    try {
      await this.#desk.resume();
    } catch (error) {
      log.error("an unconfirmed change could not be taken up", { reason: messageOf(error) });
    }
  }

  async #recover(): Promise<void> {
    const { engine, log } = this.#parts;
    try {
      for (const line of await engine.recover()) log.warn("taken up from a former run", { line });
    } catch (error) {
      log.error("what a former run left could not be looked for", { reason: messageOf(error) });
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sweeping;
    this.#desk.close();
    this.#log.close();
    this.#vrrp.close();
  }

  agent(): Agent {
    const { system, engine, agentId, version } = this.#parts;
    return {
      agentId,
      version,
      epoch: this.#epoch,
      nowMs: () => system.clock.nowMs(),
      rest: () => system.clock.yield(),
      state: this.#store,
      config: this.#desk,
      table: tableDesk({
        system,
        lock: new Lock(),
        expect: (row) => this.#drift.expect(row),
        touched: async () => void (await this.#table.sweep()),
        settingsTouched: () => this.#readSettings(),
        config: () => this.#store.read().config,
      }),
      connections: connectionsDesk({ system, lock: new Lock(), table: () => this.#table.table }),
      daemon: daemonDesk({
        system,
        engine,
        lock: this.#lock,
        collectLog: () => this.#log.collect(),
        touched: async ({ hasReadFile }) => {
          await this.#config.sweep();
          await this.#touched(hasReadFile ? this.#config.sha256 : undefined);
        },
      }),
    };
  }

  #makeVrrp(): VrrpWatch {
    const { system, engine, log } = this.#parts;
    return new VrrpWatch({
      system,
      engine,
      log,
      publisher: this.#publisher,
      onCheckerNotice: (notice, atMs) => this.#health.onNotice(notice, atMs),
      onReopened: () => {
        this.#health.tracker.forgetVerdicts();
        this.#daemon.markMoved();
      },
      onInterfaces: () => {
        this.#host
          .sweep()
          .catch((error: unknown) => log.error("the host was not read", { reason: messageOf(error) }));
      },
    });
  }

  #makeDaemon(): DaemonWatch {
    const { system, engine, log, settings } = this.#parts;
    return new DaemonWatch({
      system,
      engine,
      log,
      publisher: this.#publisher,
      stateDirectory: settings.stateDirectory,
      configSha256: () => this.#config.sha256,
      configModifiedAtMs: () => this.#config.modifiedAtMs,
      logOrigin: () => this.#log.origin,
    });
  }

  #makeConfig(): ConfigWatch {
    return new ConfigWatch({
      system: this.#parts.system,
      path: this.#parts.settings.keepalivedConf,
      versions: this.#versions,
      publisher: this.#publisher,
      loadedSha256: () => this.#daemon.loadedSha256,
      unconfirmed: () => this.#desk.unconfirmed,
      onUnderstood: (understood) => this.#onUnderstood(understood),
    });
  }

  #makeDesk(): ConfigurationDesk {
    const { system, engine, log, settings } = this.#parts;
    return new ConfigurationDesk({
      system,
      engine,
      log,
      path: settings.keepalivedConf,
      versions: this.#versions,
      pending: new PendingChange(system, settings.stateDirectory),
      lock: this.#lock,
      collectLog: () => this.#log.collect(),
      readTable: async () => {
        const reading = await this.#table.sweep();
        return reading.status === "known" ? reading.table : undefined;
      },
      loadedSha256: () => this.#daemon.loadedSha256,
      report: (event) => this.#publisher.sendEvents([event]),
      touched: ({ loadedSha256 }) => this.#touched(loadedSha256),
    });
  }

  get #fifos(): readonly string[] {
    return [...new Set([...this.#fifosOfFile, ...this.#parts.settings.fifos])];
  }

  async #onUnderstood(understood: Understood): Promise<void> {
    await this.#vrrp.setConfigured(understood.configured.instances, understood.routers);
    this.#health.setConfigured(understood.configured);
    this.#fifosOfFile = understood.fifos;
    if (this.#sweeps > 0) await this.#vrrp.setFifos(this.#fifos);
  }

  #onLog(lines: readonly string[], atMs: number): void {
    this.#publisher.send({ kind: "log", lines: [...lines] });
    for (const line of lines) {
      if (/(?:^|: )Reloading \.\.\.$/u.test(line)) void this.#reloadSeen();
      this.#health.onLogLine(line, atMs, !this.#vrrp.hasFifo);
    }
  }

  /** Somebody made keepalived reload; it reads the file as it stands now. */
  async #reloadSeen(): Promise<void> {
    try {
      await this.#config.sweep();
      await this.#touched(this.#config.sha256);
    } catch (error) {
      this.#parts.log.error("a reload was not followed", { reason: messageOf(error) });
    }
  }

  /** The daemon or its file was moved: read the facts again now, not at the next sweep. */
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
    const { system } = this.#parts;
    this.#sweeps += 1;
    const isSlow = this.#sweeps % slowSweeps === 1;
    await this.#config.sweep({ mustRead: isSlow });
    await this.#daemon.sweep();
    const reading = await this.#table.sweep();
    if (isSlow) await this.#vrrp.readAddresses();
    await this.#vrrp.sweep(this.#daemon.vrrpForMs);
    await this.#health.sweep(reading, this.#daemon.checkersSinceMs);
    await this.#host.sweep();
    if (isSlow) await this.#readSettings();
    await this.#drift.sweep();
    this.#publisher.beat(system.clock.nowMs());
  }

  async #readSettings(): Promise<void> {
    this.#publisher.offer({ kind: "settings", fact: await readIpvsSettings(this.#parts.system) });
  }
}
