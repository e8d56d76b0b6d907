import type { Configured } from "@lvs/core/director/configured";
import { configuredFromModel } from "@lvs/core/director/configured-from-model";
import type { ConfigFile } from "@lvs/core/director/state";
import { composeModel } from "@lvs/core/keepalived/compose";
import type { ConfigTree } from "@lvs/core/keepalived/cst";
import type { Diagnostic } from "@lvs/core/keepalived/diagnostic";
import { lintParsed } from "@lvs/core/keepalived/lint-parsed";
import { secretsOf } from "@lvs/core/keepalived/redact";
import { type ConfiguredRouter, configuredRouters } from "@lvs/core/vrrp/own-routers";
import type { System } from "../system/system.ts";
import { preprocessWithIncludes } from "./includes.ts";

/** What a keepalived.conf asks of this director. */
export interface Understood {
  readonly tree: ConfigTree;
  readonly configured: Configured;
  /** By place; each said once. */
  readonly diagnostics: readonly Diagnostic[];
  /** Notify FIFOs that no script of keepalived's own reads. */
  readonly fifos: readonly string[];
  /** With the passwords that adverts are compared with: they go nowhere but to the observer. */
  readonly routers: readonly ConfiguredRouter[];
}

/** Never refuses: mistakes are diagnostics. Throws SystemError only where the machine failed. */
export async function understand(
  system: System,
  file: { readonly path: string; readonly bytes: Uint8Array },
): Promise<Understood> {
  const configId = await readConfigId(system);
  const parsed = await preprocessWithIncludes(system, file, configId);
  const { value: tree } = parsed;
  const { value: model } = composeModel(tree);
  return {
    tree,
    configured: configuredFromModel(model),
    diagnostics: lintParsed(parsed, onTheDirector),
    fifos: chooseFifos(model.global.notifyFifos),
    routers: configuredRouters(model, secretsOf(tree.bytes)),
  };
}

/** Which `@id` lines are this director's: the node name, keepalived's own choice where it was started without -i. */
export async function readConfigId(system: System): Promise<string> {
  return (await system.files.readText("/proc/sys/kernel/hostname")).trim();
}

/** The FIFO for all carries everything; reading the others beside it would hear each line twice. */
function chooseFifos(
  fifos: readonly { readonly of: string; readonly path: string; readonly script?: unknown }[],
): string[] {
  const free = fifos.filter((fifo) => fifo.script === undefined);
  const all = free.filter((fifo) => fifo.of === "all");
  return [...new Set((all.length > 0 ? all : free).map((fifo) => fifo.path))];
}

/** Where keepalived cannot enter the namespace of its file it checks nothing, so the linter must. */
const onTheDirector = { hasNamespace: () => true };

/** As the live stream carries them: without paths, since nearly all are of the one file; an included file is named in the text. */
export function stateDiagnostics(
  diagnostics: readonly Diagnostic[],
  path: string,
): ConfigFile["diagnostics"] {
  return diagnostics.map((each) => ({
    severity: each.severity,
    line: each.line,
    column: each.column,
    code: each.code,
    message: each.path === path || each.path === "" ? each.message : `${each.path}: ${each.message}`,
  }));
}
