import { z } from "zod";

/** What an entry of the audit log is about, where its input names it, or the run that it started. */
export interface Subject {
  readonly directorId: string | undefined;
  readonly runId: string | undefined;
}

/** `input`: JSON text. */
export interface Entry {
  readonly procedure: string;
  readonly input: string;
  readonly detail: string;
}

const inputSchema = z.object({
  directorId: z.string().optional().catch(undefined),
  runId: z.string().optional().catch(undefined),
  id: z.string().optional().catch(undefined),
});

/** Only the procedures of directors call a director by `id`; others mean something else by it. */
export const readSubject = ({ detail, input, procedure }: Entry): Subject => {
  const found = inputSchema.safeParse(readJson(input)).data;
  const own = procedure.startsWith("directors.") ? found?.id : undefined;
  return { directorId: found?.directorId ?? own, runId: found?.runId ?? startedBy(procedure, detail) };
};

const startedBy = (procedure: string, detail: string): string | undefined =>
  procedure === "workflows.start" ? /^run (\S+)$/u.exec(detail)?.[1] : undefined;

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
