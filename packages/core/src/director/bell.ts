/** Wakes one who waits for news. Rung once or many times before somebody waits: he goes on at once. */
export class Bell {
  #next = Promise.withResolvers<void>();

  ring(): void {
    this.#next.resolve();
  }

  /** Resolves with the first ring since it last resolved. */
  async rung(): Promise<void> {
    await this.#next.promise;
    this.#next = Promise.withResolvers();
  }
}
