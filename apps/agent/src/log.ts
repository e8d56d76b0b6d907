/** The agent's own log: one JSON object per line. Fields are chosen by the caller; secrets have no business in them. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined | readonly string[]>>;

/** Lines to `write`, stamped with `nowMs`. */
export function jsonLogger(write: (line: string) => void, nowMs: () => number): Logger {
  const log =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      write(`${JSON.stringify({ at: new Date(nowMs()).toISOString(), level, message, ...fields })}\n`);
  return { info: log("info"), warn: log("warn"), error: log("error") };
}

/** One line for people, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
