import { Digester } from "../digester.ts";

/** Where one exchange's answers are put together for the main thread. */
export interface AnswerSink {
  /** The memory that is received into. */
  readonly bytes: Uint8Array;
  /** Bytes of it in use: the next are received behind them. */
  length: number;
  /** Makes room for one more recv behind `length`. */
  makeRoom(): void;
  /** One request is answered by the bytes from `start` to `end`. */
  put(index: number, start: number, end: number, errno: number): void;
  readonly isFull: boolean;
  /** What is handed over: `spans` as `ExchangeChunk` says. The memory may be another than it began with: a larger one. */
  readonly memory: SharedArrayBuffer;
  readonly spans: readonly number[];
}

/**
 * A chunk is handed over when it holds this much: some 5,000 real servers as the kernel says them. Handing one over costs 0.4 ms on a
 * machine with one processor, so that smaller ones would be a quarter of a large sweep; larger ones let a weight change wait for longer.
 */
const chunkBytes = 2 << 20;
/** The kernel fills at most 32 KiB per recv of a dump; room for the double keeps one call one answer. */
const receiveBytes = 64 << 10;
const answersPerChunk = 2048;

/** Answers as they came, one behind the other. */
export class RawChunk implements AnswerSink {
  bytes: Uint8Array<SharedArrayBuffer>;
  length = 0;
  readonly spans: number[] = [];

  constructor(memory: SharedArrayBuffer) {
    this.bytes = new Uint8Array(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.bytes.buffer;
  }

  /** Grows when a single answer is larger than a chunk. */
  makeRoom(): void {
    if (this.bytes.length - this.length >= receiveBytes) return;
    const larger = new Uint8Array(new SharedArrayBuffer(this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  put(index: number, start: number, end: number, errno: number): void {
    this.spans.push(index, start, end, errno);
  }

  get isFull(): boolean {
    return this.length >= chunkBytes || this.spans.length >= answersPerChunk * 4;
  }
}

/** Memory that answers are received into before they are digested; always the same, and so always warm. */
export interface DigestRoom {
  bytes: Uint8Array;
  readonly digester: Digester;
}

export const newDigestRoom = (): DigestRoom => ({
  bytes: new Uint8Array(2 * receiveBytes),
  digester: new Digester(),
});

/** Digests of the answers that are not as they were. */
export class DigestChunk implements AnswerSink {
  length = 0;
  readonly spans: number[] = [];
  readonly #room: DigestRoom;
  readonly #known: Int32Array;
  #words: Int32Array<SharedArrayBuffer>;
  #used = 0;
  #seenBytes = 0;

  constructor(room: DigestRoom, known: Int32Array, memory: SharedArrayBuffer) {
    this.#room = room;
    this.#known = known;
    this.#words = new Int32Array(memory);
  }

  get bytes(): Uint8Array {
    return this.#room.bytes;
  }

  get memory(): SharedArrayBuffer {
    return this.#words.buffer;
  }

  makeRoom(): void {
    const room = this.#room;
    if (room.bytes.length - this.length >= receiveBytes) return;
    const larger = new Uint8Array(room.bytes.length * 2);
    larger.set(room.bytes.subarray(0, this.length));
    room.bytes = larger;
  }

  put(index: number, start: number, end: number, errno: number): void {
    const { digester, bytes } = this.#room;
    this.#seenBytes += end - start;
    this.length = 0;
    if (errno !== 0) {
      this.spans.push(index, 0, 0, errno, 0, 0, 0, 0, 0);
      return;
    }
    const words = digester.digest(bytes.subarray(start, end), this.#known, index);
    if (words === undefined) return;
    const from = this.#used;
    this.#used += words.length;
    if (this.#used > this.#words.length) {
      const larger = new Int32Array(new SharedArrayBuffer(this.#used * 8));
      larger.set(this.#words.subarray(0, from));
      this.#words = larger;
    }
    this.#words.set(words, from);
    this.spans.push(index, from, this.#used, 0, ...digester.fingerprint);
  }

  get isFull(): boolean {
    return this.#seenBytes >= chunkBytes || this.spans.length >= answersPerChunk * 9;
  }
}

/** Memory kept for later: what a sweep and a question beside it use at once. */
const spareMost = 4;

/** The memory of chunks by its number; it goes to and fro between the threads. */
export class ChunkMemory {
  readonly #spare: number[] = [];
  readonly #known = new Map<number, { readonly memory: SharedArrayBuffer; isTold: boolean }>();
  #last = 0;

  /** Some memory that nobody uses; the same again where it can be, for it is warm. */
  take(): { readonly number: number; readonly memory: SharedArrayBuffer } {
    const number = this.#spare.pop();
    const known = number === undefined ? undefined : this.#known.get(number);
    if (number !== undefined && known !== undefined) return { number, memory: known.memory };
    const memory = new SharedArrayBuffer(chunkBytes + receiveBytes);
    return { number: this.add(memory), memory };
  }

  /** Gives memory a number. */
  add(memory: SharedArrayBuffer): number {
    this.#last += 1;
    this.#known.set(this.#last, { memory, isTold: false });
    return this.#last;
  }

  /** What names this memory to the other side; the memory itself with it the first time. */
  tell(number: number): { readonly memory: number; readonly fresh?: SharedArrayBuffer } {
    const known = this.#known.get(number);
    if (known === undefined || known.isTold) return { memory: number };
    known.isTold = true;
    return { memory: number, fresh: known.memory };
  }

  /** The memory is free again. True: it is not kept, and the other side, which knows it, must forget it. */
  giveBack(number: number): boolean {
    const known = this.#known.get(number);
    // One that grew for a single large answer would keep that much for good.
    const isKept =
      known !== undefined &&
      known.memory.byteLength <= chunkBytes + receiveBytes &&
      this.#spare.length < spareMost;
    if (isKept) this.#spare.push(number);
    else this.#known.delete(number);
    return !isKept && known?.isTold === true;
  }
}
