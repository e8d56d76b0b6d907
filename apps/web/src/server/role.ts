import { z } from "zod";

/** A viewer looks, an operator changes the clusters, an admin changes the console and who may use it. Each may all that the one before may. */
export const roleSchema = z.enum(["viewer", "operator", "admin"]);
export type Role = z.infer<typeof roleSchema>;

export function isRole(text: string): text is Role {
  return roleSchema.safeParse(text).success;
}
