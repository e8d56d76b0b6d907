import { z } from "zod";
import { serviceIdSchema } from "../ipvs/model.ts";

/**
 * One intended change of keepalived.conf, in the operator's words. Applied to the bytes of a file by `applyEdits`
 * (apply-edits.ts), which touches only the lines it must. Plain data: plans store it and show it.
 */

/** A virtual_server block: by what it serves, or by the virtual_server_group it names. */
export const serviceRefSchema = z.union([
  serviceIdSchema,
  z.object({ kind: z.literal("group"), name: z.string().min(1) }),
]);
export type ServiceRef = z.infer<typeof serviceRefSchema>;

const word = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\s\p{Cc}{}"!#]+$/u, "one word, without blanks, quotes, braces, ! or #");

const port = z.int().min(0).max(65_535);
const weight = z.int().min(0).max(65_535);

export const realServerRefSchema = z.object({ address: word, port });
export type RealServerRef = z.infer<typeof realServerRefSchema>;

/** A keyword with its values; a value with blanks is written in double quotes. */
export const settingSchema = z.object({
  keyword: word,
  values: z.array(
    z
      .string()
      .max(900)
      .regex(/^[^\p{Cc}"]*$/u),
  ),
});
export type Setting = z.infer<typeof settingSchema>;

/** One step on the way from the top of the file to a block: its keyword and the words after it, as many as tell it apart. */
export const blockStepSchema = z.object({ keyword: word, values: z.array(z.string()) });
export type BlockStep = z.infer<typeof blockStepSchema>;

export const checkerTypeSchema = z.enum([
  "TCP_CHECK",
  "HTTP_GET",
  "SSL_GET",
  "SMTP_CHECK",
  "DNS_CHECK",
  "UDP_CHECK",
  "PING_CHECK",
  "MISC_CHECK",
  "BFD_CHECK",
  "FILE_CHECK",
]);
export type CheckerType = z.infer<typeof checkerTypeSchema>;

const addRealServer = z.object({
  kind: z.literal("addRealServer"),
  service: serviceRefSchema,
  realServer: z.object({ address: word, port, weight }),
  /**
   * Whose block to copy, checker and all: `sibling` (default) takes the last real server of the virtual server, an address
   * and port that one, `nothing` writes the weight alone.
   */
  like: z.union([z.enum(["sibling", "nothing"]), realServerRefSchema]).optional(),
});

const addVip = z.object({
  kind: z.literal("addVip"),
  instance: word,
  /** With prefix length where wanted: "10.0.0.5/24". */
  address: word,
  /** `dev eth0`, `label eth0:1` … as they follow the address. */
  options: z.array(word).optional(),
  /** Into virtual_ipaddress_excluded: not advertised, so one director may change before the other. */
  isExcluded: z.boolean().optional(),
});

const addVirtualServer = z.object({
  kind: z.literal("addVirtualServer"),
  service: serviceRefSchema,
  /** Keywords of the virtual server itself, in the order to write them: delay_loop, lb_algo, lb_kind … */
  settings: z.array(settingSchema),
  realServers: z.array(
    z.object({
      address: word,
      port,
      weight,
      checker: z.object({ type: checkerTypeSchema, settings: z.array(settingSchema) }).optional(),
    }),
  ),
});

const addInstance = z.object({
  kind: z.literal("addInstance"),
  name: word,
  state: z.enum(["MASTER", "BACKUP"]),
  interface: word,
  virtualRouterId: z.int().min(1).max(255),
  priority: z.int().min(1).max(255),
  advertIntervalS: z.number().min(0.01).max(255).optional(),
  /** Copies the authentication block of that instance, so that no password travels in the edit. */
  authenticationLike: word.optional(),
  settings: z.array(settingSchema).optional(),
  addresses: z.array(word),
});

export const configEditSchema = z.discriminatedUnion("kind", [
  addRealServer,
  z.object({
    kind: z.literal("removeRealServer"),
    service: serviceRefSchema,
    realServer: realServerRefSchema,
  }),
  z.object({
    kind: z.literal("setRealServerWeight"),
    service: serviceRefSchema,
    realServer: realServerRefSchema,
    weight,
  }),
  addVirtualServer,
  z.object({ kind: z.literal("removeVirtualServer"), service: serviceRefSchema }),
  z.object({
    kind: z.literal("addChecker"),
    service: serviceRefSchema,
    realServer: realServerRefSchema,
    checker: z.object({ type: checkerTypeSchema, settings: z.array(settingSchema) }),
  }),
  z.object({
    kind: z.literal("removeChecker"),
    service: serviceRefSchema,
    realServer: realServerRefSchema,
    type: checkerTypeSchema,
  }),
  addVip,
  z.object({ kind: z.literal("removeVip"), instance: word, address: word }),
  addInstance,
  z.object({ kind: z.literal("removeInstance"), name: word }),
  z.object({
    kind: z.literal("setPriority"),
    instance: word,
    priority: z.int().min(1).max(255),
  }),
  z.object({
    kind: z.literal("setKeyword"),
    /** Empty: the top level of the file. */
    block: z.array(blockStepSchema).max(6),
    keyword: word,
    /** Replaces all values; added at the end of the block where the keyword is absent. Null removes the line. */
    values: settingSchema.shape.values.nullable(),
  }),
]);
export type ConfigEdit = z.infer<typeof configEditSchema>;
export type ConfigEditOf<K extends ConfigEdit["kind"]> = Extract<ConfigEdit, { kind: K }>;
