import { z } from "zod";

/** What several objects of the model share. */

/** Where an object stands: file and line, from 1. */
export const sourceSchema = z.object({ path: z.string(), line: z.int() });
export type Source = z.infer<typeof sourceSchema>;

/** A keyword kept as written. */
export const settingSchema = z.object({
  keyword: z.string(),
  values: z.array(z.string()),
  source: sourceSchema,
});
export type Setting = z.infer<typeof settingSchema>;

/** A command line, and who runs it where the file says so. */
export const scriptSchema = z.object({
  /** Words as keepalived's shell-like splitter makes them. */
  argv: z.array(z.string()),
  user: z.string().optional(),
  group: z.string().optional(),
  source: sourceSchema,
});
export type Script = z.infer<typeof scriptSchema>;

/** Where and when a check connects. Absent: keepalived takes the real server's, then the virtual server's. */
const probe = {
  connectAddress: z.string().optional(),
  connectPort: z.int().optional(),
  bindAddress: z.string().optional(),
  bindPort: z.int().optional(),
  bindInterface: z.string().optional(),
  connectTimeoutS: z.number().optional(),
  retry: z.int().optional(),
  delayBeforeRetryS: z.number().optional(),
  delayLoopS: z.number().optional(),
  warmupS: z.number().optional(),
  settings: z.array(settingSchema),
  source: sourceSchema,
};

export const checkedUrlSchema = z.object({
  path: z.string().optional(),
  virtualhost: z.string().optional(),
  digest: z.string().optional(),
  /** As written: "200", "200-299". Empty: 200-299. */
  statusCodes: z.array(z.string()),
  settings: z.array(settingSchema),
  source: sourceSchema,
});
export type CheckedUrl = z.infer<typeof checkedUrlSchema>;

const http = { ...probe, urls: z.array(checkedUrlSchema), virtualhost: z.string().optional() };

export const checkerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("TCP_CHECK"), ...probe }),
  z.object({ type: z.literal("HTTP_GET"), ...http }),
  z.object({ type: z.literal("SSL_GET"), ...http }),
  z.object({ type: z.literal("SMTP_CHECK"), ...probe, heloName: z.string().optional() }),
  z.object({
    type: z.literal("DNS_CHECK"),
    ...probe,
    queryType: z.string().optional(),
    queryName: z.string().optional(),
  }),
  z.object({ type: z.literal("UDP_CHECK"), ...probe }),
  z.object({ type: z.literal("PING_CHECK"), ...probe }),
  z.object({
    type: z.literal("MISC_CHECK"),
    ...probe,
    script: scriptSchema.optional(),
    timeoutS: z.number().optional(),
    /** Exit codes 2 to 255 set the weight to code minus 2. */
    isDynamic: z.boolean(),
  }),
  z.object({ type: z.literal("BFD_CHECK"), ...probe, bfdName: z.string().optional() }),
  z.object({ type: z.literal("FILE_CHECK"), ...probe, trackFile: z.string().optional() }),
]);
export type Checker = z.infer<typeof checkerSchema>;
export type CheckerOf<T extends Checker["type"]> = Extract<Checker, { type: T }>;
