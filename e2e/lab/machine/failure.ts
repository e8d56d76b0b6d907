/** What went wrong on the machine while running the lab; the message says what to look at. */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly detail: Readonly<Record<string, string | number | readonly string[]>>;

  constructor(message: string, detail: Readonly<Record<string, string | number | readonly string[]>> = {}) {
    super(message);
    this.detail = detail;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The errno name (ENOENT, ESRCH …) of a thrown system error, or null. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
