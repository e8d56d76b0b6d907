import type { Configured } from "../director/configured.ts";
import { knownValue } from "../director/fact.ts";
import type { ConfigFile, DirectorState } from "../director/state.ts";
import { wantedTable, type WantedTable } from "./configured-table.ts";
import type { DriftQuestion } from "./find-drift.ts";

/** What a director's facts say of drift at this moment. `absent`: there is nothing to compare with. `unknown`: it could not be asked. */
export type DriftReading =
  /** `question`: what `findDrift` answers. */
  | { readonly status: "known"; readonly question: DriftQuestion; readonly basis: string }
  | { readonly status: "absent" | "unknown"; readonly reason: string };

export type DriftFacts = Pick<DirectorState, "table" | "config" | "daemon" | "health" | "settings">;

/**
 * The table beside the configuration that the running daemon has loaded. Where nobody saw what it loaded, the file on disk is
 * taken for it. Without a running daemon nothing is asked for; a file without virtual servers leaves the table to somebody else.
 * `basis` names what was compared with: another one after each start and each loaded file.
 */
export const readDrift = (facts: DriftFacts): DriftReading => {
  const { config, daemon, table } = facts;
  if (daemon.status !== "known") return { status: "unknown", reason: daemon.reason };
  if (!daemon.value.isRunning)
    return { status: "absent", reason: "keepalived does not run: no configuration is loaded" };
  if (config.status !== "known") return config;
  if (table.status !== "known") return table;
  const configured = loadedConfiguration(config.value);
  if (configured === undefined)
    return { status: "unknown", reason: "the file that keepalived has loaded is not kept any more" };
  if (configured.services.length === 0)
    return { status: "absent", reason: "the configuration has no virtual_server" };
  const parent = daemon.value.processes.find(({ role }) => role === "parent");
  return {
    status: "known",
    basis: `${parent?.pid ?? ""} ${parent?.startedAtMs ?? ""} ${config.value.loadedSha256 ?? config.value.sha256}`,
    question: {
      table: table.value,
      wanted: preparedTable(configured),
      wantedTimeouts: configured.timeouts,
      verdicts: knownValue(facts.health) ?? [],
      timeouts: knownValue(facts.settings)?.timeouts,
    },
  };
};

/** Undefined: another file than the one on disk is loaded, and its text is not to be had any more. */
export const loadedConfiguration = (file: ConfigFile): Configured | undefined =>
  file.loadedSha256 === undefined || file.loadedSha256 === file.sha256 ? file.configured : file.loaded;

/** Made once for each configuration: it is the same object for as long as the file is. */
const prepared = new WeakMap<Configured, WantedTable>();

const preparedTable = (configured: Configured): WantedTable => {
  const known = prepared.get(configured);
  if (known !== undefined) return known;
  const made = wantedTable(configured);
  prepared.set(configured, made);
  return made;
};
