import type { Configured } from "@lvs/core/director/configured";
import type { DirectorEvent } from "@lvs/core/director/change";
import type { Verdict } from "@lvs/core/director/state";
import type { IpvsTable, VirtualService } from "@lvs/core/ipvs/model";
import { serviceKey } from "@lvs/core/ipvs/table";
import type { CheckedRealServer } from "./checker-dump.ts";
import { KnownBlock, type Place } from "./known-block.ts";
import {
  checkedBlocks,
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
  #blocks: readonly KnownBlock[] = [];
  /** By the real server's address. */
  #places: ReadonlyMap<string, readonly Place[]> = new Map();
  #rowCount = 0;
  #view: Verdict[] | undefined;
  #heard = new Map<string, Heard>();
  #answers = new Map<string, Answer>();
  #causes = new Map<string, { readonly text: string; readonly atMs: number }>();
  /** Rows that are not in the table with the weight that keepalived would give them, by key, and since when that is seen. */
  #takenOut = new Map<string, number>();
  /** Of which every block was looked at last, and when. */
  #table: IpvsTable | undefined;
  #lookedAtMs = 0;
  #hasTable = false;
  #canAnswer = false;
  #checkersSinceMs: number | undefined;

  setConfigured(configured: Configured): void {
    this.#blocks = checkedBlocks(configured).map((block) => new KnownBlock(block));
    const places = new Map<string, Place[]>();
    const takenOut = new Map<string, number>();
    for (const block of this.#blocks)
      for (const row of block.rows) {
        const known = places.get(row.address);
        if (known === undefined) places.set(row.address, [{ row, block }]);
        else known.push({ row, block });
        const sinceMs = this.#takenOut.get(row.key);
        if (sinceMs !== undefined) takenOut.set(row.key, sinceMs);
      }
    this.#places = places;
    this.#takenOut = takenOut;
    this.#rowCount = this.#blocks.reduce((sum, { rows }) => sum + rows.length, 0);
    this.#view = undefined;
    const table = this.#table;
    const hasTable = this.#hasTable;
    this.#table = undefined;
    if (table !== undefined) this.setTable(table, this.#lookedAtMs);
    this.#setHasTable(hasTable);
  }

  /** Undefined: could not be read; nothing is concluded from it. */
  setTable(table: IpvsTable | undefined, nowMs: number): void {
    for (const _ of this.setTableInSteps(table, nowMs));
  }

  /** The same in steps of one service each, for whoever lets other work run between them. */
  *setTableInSteps(table: IpvsTable | undefined, nowMs: number): Generator<void> {
    if (table === undefined) this.#setHasTable(false);
    else if (table === this.#table) this.#setHasTable(true);
    else yield* this.#lookAll(table, nowMs);
  }

  #setHasTable(hasTable: boolean): void {
    if (hasTable !== this.#hasTable) this.#forgetAll();
    this.#hasTable = hasTable;
  }

  *#lookAll(table: IpvsTable, nowMs: number): Generator<void> {
    const services = new Map(table.services.map((service) => [serviceKey(service.id), service]));
    const blocks = this.#blocks;
    for (const block of blocks) {
      const service = services.get(block.serviceKey);
      if (block.wasLookedAt && block.service === service) continue;
      this.#look(block, service, nowMs);
      yield;
    }
    // Another configuration may have come between two steps: its blocks have not been looked at.
    if (blocks !== this.#blocks) return;
    this.#table = table;
    this.#lookedAtMs = nowMs;
    this.#setHasTable(true);
  }

  #look(block: KnownBlock, service: VirtualService | undefined, nowMs: number): void {
    const weights = weightsOf(service);
    for (const row of block.rows) {
      const isOut = isTakenOut(row, weights);
      if (isOut === this.#takenOut.has(row.key)) continue;
      if (isOut) this.#takenOut.set(row.key, nowMs);
      else this.#takenOut.delete(row.key);
      block.forget();
    }
    block.service = service;
    block.wasLookedAt = true;
  }

  #forgetAll(): void {
    for (const block of this.#blocks) block.forget();
  }

  /** When the running checkers' process was started; undefined: it does not run. Another start forgets all verdicts. */
  setCheckers(startedAtMs: number | undefined): void {
    if (startedAtMs === this.#checkersSinceMs) return;
    this.#checkersSinceMs = startedAtMs;
    this.forgetVerdicts();
  }

  /** Whether keepalived can be asked: then nothing is guessed from the table in the meantime. */
  setAnswering(canAnswer: boolean): void {
    if (canAnswer === this.#canAnswer) return;
    this.#canAnswer = canAnswer;
    this.#forgetAll();
  }

  /** Lines were lost (the FIFO was made anew): the table is asked until keepalived speaks again. */
  forgetVerdicts(): void {
    this.#heard.clear();
    this.#answers.clear();
    this.#forgetAll();
  }

  /** Whether a row is out of the table, or came back, without a word of keepalived's: only it knows whether its checks are why. */
  get isInDoubt(): boolean {
    if (this.#checkersSinceMs === undefined || !this.#hasTable) return false;
    return this.#blocks.some((block) => {
      block.isInDoubt ??= block.rows.some((row) => this.#isRowInDoubt(row));
      return block.isInDoubt;
    });
  }

  #isRowInDoubt({ hasChecks, key }: CheckedRow): boolean {
    if (!hasChecks || this.#heard.has(key)) return false;
    const isOut = this.#takenOut.has(key);
    const answer = this.#answers.get(key);
    return answer === undefined ? isOut : answer.wasTakenOut !== isOut;
  }

  /** How many rows an answer would be about. */
  get rowCount(): number {
    return this.#rowCount;
  }

  answer(checked: readonly CheckedRealServer[], askedAtMs: number): void {
    for (const real of checked)
      for (const { block, row } of this.#placesOf(real)) {
        const wasTakenOut = this.#takenOut.has(row.key);
        this.#answers.set(row.key, { isAlive: real.isAlive, wasTakenOut, askedAtMs });
        block.forget();
      }
  }

  notice(notice: CheckerNotice, atMs: number): DirectorEvent[] {
    if (notice.kind === "service") {
      const subject = printNamed(notice.service);
      return [{ kind: notice.isUp ? "serviceUp" : "serviceDown", atMs, subject, detail: "FIFO" }];
    }
    return this.#placesOf(notice).flatMap((place) => this.#hear(place, notice.isUp, atMs));
  }

  /** `isOnlySource`: there is no FIFO, so the log's own words are the verdicts too. */
  logLine(line: CheckerLogLine, atMs: number, isOnlySource: boolean): DirectorEvent[] {
    if (line.kind === "verdict") {
      return isOnlySource ? this.#placesOf(line).flatMap((place) => this.#hear(place, line.isUp, atMs)) : [];
    }
    this.#causes.set(`${line.address} ${line.port}`, { text: line.text, atMs });
    this.#causes.set(line.address, { text: line.text, atMs });
    for (const { block, row } of this.#places.get(line.address) ?? []) {
      const heard = this.#heard.get(row.key);
      if (heard?.verdict !== "down" || heard.cause !== undefined) continue;
      this.#heard.set(row.key, { ...heard, cause: line.text });
      block.forget();
    }
    return [];
  }

  /** The same array for as long as nothing of it differs; the verdicts of a block of which nothing differs are the same objects. */
  view(nowMs: number): Verdict[] {
    let view = this.#view;
    for (const block of this.#blocks) {
      if (block.isStale && this.#judge(block, nowMs)) view = undefined;
    }
    this.#view = view ?? this.#blocks.flatMap(({ verdicts }) => verdicts);
    return this.#view;
  }

  /** True when its verdicts are others than they were. */
  #judge(block: KnownBlock, nowMs: number): boolean {
    const canGuess = this.#checkersSinceMs !== undefined && this.#hasTable && !this.#canAnswer;
    let isWaiting = false;
    const verdicts = block.rows.map((row): Verdict => {
      const { address, key, port, service } = row;
      const said = this.#heard.get(key) ?? this.#fromAnswer(key);
      const found = said ?? this.#fromTable(row, nowMs);
      isWaiting ||= canGuess && said === undefined && found?.verdict !== "up";
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
    return block.take(verdicts, isWaiting);
  }

  /** Whether keepalived itself explains that this row appears, goes or changes its weight: it said so at or after `sinceMs`. */
  hasSpokenOf(row: Row, sinceMs: number): boolean {
    const heard = this.#heard.get(rowKey(row));
    return heard?.sinceMs !== undefined && heard.sinceMs >= sinceMs;
  }

  #hear({ block, row }: Place, isUp: boolean, atMs: number): DirectorEvent[] {
    const verdict = isUp ? "up" : "down";
    if (this.#heard.get(row.key)?.verdict === verdict) return [];
    const cause = isUp ? undefined : this.#causeOf(row, atMs);
    this.#heard.set(row.key, { verdict, sinceMs: atMs, cause });
    block.forget();
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

  #placesOf(named: {
    readonly service: NamedService;
    readonly address: string;
    readonly port: number;
  }): Place[] {
    const places = this.#places.get(named.address) ?? [];
    return places.filter(({ row }) => row.port === named.port && isNamed(row, named.service));
  }
}
