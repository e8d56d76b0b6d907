import { diffServices } from "@lvs/core/director/change";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { Lock } from "../configuration/lock.ts";
import { tableReader, type IpvsReading, type TableReader } from "../ipvs/read-table.ts";
import type { System } from "../system/system.ts";
import type { Publisher } from "./publisher.ts";

/** Reads the kernel's table and sends what differs. */
export class TableWatch {
  readonly #reader: TableReader;
  readonly #publisher: Publisher;
  readonly #lock = new Lock();
  #last: IpvsTable | undefined;

  constructor(system: System, publisher: Publisher) {
    this.#reader = tableReader(system);
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
    this.#last = table;
  }
}
