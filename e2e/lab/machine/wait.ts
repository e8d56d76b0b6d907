import { LabError } from "./failure.ts";

/** Ends after `ms`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/**
 * Asks `probe` until it answers something else than undefined, at most `timeoutMs`: 90,000 unless told, for what must come at
 * some time, however busy the machine is. A shorter one says that more is late.
 * The error names what was waited for and, when the probe left a note, how far it had come.
 */
export async function waitFor<T>(
  wait: { readonly what: string; readonly timeoutMs?: number; readonly everyMs?: number },
  probe: (note: (text: string) => void) => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const timeoutMs = wait.timeoutMs ?? 90_000;
  const deadline = performance.now() + timeoutMs;
  let lastNote = "";
  for (;;) {
    const answer = await probe((text) => {
      lastNote = text;
    });
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) {
      const seconds = (timeoutMs / 1000).toFixed(1);
      throw new LabError(
        `waited ${seconds} s in vain for ${wait.what}${lastNote === "" ? "" : ` (${lastNote})`}`,
      );
    }
    await pause(wait.everyMs ?? 50);
  }
}
