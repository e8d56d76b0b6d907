import { z } from "zod";
import { virtualServiceSchema, type IpvsTable } from "../ipvs/model.ts";
import { serviceKey } from "../ipvs/table.ts";
import { advertCountSchema, withCounts } from "./speakers.ts";
import {
  directorStateSchema,
  logLinesKept,
  sectionNames,
  type DirectorState,
  type SectionName,
} from "./state.ts";
import { applyVerdicts, changedVerdictsSchema } from "./verdicts-change.ts";

/** Something that happened, kept for the record: the facts it changed come beside it as changes of their sections. */
export const directorEventSchema = z.object({
  atMs: z.number(),
  kind: z.enum([
    "vrrpTransition",
    "addressAdded",
    "addressRemoved",
    "realServerUp",
    "realServerDown",
    "serviceUp",
    "serviceDown",
    "daemonStarted",
    "daemonStopped",
    "configChanged",
    "configReverted",
    "tableChangedByHand",
    "agentStarted",
  ]),
  /** What it happened to: an instance, an address, a "TCP 192.0.2.1:80 192.0.2.7:80". */
  subject: z.string(),
  /** keepalived's or the agent's own words. */
  detail: z.string(),
});
export type DirectorEvent = z.infer<typeof directorEventSchema>;

const shape = directorStateSchema.shape;

/**
 * One numbered change on an agent's stream. A stream begins with `snapshot`; what follows replaces whole sections, except the
 * table and the verdicts, of which only what differs is sent. `beat` says that the named sections were read again and are the same.
 */
export const directorChangeSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("snapshot"),
    state: directorStateSchema,
    /** The long lists of `state` came before it in so many parts (snapshot-parts); absent: they are in it. */
    parts: z.int().optional(),
  }),
  z.object({ kind: z.literal("host"), fact: shape.host }),
  z.object({ kind: z.literal("table"), fact: shape.table }),
  z.object({
    kind: z.literal("services"),
    atMs: z.number(),
    /** Keys of all virtual services in the kernel's order; sent only where the set or the order changed. */
    order: z.array(z.string()).optional(),
    changed: z.array(virtualServiceSchema),
  }),
  z.object({ kind: z.literal("settings"), fact: shape.settings }),
  z.object({ kind: z.literal("vrrp"), fact: shape.vrrp }),
  z.object({ kind: z.literal("speakers"), fact: shape.speakers.unwrap() }),
  /** Only the counts of speakers that are known already. */
  z.object({ kind: z.literal("adverts"), atMs: z.number(), counts: z.array(advertCountSchema) }),
  z.object({ kind: z.literal("health"), fact: shape.health }),
  /** Only the verdicts that differ, where the rows are those that are known already. */
  z.object({ kind: z.literal("verdicts"), atMs: z.number(), changed: changedVerdictsSchema }),
  z.object({ kind: z.literal("drift"), fact: shape.drift.unwrap() }),
  z.object({ kind: z.literal("config"), fact: shape.config }),
  z.object({ kind: z.literal("daemon"), fact: shape.daemon }),
  z.object({ kind: z.literal("log"), lines: z.array(z.string()) }),
  z.object({ kind: z.literal("event"), event: directorEventSchema }),
  z.object({ kind: z.literal("beat"), atMs: z.number(), sections: z.array(z.enum(sectionNames)) }),
]);
export type DirectorChange = z.infer<typeof directorChangeSchema>;

/** The state after one change. Pure; a change of services without a known table before it leaves the state as it was. */
export function applyDirectorChange(state: DirectorState, change: DirectorChange): DirectorState {
  switch (change.kind) {
    case "snapshot":
      return change.state;
    case "host":
      return { ...state, host: change.fact };
    case "table":
      return { ...state, table: change.fact };
    case "services":
      return applyServices(state, change);
    case "settings":
      return { ...state, settings: change.fact };
    case "vrrp":
      return { ...state, vrrp: change.fact };
    case "speakers":
      return { ...state, speakers: change.fact };
    case "adverts":
      return applyAdverts(state, change);
    case "health":
      return { ...state, health: change.fact };
    case "verdicts":
      return withVerdicts(state, change);
    case "drift":
      return { ...state, drift: change.fact };
    case "config":
      return { ...state, config: change.fact };
    case "daemon":
      return { ...state, daemon: change.fact };
    case "log":
      return { ...state, log: [...state.log, ...change.lines].slice(-logLinesKept) };
    case "event":
      return state;
    case "beat":
      return change.sections.reduce((next, section) => withAge(next, section, change.atMs), state);
  }
}

/** What turns one known table into the next: undefined where nothing differs. Keys by `serviceKey`. */
export function diffServices(
  before: IpvsTable,
  after: IpvsTable,
  isSame: (a: unknown, b: unknown) => boolean,
): { order?: string[]; changed: IpvsTable["services"] } | undefined {
  const old = new Map(before.services.map((service) => [serviceKey(service.id), service]));
  const changed = after.services.filter((service) => !isSame(old.get(serviceKey(service.id)), service));
  const order = after.services.map((service) => serviceKey(service.id));
  const isOrderSame =
    before.services.length === order.length &&
    before.services.every((service, index) => serviceKey(service.id) === order[index]);
  if (isOrderSame) return changed.length === 0 ? undefined : { changed };
  return { order, changed };
}

type ServicesChange = Extract<DirectorChange, { kind: "services" }>;

function applyServices(state: DirectorState, change: ServicesChange): DirectorState {
  if (state.table.status !== "known") return state;
  const services = new Map(state.table.value.services.map((service) => [serviceKey(service.id), service]));
  const order = change.order ?? [...services.keys()];
  for (const service of change.changed) services.set(serviceKey(service.id), service);
  const next = order.flatMap((key) => services.get(key) ?? []);
  return {
    ...state,
    table: { status: "known", atMs: change.atMs, value: { ...state.table.value, services: next } },
  };
}

function withVerdicts(
  state: DirectorState,
  { atMs, changed }: Extract<DirectorChange, { kind: "verdicts" }>,
): DirectorState {
  if (state.health.status !== "known") return state;
  const value = applyVerdicts(state.health.value, changed);
  return { ...state, health: { status: "known", atMs, value } };
}

function applyAdverts(
  state: DirectorState,
  { atMs, counts }: Extract<DirectorChange, { kind: "adverts" }>,
): DirectorState {
  if (state.speakers.status !== "known") return state;
  return { ...state, speakers: { status: "known", atMs, value: withCounts(state.speakers.value, counts) } };
}

/** What a console has to name that it understands, beside what every console does: it refuses words it does not know. */
export const laterSections = ["speakers", "drift"] as const satisfies readonly SectionName[];

const isLater = (section: string): boolean => laterSections.some((each) => each === section);

/** The change as this console understands it; undefined: nothing of it. A console names what it understands of `laterSections`. */
export function changeFor(change: DirectorChange, understood: readonly string[]): DirectorChange | undefined {
  const isKnown = (section: string): boolean => !isLater(section) || understood.includes(section);
  switch (change.kind) {
    case "speakers":
    case "adverts":
      return isKnown("speakers") ? change : undefined;
    case "drift":
      return isKnown("drift") ? change : undefined;
    case "beat":
      return { ...change, sections: change.sections.filter(isKnown) };
    case "snapshot":
    case "host":
    case "table":
    case "services":
    case "settings":
    case "vrrp":
    case "health":
    case "verdicts":
    case "config":
    case "daemon":
    case "log":
    case "event":
      return change;
  }
}

function withAge(state: DirectorState, section: SectionName, atMs: number): DirectorState {
  return { ...state, [section]: { ...state[section], atMs } };
}
