import { z } from "zod";
import type { Destination, VirtualService } from "./model.ts";
import { destinationSchema, serviceIdSchema, virtualServiceSchema } from "./model.ts";

/** One change of a table as plain data: what a plan shows, what the agent writes, what a line of `ipvsadm -R` says. */

/** A service without what only the kernel counts and without its real servers. */
export const serviceSettingsSchema = virtualServiceSchema.omit({
  counters: true,
  rates: true,
  destinations: true,
});
export type ServiceSettings = z.infer<typeof serviceSettingsSchema>;

/** A real server without what only the kernel counts. */
export const destinationSettingsSchema = destinationSchema.omit({
  activeConnections: true,
  inactiveConnections: true,
  persistentConnections: true,
  counters: true,
  rates: true,
});
export type DestinationSettings = z.infer<typeof destinationSettingsSchema>;

const endpointSchema = z.object({ address: z.string(), port: z.int().min(0).max(65_535) });

export const changeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("addService"), service: serviceSettingsSchema }),
  /** Everything but the identity may differ; connections and counters stay. */
  z.object({ kind: z.literal("editService"), service: serviceSettingsSchema }),
  /** Its real servers go with it. */
  z.object({ kind: z.literal("removeService"), service: serviceIdSchema }),
  z.object({
    kind: z.literal("addDestination"),
    service: serviceIdSchema,
    destination: destinationSettingsSchema,
  }),
  z.object({
    kind: z.literal("editDestination"),
    service: serviceIdSchema,
    destination: destinationSettingsSchema,
  }),
  z.object({ kind: z.literal("removeDestination"), service: serviceIdSchema, destination: endpointSchema }),
]);
export type Change = z.infer<typeof changeSchema>;

/** The settings of a service that stands in a table. */
export const serviceSettings = (service: VirtualService): ServiceSettings => {
  const { counters: _counters, rates: _rates, destinations: _destinations, ...settings } = service;
  return settings;
};

/** The settings of a real server that stands in a table. */
export const destinationSettings = (destination: Destination): DestinationSettings => {
  const {
    activeConnections: _active,
    inactiveConnections: _inactive,
    persistentConnections: _persistent,
    counters: _counters,
    rates: _rates,
    ...settings
  } = destination;
  return settings;
};
