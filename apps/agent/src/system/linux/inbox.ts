/** What another thread says to one who asked: reports queue here until they are asked for. */
export class Inbox<Report> {
  readonly #reports: Report[] = [];
  #wake: (() => void) | undefined;

  put(report: Report): void {
    this.#reports.push(report);
    this.#wake?.();
    this.#wake = undefined;
  }

  async take(): Promise<Report> {
    for (;;) {
      const report = this.#reports.shift();
      if (report !== undefined) return report;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
