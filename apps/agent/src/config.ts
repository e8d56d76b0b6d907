import { isIP } from "node:net";
import { z } from "zod";
import type { LogPlace } from "./keepalived-log/log-source.ts";

/** Where everything is on this director, from the environment. Paths are absolute. */
export interface Settings {
  readonly stateDirectory: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** One-time enrolment token; only used while the agent is not enrolled. */
  readonly token: string | undefined;
  /** The address the console shall reach this agent at; undefined: the one that a route to the console leaves from. */
  readonly address: string | undefined;
  /** The name the console shows; undefined: the host name. */
  readonly name: string | undefined;
  readonly keepalivedConf: string;
  readonly keepalivedBinary: string;
  /** Undefined: found out at start (the usual file, else the journal). */
  readonly keepalivedLog: LogPlace | undefined;
  /** Notify FIFOs beside those that keepalived.conf names. */
  readonly fifos: readonly string[];
  /** Undefined: found out at start (systemd, else the init script). */
  readonly service: { readonly [Verb in ServiceVerb]: readonly string[] | undefined };
}

export type ServiceVerb = "start" | "stop" | "reload";

export type SettingsReading =
  | { readonly isValid: true; readonly settings: Settings }
  | { readonly isValid: false; readonly mistakes: readonly string[] };

const path = z.string().regex(/^\//u, "must be an absolute path");
const argv = z
  .string()
  .transform((text, context) => {
    try {
      const value: unknown = JSON.parse(text);
      return value;
    } catch {
      context.addIssue({
        code: "custom",
        message: 'must be a JSON list of words, such as ["service","keepalived","start"]',
      });
      return z.NEVER;
    }
  })
  .pipe(z.array(z.string()).min(1));
const logPlace = z.string().transform((text, context): LogPlace => {
  const unit = /^journal:([\w@.\\:-]+)$/u.exec(text)?.[1];
  if (unit !== undefined) return { kind: "journal", unit };
  if (text.startsWith("/")) return { kind: "file", path: text };
  context.addIssue({
    code: "custom",
    message: "must be an absolute path or journal:UNIT, such as journal:keepalived",
  });
  return z.NEVER;
});
const listen = z.string().transform((text, context) => {
  const cut = text.lastIndexOf(":");
  const host = text.slice(0, cut).replace(/^\[(.*)\]$/u, "$1");
  const port = Number(text.slice(cut + 1));
  if (cut < 1 || isIP(host) === 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    context.addIssue({ code: "custom", message: "must be ADDRESS:PORT, such as 0.0.0.0:9443 or [::]:9443" });
    return z.NEVER;
  }
  return { host, port };
});

const environmentSchema = z.object({
  LVS_AGENT_STATE_DIR: path.default("/var/lib/lvs-agent"),
  LVS_AGENT_LISTEN: listen.default({ host: "0.0.0.0", port: 9443 }),
  LVS_AGENT_TOKEN: z.string().optional(),
  LVS_AGENT_ADDRESS: z
    .string()
    .refine((text) => isIP(text) !== 0, "must be an IP address")
    .optional(),
  LVS_AGENT_NAME: z.string().min(1).max(64).optional(),
  KEEPALIVED_CONF: path.default("/etc/keepalived/keepalived.conf"),
  LVS_AGENT_KEEPALIVED: z.string().default("keepalived"),
  LVS_AGENT_KEEPALIVED_LOG: logPlace.optional(),
  LVS_AGENT_FIFOS: z
    .string()
    .default("")
    .transform((text) => text.split(":").filter((each) => each !== ""))
    .pipe(z.array(path)),
  LVS_AGENT_START: argv.optional(),
  LVS_AGENT_STOP: argv.optional(),
  LVS_AGENT_RELOAD: argv.optional(),
});

/** The settings, or every mistake in them with the variable's name. Empty variables count as not set. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): SettingsReading {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) {
    return {
      isValid: false,
      mistakes: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    };
  }
  const found = parsed.data;
  return {
    isValid: true,
    settings: {
      stateDirectory: found.LVS_AGENT_STATE_DIR,
      listen: found.LVS_AGENT_LISTEN,
      token: found.LVS_AGENT_TOKEN,
      address: found.LVS_AGENT_ADDRESS,
      name: found.LVS_AGENT_NAME,
      keepalivedConf: found.KEEPALIVED_CONF,
      keepalivedBinary: found.LVS_AGENT_KEEPALIVED,
      keepalivedLog: found.LVS_AGENT_KEEPALIVED_LOG,
      fifos: found.LVS_AGENT_FIFOS,
      service: {
        start: found.LVS_AGENT_START,
        stop: found.LVS_AGENT_STOP,
        reload: found.LVS_AGENT_RELOAD,
      },
    },
  };
}
