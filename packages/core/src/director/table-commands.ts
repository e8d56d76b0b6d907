import { z } from "zod";
import { destinationSettingsSchema } from "../ipvs/change.ts";
import { type Timeouts, timeoutsSchema } from "../ipvs/listing-state.ts";
import { serviceIdSchema } from "../ipvs/model.ts";
import { refusalSchema } from "./commands.ts";

/**
 * What may be changed of a director's table beside weights. Every question carries what its asker saw; where the kernel holds something
 * else by now, nothing is written. What is answered was read back from the kernel.
 */

/** 1 s to what the kernel takes in ticks of a 250 Hz clock; 0 would mean "leave it". */
const timeoutSchema = z.int().min(1).max(8_589_934);

/** `ipvsadm --set`. `isRuleWaived`: also where the TCP timeout is short and not below the FIN timeout (core's `timeoutConcerns`). */
export const setTimeoutsSchema = z.object({
  timeouts: z.object({ tcpS: timeoutSchema, tcpFinS: timeoutSchema, udpS: timeoutSchema }),
  expected: timeoutsSchema,
  isRuleWaived: z.boolean().default(false),
});
export type SetTimeouts = z.infer<typeof setTimeoutsSchema>;

export const setTimeoutsResultSchema = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    previous: timeoutsSchema,
    timeouts: timeoutsSchema,
    /** The ipvsadm command that would have done the same, for the record. */
    command: z.string(),
  }),
  refusalSchema,
]);
export type SetTimeoutsResult = z.infer<typeof setTimeoutsResultSchema>;

const endpointSchema = z.object({ address: z.string(), port: z.int().min(0).max(65_535) });

/**
 * Takes every real server out of one service that keepalived.conf does not name. `expected`: the rows that the asker saw, in any order.
 * A service of the file is refused: the daemon would neither notice nor repair it.
 */
export const flushServiceSchema = z.object({
  service: serviceIdSchema,
  expected: z.array(endpointSchema).max(10_000),
});
export type FlushService = z.infer<typeof flushServiceSchema>;

export const flushServiceResultSchema = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    /** As they stood. The agent keeps them for `putBack` until it ends. */
    removed: z.array(destinationSettingsSchema),
    /** Lines for `ipvsadm -R` that put them back, for the record and for an agent that has ended since. */
    wayBack: z.array(z.string()),
  }),
  refusalSchema,
]);
export type FlushServiceResult = z.infer<typeof flushServiceResultSchema>;

/** Adds the real servers that the last flush took out of this service. A row that is there again by itself stays as it is. */
export const putBackSchema = z.object({ service: serviceIdSchema });
export type PutBack = z.infer<typeof putBackSchema>;

export const putBackResultSchema = z.discriminatedUnion("outcome", [
  z.object({
    outcome: z.literal("done"),
    added: z.array(endpointSchema),
    /** Rows that stood there already. */
    present: z.array(endpointSchema),
  }),
  refusalSchema,
]);
export type PutBackResult = z.infer<typeof putBackResultSchema>;

/** Whether any of the three gets shorter: then connections that only paused may end, and the director's name has to be typed. */
export const isShortened = (before: Timeouts, after: Timeouts): boolean =>
  after.tcpS < before.tcpS || after.tcpFinS < before.tcpFinS || after.udpS < before.udpS;
