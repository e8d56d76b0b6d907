import { diffServices } from "@lvs/core/director/change";
import type { DirectorEvent } from "@lvs/core/director/change";
import type { IpvsTable, ServiceId } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import { Lock } from "../configuration/lock.ts";
import { tableReader, type IpvsReading, type TableReader } from "../ipvs/read-table.ts";
import type { System } from "../system/system.ts";
import type { Publisher } from "./publisher.ts";

interface RowChange {
  readonly service: ServiceId;
  readonly address: string;
  readonly port: number;
  readonly detail: string;
}

/** Who else may have moved a row: keepalived's checkers, or the daemon as a whole when it starts, stops or reloads. */
export interface Explanations {
  /** keepalived spoke of this row at or after `sinceMs`. */
  readonly hasSpokenOf: (row: Pick<RowChange, "service" | "address" | "port">, sinceMs: number) => boolean;
  /** The daemon started, stopped or reloaded at or after `sinceMs`. */
  readonly daemonMovedSince: (sinceMs: number) => boolean;
  /** Whether keepalived's words reach us at all (FIFO or log): without them nothing can be laid at a hand's door. */
  readonly canHear: () => boolean;
}

/** keepalived writes its lines within milliseconds of its change; the log is read four times a second. */
const slackMs = 3_000;

/** Reads the kernel's table, sends what differs, and names rows that changed by nobody's word. */
export class TableWatch {
  readonly #reader: TableReader;
  readonly #publisher: Publisher;
  readonly #explanations: Explanations;
  readonly #lock = new Lock();
  #last: IpvsTable | undefined;
  #lastAtMs = 0;
  /** Changes of the sweep before, judged one sweep later, when every line about them has had the time to come. */
  #open: readonly { readonly change: RowChange; readonly sinceMs: number; readonly seenAtMs: number }[] = [];
  #ours = new Map<string, number>();

  constructor(system: System, publisher: Publisher, explanations: Explanations) {
    this.#reader = tableReader(system);
    this.#publisher = publisher;
    this.#explanations = explanations;
  }

  get table(): IpvsTable | undefined {
    return this.#last;
  }

  /** The agent itself is about to change this row. */
  expect(row: Pick<RowChange, "service" | "address" | "port">, atMs: number): void {
    this.#ours.set(rowKey(row), atMs);
  }

  /** Readings do not overlap: a sweep asked for in the middle of another follows it. */
  sweep(): Promise<IpvsReading> {
    return this.#lock.run(() => this.#sweep());
  }

  async #sweep(): Promise<IpvsReading> {
    const reading = await this.#reader.read();
    switch (reading.status) {
      case "failed":
        this.#publisher.send({
          kind: "table",
          fact: { status: "unknown", atMs: reading.readAtMs, reason: reading.error.message },
        });
        this.#last = undefined;
        break;
      case "absent":
        this.#publisher.send({
          kind: "table",
          fact: { status: "absent", atMs: reading.readAtMs, reason: reading.reason },
        });
        this.#last = undefined;
        break;
      case "known":
        this.#take(reading.table, reading.readAtMs);
        break;
    }
    return reading;
  }

  #take(table: IpvsTable, atMs: number): void {
    const before = this.#last;
    if (before === undefined || before.size !== table.size || before.version !== table.version) {
      this.#publisher.send({ kind: "table", fact: { status: "known", atMs, value: table } });
    } else {
      const difference = diffServices(before, table, Object.is);
      if (difference === undefined) this.#publisher.confirm("table");
      else this.#publisher.send({ kind: "services", atMs, ...difference });
    }
    this.#judge(atMs);
    if (before !== undefined) this.#note(before, table, atMs);
    this.#last = table;
    this.#lastAtMs = atMs;
  }

  #note(before: IpvsTable, table: IpvsTable, seenAtMs: number): void {
    const sinceMs = this.#lastAtMs - slackMs;
    this.#open = rowChanges(before, table).map((change) => ({ change, sinceMs, seenAtMs }));
  }

  #judge(nowMs: number): void {
    const events: DirectorEvent[] = [];
    for (const { change, sinceMs, seenAtMs } of this.#open) {
      const isOurs = (this.#ours.get(rowKey(change)) ?? -Infinity) >= sinceMs;
      const isExplained =
        isOurs ||
        !this.#explanations.canHear() ||
        this.#explanations.daemonMovedSince(sinceMs) ||
        this.#explanations.hasSpokenOf(change, sinceMs);
      if (isExplained) continue;
      const subject = `${serviceKey(change.service)} ${destinationKey(change)}`;
      events.push({ kind: "tableChangedByHand", atMs: seenAtMs, subject, detail: change.detail });
    }
    this.#open = [];
    for (const [key, atMs] of this.#ours) if (nowMs - atMs > 60_000) this.#ours.delete(key);
    this.#publisher.sendEvents(events);
  }
}

/** Rows that came, went, or carry another weight or forwarding. Counters are no change. */
function rowChanges(before: IpvsTable, after: IpvsTable): RowChange[] {
  const changes: RowChange[] = [];
  const old = new Map(before.services.map((service) => [serviceKey(service.id), service]));
  for (const service of after.services) {
    const was = old.get(serviceKey(service.id));
    old.delete(serviceKey(service.id));
    if (was === service) continue;
    const rows = new Map(was?.destinations.map((row) => [destinationKey(row), row]));
    for (const row of service.destinations) {
      const key = destinationKey(row);
      const earlier = rows.get(key);
      rows.delete(key);
      const place = { service: service.id, address: row.address, port: row.port };
      if (earlier === undefined) changes.push({ ...place, detail: `row added, weight ${row.weight}` });
      else if (earlier.weight !== row.weight) {
        changes.push({ ...place, detail: `weight ${earlier.weight} → ${row.weight}` });
      }
    }
    for (const row of rows.values()) {
      changes.push({ service: service.id, address: row.address, port: row.port, detail: "row removed" });
    }
  }
  for (const service of old.values()) {
    for (const row of service.destinations) {
      changes.push({ service: service.id, address: row.address, port: row.port, detail: "row removed" });
    }
  }
  return changes;
}

const rowKey = (row: Pick<RowChange, "service" | "address" | "port">): string =>
  `${serviceKey(row.service)} ${destinationKey(row)}`;
