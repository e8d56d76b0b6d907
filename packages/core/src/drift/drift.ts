import { z } from "zod";
import { serviceIdSchema } from "../ipvs/model.ts";
import { destinationKey, serviceKey } from "../ipvs/table.ts";

/**
 * Drift: where the kernel's table is not what the loaded keepalived.conf asks for, though keepalived itself is not the reason. A
 * reload does not put it back: keepalived writes only what its own file has changed since the last one.
 */

export const differenceKindSchema = z.enum([
  "serviceMissing",
  "serviceExtra",
  "realServerMissing",
  "realServerExtra",
  /** In the kernel with weight, though its checker took it out. */
  "realServerPutBack",
  "scheduler",
  "schedulerFlags",
  "persistence",
  "onePacket",
  "forwarding",
  "tunnel",
  "weight",
  "upperThreshold",
  "lowerThreshold",
  /** `ipvsadm --set` against lvs_timeouts: of the whole director. */
  "timeouts",
]);
export type DifferenceKind = z.infer<typeof differenceKindSchema>;

/** One thing that differs, at one moment. */
export const differenceSchema = z.object({
  kind: differenceKindSchema,
  /** Absent: of the whole director. */
  service: serviceIdSchema.optional(),
  /** Absent: of the service itself. */
  realServer: z.object({ address: z.string(), port: z.int() }).optional(),
  /** What the configuration asks for and what the kernel has, in ipvsadm's words; absent: nothing. */
  configured: z.string().optional(),
  kernel: z.string().optional(),
  /** Commands that take this difference away, in order, each as it stands on a line of its own. */
  undo: z.array(z.string()),
});
export type Difference = z.infer<typeof differenceSchema>;

/**
 * Who made it: the console (a weight that one of its runs has set), a hand (the agent saw it appear while keepalived said nothing and
 * was neither started nor reloaded), or not known (it was there before the agent looked, or keepalived was just at work).
 */
export const driftAuthorSchema = z.enum(["console", "hand", "notKnown"]);
export type DriftAuthor = z.infer<typeof driftAuthorSchema>;

export const driftItemSchema = differenceSchema.extend({
  /** When the agent first saw it, on the director's clock. */
  sinceMs: z.number(),
  /** False: it was there at the agent's first look and may be older. */
  isSinceExact: z.boolean(),
  by: driftAuthorSchema,
});
export type DriftItem = z.infer<typeof driftItemSchema>;

export const driftSchema = z.object({
  /** The first `driftShown`, in the order of the table. */
  items: z.array(driftItemSchema),
  /** All that nobody but a hand can have made: those of the console are not counted. */
  count: z.int(),
});
export type Drift = z.infer<typeof driftSchema>;

/** More than anybody reads one by one; a table in which everything differs is one fact, not a hundred thousand. */
export const driftShown = 500;

/** One text per place and kind: the same difference in two readings has the same key, whatever its values. */
export const differenceKey = (difference: Difference): string =>
  `${difference.kind} ${subjectOf(difference)}`;

/** What it is about: "TCP 192.0.2.1:80 192.0.2.7:80", "TCP 192.0.2.1:80"; empty for the whole director. */
export const subjectOf = ({ realServer, service }: Difference): string =>
  [
    ...(service === undefined ? [] : [serviceKey(service)]),
    ...(realServer === undefined ? [] : [destinationKey(realServer)]),
  ].join(" ");
