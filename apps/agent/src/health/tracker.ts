import type { Configured } from "@lvs/core/director/configured";
import type { DirectorEvent } from "@lvs/core/director/change";
import type { Verdict } from "@lvs/core/director/state";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import type { CheckedRealServer } from "./checker-dump.ts";
import {
  checkedRows,
  isNamed,
  isTakenOut,
  printNamed,
  rowKey,
  weightsOf,
  type CheckedRow,
  type Row,
} from "./checked-rows.ts";
import type { CheckerLogLine } from "./log-line.ts";
import type { CheckerNotice, NamedService } from "./notify-line.ts";

interface Heard {
  readonly verdict: "up" | "down";
  readonly sinceMs: number | undefined;
  readonly seenAtMs?: number;
  readonly cause: string | undefined;
}

/** keepalived's answer about a row, good for as long as the row stands in the table as it did then. */
interface Answer {
  readonly isAlive: boolean;
  readonly wasTakenOut: boolean;
  readonly askedAtMs: number;
}

/** A cause's line is written before the verdict; seconds of retries and the log's delay lie between. */
const causeFreshMs = 60_000;
/** After a start, before an absent row can be called down: checkers begin within their first loop. */
const graceMostMs = 120_000;

/**
 * The checkers' verdicts on every configured real server: what keepalived said since it runs (FIFO, or its log where it has no
 * FIFO), else what it answered when it was asked, else what the kernel's table shows once the checkers have had the time to speak.
 * Without running checkers: unknown.
 */
export class HealthTracker {
  #rows: readonly CheckedRow[] = [];
  #heard = new Map<string, Heard>();
  #answers = new Map<string, Answer>();
  #causes = new Map<string, { readonly text: string; readonly atMs: number }>();
  /** Rows that are not in the table with the weight that keepalived would give them, by key, and since when that is seen. */
  #takenOut = new Map<string, number>();
  #hasTable = false;
  #canAnswer = false;
  #checkersSinceMs: number | undefined;

  setConfigured(configured: Configured): void {
    this.#rows = checkedRows(configured);
  }

