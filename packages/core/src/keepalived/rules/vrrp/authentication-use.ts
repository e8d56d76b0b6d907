import { inInstance } from "../examples.ts";
import { lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { instancesOf, settle, vrrpGlobalsOf } from "./instance.ts";
import type { Instance, Settled } from "./instance.ts";

export const authenticationUse: Rule = {
  code: "authentication-use",
  severity: "warning",
  title: "authentication that keepalived drops",
  reason:
    "Version 3 and strict mode have no authentication, and a type without a password is none: adverts go out unprotected.",
  mend: "Remove the block, or use version 2 with auth_type and auth_pass.",
  bad: inInstance("version 3", "authentication {", "auth_type PASS", "auth_pass secret", "}"),
  good: inInstance("version 2", "authentication {", "auth_type PASS", "auth_pass secret", "}"),
  ofFile: (file) => {
    const globals = vrrpGlobalsOf(file);
    for (const instance of instancesOf(file)) {
      const message = conflictOf(instance, settle(instance, globals));
      if (message === undefined) continue;
      const line = lastOf(instance.top.entry, "authentication") ?? instance.top.entry;
      file.report(instance.top.absolute(line.spot), `${instance.name}: ${message}`);
    }
  },
};

const conflictOf = (instance: Instance, settled: Settled): string | undefined => {
  const { authType, hasPassword, family } = instance;
  if (authType === undefined) return undefined;
  if (settled.isStrict) return "strict mode has no authentication: keepalived drops it";
  if (settled.version === 3) return "VRRP version 3 has no authentication: keepalived drops it";
  if (!hasPassword) return "auth_type without auth_pass: keepalived drops it";
  if (authType !== "AH") return undefined;
  if (family === "inet6") return "AH does not work with IPv6: keepalived drops it";
  if (settled.state !== "MASTER" || settled.priority === 255) return undefined;
  return "AH cannot start as MASTER: keepalived starts as BACKUP";
};
