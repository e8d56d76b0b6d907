/** Where a long step says what it does: one line each. */
export type Progress = (line: string) => void;

export const silent: Progress = () => {};

/** Lines to stderr, so that stdout stays for results, with the seconds since the start. */
export function terminalProgress(label: string): Progress {
  const start = performance.now();
  return (line) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5);
    process.stderr.write(`${label} ${seconds}s  ${line}\n`);
  };
}
