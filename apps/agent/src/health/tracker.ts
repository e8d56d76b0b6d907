import type { Configured, ConfiguredService } from "@lvs/core/director/configured";
import type { DirectorEvent } from "@lvs/core/director/change";
import type { Verdict } from "@lvs/core/director/state";
import { addressFamily } from "@lvs/core/net/address";
import type { IpvsTable, ServiceId } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import type { CheckerLogLine } from "./log-line.ts";
import type { CheckerNotice, NamedService } from "./notify-line.ts";

interface Heard {
  readonly verdict: "up" | "down";
  readonly sinceMs: number | undefined;
  readonly cause: string | undefined;
}

interface Row {
  readonly service: ServiceId;
  readonly address: string;
  readonly port: number;
}

/** A cause's line is written before the verdict; seconds of retries and the log's delay lie between. */
const causeFreshMs = 60_000;
/** After a start, before an absent row can be called down: checkers begin within their first loop. */
const graceMostMs = 120_000;

/**
 * The checkers' verdicts on every configured real server: what keepalived said since it runs (FIFO, or its log where it has no
 * FIFO), else what the kernel's table shows once the checkers have had the time to speak. Without running checkers: unknown.
 */
export class HealthTracker {
  #configured: Configured = { instances: [], services: [] };
  #heard = new Map<string, Heard>();
  #causes = new Map<string, { readonly text: string; readonly atMs: number }>();
  #table: IpvsTable | undefined;
  #checkersSinceMs: number | undefined;

  setConfigured(configured: Configured): void {
    this.#configured = configured;
  }

  /** Undefined: could not be read; nothing is concluded from it. */
  setTable(table: IpvsTable | undefined): void {
    this.#table = table;
  }

  /** When the running checkers' process was started; undefined: it does not run. Another start forgets all verdicts. */
  setCheckers(startedAtMs: number | undefined): void {
    if (startedAtMs === this.#checkersSinceMs) return;
    this.#checkersSinceMs = startedAtMs;
    this.#heard.clear();
  }

  /** Lines were lost (the FIFO was made anew): the table is asked until keepalived speaks again. */
  forgetVerdicts(): void {
    this.#heard.clear();
  }

  notice(notice: CheckerNotice, atMs: number): DirectorEvent[] {
    if (notice.kind === "service") {
      const subject = printNamed(notice.service);
      return [{ kind: notice.isUp ? "serviceUp" : "serviceDown", atMs, subject, detail: "FIFO" }];
    }
    return this.#rowsOf(notice).flatMap((row) => this.#hear(row, notice.isUp, atMs));
  }

  /** `isOnlySource`: there is no FIFO, so the log's own words are the verdicts too. */
  logLine(line: CheckerLogLine, atMs: number, isOnlySource: boolean): DirectorEvent[] {
    if (line.kind === "verdict") {
      return isOnlySource ? this.#rowsOf(line).flatMap((row) => this.#hear(row, line.isUp, atMs)) : [];
    }
    this.#causes.set(`${line.address} ${line.port}`, { text: line.text, atMs });
    this.#causes.set(line.address, { text: line.text, atMs });
    for (const row of this.#allRows()) {
      const heard = this.#heard.get(rowKey(row));
      const isLate = heard?.verdict === "down" && heard.cause === undefined && row.address === line.address;
      if (isLate) this.#heard.set(rowKey(row), { ...heard, cause: line.text });
    }
    return [];
  }

  view(nowMs: number): Verdict[] {
    return this.#configured.services.flatMap((service) =>
      service.realServers.map(({ address, port }) => {
        const row = { service: service.id, address, port };
        const heard = this.#heard.get(rowKey(row)) ?? this.#fromTable(service, row, nowMs);
        return {
          ...row,
          verdict: heard?.verdict ?? "unknown",
          ...(heard?.sinceMs === undefined ? {} : { sinceMs: heard.sinceMs }),
          ...(heard?.cause === undefined ? {} : { cause: heard.cause }),
        };
      }),
    );
  }

  /** Whether keepalived itself explains that this row appears, goes or changes its weight: it said so at or after `sinceMs`. */
  hasSpokenOf(row: Row, sinceMs: number): boolean {
    const heard = this.#heard.get(rowKey(row));
    return heard?.sinceMs !== undefined && heard.sinceMs >= sinceMs;
  }

  #hear(row: Row, isUp: boolean, atMs: number): DirectorEvent[] {
    const key = rowKey(row);
    const verdict = isUp ? "up" : "down";
    const before = this.#heard.get(key);
    if (before?.verdict === verdict) return [];
    const cause = isUp ? undefined : this.#causeOf(row, atMs);
    this.#heard.set(key, { verdict, sinceMs: atMs, cause });
    const subject = `${serviceKey(row.service)} ${destinationKey(row)}`;
    return [{ kind: isUp ? "realServerUp" : "realServerDown", atMs, subject, detail: cause ?? "" }];
  }

  #causeOf(row: Row, atMs: number): string | undefined {
    const found = this.#causes.get(`${row.address} ${row.port}`) ?? this.#causes.get(row.address);
    return found !== undefined && atMs - found.atMs < causeFreshMs ? found.text : undefined;
  }

  /** No word yet: a row with weight works; one that is missing, or stands at 0 against the file, was taken out. */
  #fromTable(service: ConfiguredService, row: Row, nowMs: number): Heard | undefined {
    if (this.#checkersSinceMs === undefined || this.#table === undefined) return undefined;
    const found = this.#table.services
      .find((each) => serviceKey(each.id) === serviceKey(row.service))
      ?.destinations.find((each) => destinationKey(each) === destinationKey(row));
    const wanted = service.realServers.find((each) => destinationKey(each) === destinationKey(row));
    const isTakenOut =
      found === undefined || (found.weight === 0 && wanted?.inhibitOnFailure === true && wanted.weight > 0);
    if (!isTakenOut) return { verdict: "up", sinceMs: undefined, cause: undefined };
    const graceMs = Math.min(Math.max(10, service.delayLoopS * 2) * 1_000, graceMostMs);
    if (nowMs - this.#checkersSinceMs < graceMs) return undefined;
    return { verdict: "down", sinceMs: undefined, cause: this.#causeOf(row, nowMs) };
  }

  #allRows(): Row[] {
    return this.#configured.services.flatMap((service) =>
      service.realServers.map(({ address, port }) => ({ service: service.id, address, port })),
    );
  }

  #rowsOf(named: { readonly service: NamedService; readonly address: string; readonly port: number }): Row[] {
    return this.#allRows().filter(
      (row) => row.address === named.address && row.port === named.port && isSameService(row, named.service),
    );
  }
}

const rowKey = (row: Row): string => `${serviceKey(row.service)} ${destinationKey(row)}`;

/** A group's lines name no address: they count for every service that has the real server, which is what the group is. */
function isSameService(row: Row, named: NamedService): boolean {
  switch (named.kind) {
    case "address":
      return serviceKey(row.service) === serviceKey(named);
    case "fwmark":
      return (
        row.service.kind === "fwmark" &&
        row.service.mark === named.mark &&
        row.service.family === addressFamily(row.address)
      );
    case "group":
      return true;
  }
}

function printNamed(service: NamedService): string {
  switch (service.kind) {
    case "address":
      return serviceKey(service);
    case "fwmark":
      return `FWM ${service.mark}`;
    case "group":
      return service.name;
  }
}
