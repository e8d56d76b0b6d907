import { z } from "zod";
import { connectionFilterSchema } from "../ipvs/connections.ts";
import { serviceIdSchema } from "../ipvs/model.ts";
import { parseAddress } from "../net/address.ts";
import { networkAddress, parseCidr, printCidr } from "../net/cidr.ts";

/**
 * What the console may ask a director of its connection table, and what comes back. The table is read when somebody asks and at no
 * other time: each reading walks all of it in the kernel. A table that could not be read is an error on the wire, never an empty answer.
 */

/** An address in any legal spelling; comes out canonical. */
const addressSchema = z
  .string()
  .max(64)
  .transform((text, context) => {
    const address = parseAddress(text.trim());
    if (address !== undefined) return address;
    context.addIssue({ code: "custom", message: "not an IPv4 or IPv6 address" });
    return z.NEVER;
  });

/** An address, or a network "192.0.2.0/24" whose host bits are cleared. */
const clientSchema = z
  .string()
  .max(64)
  .transform((text, context) => {
    const cidr = parseCidr(text.trim());
    if (cidr === undefined) {
      context.addIssue({ code: "custom", message: "neither an address nor a network" });
      return z.NEVER;
    }
    return text.includes("/") ? printCidr({ ...cidr, address: networkAddress(cidr) }) : cidr.address;
  });

/** Rows that one question brings at most; its totals count every match all the same. */
export const connectionsShownAtMost = 1_000;

const questionFilterSchema = connectionFilterSchema.extend({
  client: clientSchema.optional(),
  realServer: z.object({ address: addressSchema, port: z.int().optional() }).optional(),
});

const limitSchema = z.int().min(1).max(connectionsShownAtMost).default(connectionsShownAtMost);

/** `limit`: rows that come back; the totals still count every match. */
export const connectionQuestionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("matching"), filter: questionFilterSchema, limit: limitSchema }),
  /** Which real server serves this client? Its connections, and the templates whose network it is in. */
  z.object({ kind: z.literal("serving"), client: addressSchema, limit: limitSchema }),
]);
export type ConnectionQuestion = z.infer<typeof connectionQuestionSchema>;

export const connectionTotalsSchema = z.object({
  connections: z.int(),
  templates: z.int(),
  /** Connections by the kernel's state names. */
  byState: z.record(z.string(), z.int()),
  /** By real server, "10.0.0.1:80". */
  byRealServer: z.record(
    z.string(),
    z.object({
      connections: z.int(),
      templates: z.int(),
      /** Connections by the kernel's state names. */
      byState: z.record(z.string(), z.int()),
      /** Seconds until the last of its templates expires if no client renews one; 0 without any. */
      longestTemplateS: z.int(),
    }),
  ),
});

/** When a reading ended, on the director's clock, and how long it took there. */
const readingSchema = z.object({
  status: z.literal("known"),
  readAtMs: z.number(),
  tookMs: z.number(),
});

/** The kernel has no ip_vs module. */
const absentSchema = z.object({ status: z.literal("absent"), reason: z.string(), readAtMs: z.number() });

/** Drained real servers that persistence templates still send clients to (core's `findDrainHolds`). */
export const drainHoldsAnswerSchema = z.discriminatedUnion("status", [
  readingSchema.extend({
    holds: z.array(
      z.object({
        service: serviceIdSchema,
        realServer: z.object({ address: z.string(), port: z.int() }),
        templates: z.int(),
        /** Seconds until the last of them expires if no client comes again. */
        longestExpiresS: z.int(),
      }),
    ),
  }),
  absentSchema,
]);
export type DrainHoldsAnswer = z.infer<typeof drainHoldsAnswerSchema>;

export const busiestQuestionSchema = z.object({
  filter: questionFilterSchema,
  limit: z.int().min(1).max(100).default(10),
});
export type BusiestQuestion = z.infer<typeof busiestQuestionSchema>;

/** The clients with most entries (core's `ClientCount`). */
export const busiestAnswerSchema = z.discriminatedUnion("status", [
  readingSchema.extend({
    clients: z.array(
      z.object({
        address: z.string(),
        connections: z.int(),
        established: z.int(),
        templates: z.int(),
        /** TCP connections in FIN_WAIT, and entries of all kinds by real server; absent from an agent that does not say. */
        finWait: z.int().optional(),
        byRealServer: z.record(z.string(), z.int()).optional(),
      }),
    ),
    /** Different clients among the matches. */
    clientCount: z.int(),
  }),
  absentSchema,
]);
export type BusiestAnswer = z.infer<typeof busiestAnswerSchema>;