  /** Undefined: could not be read; nothing is concluded from it. */
  setTable(table: IpvsTable | undefined, nowMs: number): void {
    this.#hasTable = table !== undefined;
    if (table === undefined) return;
    const weights = weightsOf(table);
    const before = this.#takenOut;
    this.#takenOut = new Map();
    for (const row of this.#rows)
      if (isTakenOut(row, weights)) this.#takenOut.set(row.key, before.get(row.key) ?? nowMs);
  }

  /** When the running checkers' process was started; undefined: it does not run. Another start forgets all verdicts. */
  setCheckers(startedAtMs: number | undefined): void {
    if (startedAtMs === this.#checkersSinceMs) return;
    this.#checkersSinceMs = startedAtMs;
    this.forgetVerdicts();
  }

  /** Whether keepalived can be asked: then nothing is guessed from the table in the meantime. */
  setAnswering(canAnswer: boolean): void {
    this.#canAnswer = canAnswer;
  }

  /** Lines were lost (the FIFO was made anew): the table is asked until keepalived speaks again. */
  forgetVerdicts(): void {
    this.#heard.clear();
    this.#answers.clear();
  }

  /** Whether a row is out of the table, or came back, without a word of keepalived's: only it knows whether its checks are why. */
  get isInDoubt(): boolean {
    if (this.#checkersSinceMs === undefined || !this.#hasTable) return false;
    return this.#rows.some((row) => {
      if (!row.hasChecks || this.#heard.has(row.key)) return false;
      const isOut = this.#takenOut.has(row.key);
      const answer = this.#answers.get(row.key);
      return answer === undefined ? isOut : answer.wasTakenOut !== isOut;
    });
  }

  /** How many rows an answer would be about. */
  get rowCount(): number {
    return this.#rows.length;
  }

  answer(checked: readonly CheckedRealServer[], askedAtMs: number): void {
    for (const real of checked)
      for (const row of this.#rowsOf(real))
        this.#answers.set(row.key, {
          isAlive: real.isAlive,
          wasTakenOut: this.#takenOut.has(row.key),
          askedAtMs,
        });
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
    for (const { address, key } of this.#rows) {
      const heard = this.#heard.get(key);
      const isLate = heard?.verdict === "down" && heard.cause === undefined && address === line.address;
      if (isLate) this.#heard.set(key, { ...heard, cause: line.text });
    }
    return [];
  }

  view(nowMs: number): Verdict[] {
    return this.#rows.map((row) => {
      const { address, key, port, service } = row;
      const found = this.#heard.get(key) ?? this.#fromAnswer(key) ?? this.#fromTable(row, nowMs);
      return {
        service,
        address,
        port,
        verdict: found?.verdict ?? "unknown",
        ...(found?.sinceMs === undefined ? {} : { sinceMs: found.sinceMs }),
        ...(found?.seenAtMs === undefined ? {} : { seenAtMs: found.seenAtMs }),
        ...(found?.cause === undefined ? {} : { cause: found.cause }),
      };
    });
  }

  /** Whether keepalived itself explains that this row appears, goes or changes its weight: it said so at or after `sinceMs`. */
  hasSpokenOf(row: Row, sinceMs: number): boolean {
    const heard = this.#heard.get(rowKey(row));
    return heard?.sinceMs !== undefined && heard.sinceMs >= sinceMs;
  }

  #hear(row: CheckedRow, isUp: boolean, atMs: number): DirectorEvent[] {
    const verdict = isUp ? "up" : "down";
    if (this.#heard.get(row.key)?.verdict === verdict) return [];
    const cause = isUp ? undefined : this.#causeOf(row, atMs);
    this.#heard.set(row.key, { verdict, sinceMs: atMs, cause });
    const subject = row.key;
    return [{ kind: isUp ? "realServerUp" : "realServerDown", atMs, subject, detail: cause ?? "" }];
  }

  #causeOf(row: Row, atMs: number): string | undefined {
    const found = this.#causes.get(`${row.address} ${row.port}`) ?? this.#causes.get(row.address);
    return found !== undefined && atMs - found.atMs < causeFreshMs ? found.text : undefined;
  }

  /** Undefined: it was not asked, or the row stands otherwise in the table since. */
  #fromAnswer(key: string): Heard | undefined {
    const answer = this.#answers.get(key);
    if (answer === undefined || this.#checkersSinceMs === undefined) return undefined;
    const outSinceMs = this.#takenOut.get(key);
    if (answer.wasTakenOut !== (outSinceMs !== undefined)) return undefined;
    if (answer.isAlive) return { verdict: "up", sinceMs: undefined, cause: undefined };
    return {
      verdict: "down",
      sinceMs: undefined,
      seenAtMs: outSinceMs ?? answer.askedAtMs,
      cause: undefined,
    };
  }

  /** No word yet: a row with weight works; one that is missing, or stands at 0 against the file, was taken out. */
  #fromTable(row: CheckedRow, nowMs: number): Heard | undefined {
    if (this.#checkersSinceMs === undefined || !this.#hasTable) return undefined;
    const seenAtMs = this.#takenOut.get(row.key);
    if (seenAtMs === undefined || !row.hasChecks)
      return { verdict: "up", sinceMs: undefined, cause: undefined };
    if (this.#canAnswer) return undefined;
    const graceMs = Math.min(Math.max(10, row.delayLoopS * 2) * 1_000, graceMostMs);
    if (nowMs - this.#checkersSinceMs < graceMs) return undefined;
    return { verdict: "down", sinceMs: undefined, seenAtMs, cause: this.#causeOf(row, nowMs) };
  }

  #rowsOf(named: {
    readonly service: NamedService;
    readonly address: string;
    readonly port: number;
  }): CheckedRow[] {
    return this.#rows.filter(
      (row) => row.address === named.address && row.port === named.port && isNamed(row, named.service),
    );
  }
}
