import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";

/** The settings of the console, from its environment. The only reader of `process.env`. */

const port = z.coerce.number().int().min(1).max(65_535);
const blankAsAbsent = (value: unknown): unknown => (value === "" ? undefined : value);

const environmentSchema = z.object({
  PORT: z.preprocess(blankAsAbsent, port.default(3000)),
  /** A PostgreSQL of your own. Absent: the console starts its own under the data directory. */
  DATABASE_URL: z.preprocess(
    blankAsAbsent,
    z
      .string()
      .regex(/^postgres(?:ql)?:\/\//u)
      .optional(),
  ),
  LVS_CONSOLE_DATA_DIR: z.preprocess(blankAsAbsent, z.string().optional()),
  /** Where agents bring their one-time token. */
  ENROL_PORT: z.preprocess(blankAsAbsent, port.default(3443)),
  /** What a token tells an agent to call: "https://console.example:3443". Without it, `enrolUrlFor`. */
  ENROL_URL: z.preprocess(blankAsAbsent, z.url().optional()),
  /** How browsers reach the console, where it is not what they say themselves (behind a proxy). */
  PUBLIC_URL: z.preprocess(blankAsAbsent, z.url().optional()),
  /** How long events and old texts of keepalived.conf are kept, in days; the audit log is kept for ever. */
  LVS_CONSOLE_EVENTS_KEPT_DAYS: z.preprocess(
    blankAsAbsent,
    z.coerce.number().int().min(1).max(36_500).default(400),
  ),
  /** A directory with bin/postgres, in place of the one from npm. */
  LVS_CONSOLE_POSTGRES_DIR: z.preprocess(blankAsAbsent, z.string().optional()),
  /** Set by Next while it builds: nothing may start then. */
  NEXT_PHASE: z.string().optional(),
});

export interface Env {
  readonly port: number;
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly enrolPort: number;
  readonly enrolUrl: string | undefined;
  readonly publicOrigin: string | undefined;
  readonly eventsKeptDays: number;
  readonly postgresDir: string | undefined;
  readonly isBuilding: boolean;
}

/** Read anew at each call: cheap, and tests may differ. Throws with the name of the setting that is wrong. */
export function readEnv(): Env {
  const parsed = environmentSchema.safeParse(process.env);
  if (!parsed.success) throw new Error(`environment: ${z.prettifyError(parsed.error)}`);
  const found = parsed.data;
  return {
    port: found.PORT,
    databaseUrl: found.DATABASE_URL,
    dataDir: path.resolve(/* turbopackIgnore: true */ found.LVS_CONSOLE_DATA_DIR ?? usualDataDir()),
    enrolPort: found.ENROL_PORT,
    enrolUrl: found.ENROL_URL,
    publicOrigin: found.PUBLIC_URL === undefined ? undefined : new URL(found.PUBLIC_URL).origin,
    eventsKeptDays: found.LVS_CONSOLE_EVENTS_KEPT_DAYS,
    postgresDir: found.LVS_CONSOLE_POSTGRES_DIR,
    isBuilding: found.NEXT_PHASE === "phase-production-build",
  };
}

function usualDataDir(): string {
  return process.getuid?.() === 0
    ? "/var/lib/lvs-console"
    : path.join(homedir(), ".local", "state", "lvs-console");
}
