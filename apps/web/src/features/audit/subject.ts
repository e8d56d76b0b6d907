import { z } from "zod";

/** What an entry of the audit log is about, where its input names it. */
export interface Subject {
  readonly directorId: string | undefined;
  readonly runId: string | undefined;
}

const inputSchema = z.object({
  directorId: z.string().optional().catch(undefined),
  runId: z.string().optional().catch(undefined),
  id: z.string().optional().catch(undefined),
});

/** `input`: JSON text. Only the procedures of directors call a director by `id`; others mean something else by it. */
export const readSubject = (procedure: string, input: string): Subject => {
  const found = inputSchema.safeParse(readJson(input)).data;
  const own = procedure.startsWith("directors.") ? found?.id : undefined;
  return { directorId: found?.directorId ?? own, runId: found?.runId };
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
