import { diffServices } from "@lvs/core/director/change";
import type { IpvsTable, VirtualService } from "@lvs/core/ipvs/model";
import { Lock } from "../configuration/lock.ts";
import { rowCount } from "../ipvs/packed-service.ts";
import { tableReader, type IpvsReading, type TableReader } from "../ipvs/read-table.ts";
import type { Clock } from "../system/clock.ts";
import type { System } from "../system/system.ts";
import type { Publisher } from "./publisher.ts";

/** Reads the kernel's table and sends what differs. */
export class TableWatch {
  readonly #reader: TableReader;
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #lock = new Lock();
  #last: IpvsTable | undefined;

  constructor(system: System, publisher: Publisher) {
    this.#reader = tableReader(system);
    this.#clock = system.clock;
    this.#publisher = publisher;
  }

  get table(): IpvsTable | undefined {
    return this.#last;
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
        await this.#take(reading.table, reading.readAtMs);
        break;
    }
    return reading;
  }

  async #take(table: IpvsTable, atMs: number): Promise<void> {
    const before = this.#last;
    this.#last = table;
    if (before === undefined || before.size !== table.size || before.version !== table.version) {
      this.#publisher.send({ kind: "table", fact: { status: "known", atMs, value: table } });
      return;
    }
    const difference = before === table ? undefined : diffServices(before, table, Object.is);
    if (difference === undefined) this.#publisher.confirm("table");
    else await this.#send(difference, atMs);
  }

  /** With the new order first, if there is one: a service that is named there and not yet known comes with it. */
  async #send({ changed, order }: Services, atMs: number): Promise<void> {
    if (order !== undefined) {
      this.#publisher.send({ kind: "services", atMs, order, changed });
      return;
    }
    for (const portion of portions(changed)) {
      this.#publisher.send({ kind: "services", atMs, changed: portion });
      await this.#clock.yield();
    }
  }
}

type Services = NonNullable<ReturnType<typeof diffServices>>;

/**
 * Real servers in one change: each change is encoded in one go for every reader, some milliseconds for so many. Every service is whole in one.
 */
const rowsPerChange = 2_000;

function* portions(services: readonly VirtualService[]): Generator<VirtualService[]> {
  let portion: VirtualService[] = [];
  let rows = 0;
  for (const service of services) {
    portion.push(service);
    rows += rowCount(service) + 1;
    if (rows < rowsPerChange) continue;
    yield portion;
    portion = [];
    rows = 0;
  }
  if (portion.length > 0) yield portion;
}
