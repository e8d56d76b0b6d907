import type { Severity } from "../diagnostic.ts";

/** What is wrong with one line of a list. */
export interface ItemFault {
  readonly message: string;
  /** keepalived passes over the whole line. */
  readonly isFatal: boolean;
  readonly severity: Extract<Severity, "error" | "warning">;
}

/** One line of a list, on its way word by word. A fault that costs the whole line ends the way. */
export class ItemReader {
  readonly faults: ItemFault[] = [];
  readonly words: readonly string[];
  isLost = false;
  private next = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  get isAtEnd(): boolean {
    return this.isLost || this.next >= this.words.length;
  }

  /** The next word, if there is one. */
  peek(): string | undefined {
    return this.words[this.next];
  }

  /** The next word; where none is left the line is lost. */
  take(option: string): string {
    const word = this.words[this.next];
    this.next += 1;
    if (word === undefined) this.lose(`${option} needs a value`);
    return word ?? "";
  }

  /** Passes over words without a look. */
  skip(count: number): void {
    this.next += count;
  }

  /** The first fault that costs the line. */
  lose(message: string): void {
    if (!this.isLost) this.faults.push({ message, severity: "error", isFatal: true });
    this.isLost = true;
  }

  /** keepalived complains and goes on. */
  complain(message: string): void {
    if (!this.isLost) this.faults.push({ message, severity: "error", isFatal: false });
  }

  /** Good or not, that depends on the machine; or keepalived complains and nothing is lost. */
  doubt(message: string): void {
    if (!this.isLost) this.faults.push({ message, severity: "warning", isFatal: false });
  }
}
