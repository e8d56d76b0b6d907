import type { AppRouter } from "./router.ts";
import { isRole, type Role } from "./role.ts";

/** Which role each procedure asks for. Total by type: a procedure without an entry, or an entry without a procedure, does not compile. */

type Paths<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends { _def: { procedure: true } }
    ? Key
    : `${Key}.${Paths<Tree[Key]>}`;
}[keyof Tree & string];

export type ProcedurePath = Paths<AppRouter["_def"]["record"]>;
export type Permission = Role | "public";

export const permissions = {
  "setup.status": "public",
  "setup.createFirstAdmin": "public",

  "live.watch": "viewer",
  "fleet.read": "viewer",

  "clusters.create": "admin",
  "clusters.rename": "admin",
  "clusters.remove": "admin",

  "directors.createToken": "admin",
  "directors.createRenewalToken": "admin",
  "directors.revoke": "admin",
  "directors.rename": "admin",
  "directors.remove": "admin",

  "realServers.list": "viewer",
  "realServers.publicKey": "viewer",
  "realServers.add": "admin",
  "realServers.remove": "admin",
  "realServers.readHostKey": "operator",
  "realServers.pinHostKey": "admin",
  "realServers.test": "operator",

  "workflows.plan": "viewer",
  "workflows.start": "operator",
  "workflows.pause": "operator",
  "workflows.resume": "operator",
  "workflows.goOn": "operator",
  "workflows.undoStep": "operator",
  "workflows.abort": "operator",
  "workflows.list": "viewer",
  "workflows.read": "viewer",
  "workflows.events": "viewer",

  "config.read": "viewer",
  "config.fingerprints": "viewer",
  "config.history": "viewer",

  "connections.find": "viewer",
  "connections.drainHolds": "viewer",
  "connections.busiest": "viewer",
  "connections.tryService": "operator",

  "table.setTimeouts": "operator",
  "table.flushService": "operator",
  "table.putBack": "operator",

  "samples.read": "viewer",
  "samples.series": "viewer",
  "events.list": "viewer",

  "audit.list": "admin",

  "users.me": "viewer",
  "users.changeOwnPassword": "viewer",
  "users.list": "admin",
  "users.create": "admin",
  "users.setRole": "admin",
  "users.remove": "admin",
  "users.resetPassword": "admin",
} as const satisfies Record<ProcedurePath, Permission>;

const byPath: ReadonlyMap<string, Permission> = new Map(Object.entries(permissions));

/** Undefined for a path that is not a procedure: refused by the caller. */
export function permissionOf(path: string): Permission | undefined {
  return byPath.get(path);
}

const rank = { viewer: 1, operator: 2, admin: 3 } as const satisfies Record<Role, number>;

/** Whether somebody with this role may do what asks for `needed`. A role that is not one of ours may nothing. */
export function mayDo(role: string, needed: Role): boolean {
  return isRole(role) && rank[role] >= rank[needed];
}
