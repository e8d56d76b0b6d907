import { printEndpoint } from "../net/endpoint.ts";
import { serviceKey } from "../ipvs/table.ts";
import type { ConfiguredRealServer } from "../director/configured.ts";
import type { Row } from "../director/commands.ts";
import type { Proof, Step } from "./plan.ts";
import { detectionMs, type PicturedDirector } from "./cluster-picture.ts";

/** The steps on and around one real server that adding and removing it share. */

export interface PicturedRealServer {
  readonly id: string;
  readonly address: string;
  /** Where it stands, or will stand, on each director. */
  readonly rows: readonly (Row & { readonly weight: number })[];
  /** Addresses it needs on lo: those of its Route and Tunnel services (Masq needs none). */
  readonly vips: readonly string[];
}

const oneHour = 3_600_000;

/** Weight 0 on every director; the connections that are there finish (quiesce, ipvsadm(8) -w). */
export function drainStep(
  real: PicturedRealServer,
  directors: readonly PicturedDirector[],
  most: number,
): Step {
  const each = <T>(make: (directorId: string, row: Row & { weight: number }) => T): T[] =>
    directors.flatMap((director) => rowsOn(director, real).map((row) => make(director.facts.id, row)));
  return {
    id: "drain",
    kind: "drain",
    subject: real.address,
    guards: each((directorId, row) => ({ kind: "rowPresent", directorId, row: bare(row) })),
    actions: each((directorId, row) => ({ kind: "setWeight", directorId, row: bare(row), weight: 0 })),
    proofs: [
      ...each((directorId, row): Proof => ({ kind: "rowHasWeight", directorId, row: bare(row), weight: 0 })),
      ...each((directorId, row): Proof => ({
        kind: "rowDrained",
        directorId,
        row: bare(row),
        most,
      })),
    ],
    undo: each((directorId, row) => ({ kind: "setWeight", directorId, row: bare(row), weight: row.weight })),
    undoProofs: each((directorId, row) => ({
      kind: "rowHasWeight",
      directorId,
      row: bare(row),
      weight: row.weight,
    })),
    holdMs: 3_000,
    limitMs: oneHour,
    expected: { clientsCut: 0, vipGapMs: 0 },
  };
}

/** The service ends first; the checkers of every director then take the row out (or set its weight to 0: inhibit_on_failure). */
export function stopServiceStep(real: PicturedRealServer, directors: readonly PicturedDirector[]): Step {
  const gone = directors.flatMap((director) => rowsOn(director, real).map((row) => outProof(director, row)));
  return {
    id: "stopService",
    kind: "stopService",
    subject: real.address,
    guards: [],
    actions: [{ kind: "service", realServerId: real.id, verb: "stop" }],
    proofs: [...answerProofs(real, false), ...gone],
    undo: [{ kind: "service", realServerId: real.id, verb: "start" }],
    undoProofs: [...answerProofs(real, true), ...presentProofs(real, directors)],
    holdMs: 1_000,
    limitMs: 20_000 + longestDetection(real, directors),
    expected: { clientsCut: 0, vipGapMs: 0 },
  };
}

/** Only when no director forwards to it any more: the VIP gone from lo while it does would fail those clients (book 6.5.1). */
export function removeVipStep(real: PicturedRealServer, directors: readonly PicturedDirector[]): Step {
  return {
    id: "removeVip",
    kind: "removeVip",
    subject: real.address,
    guards: [
      ...answerProofs(real, false),
      ...directors.flatMap((director) => rowsOn(director, real).map((row) => outProof(director, row))),
    ],
    actions: [{ kind: "lvsReal", realServerId: real.id, verb: "stop", vips: [...real.vips] }],
    proofs: loopbackProofs(real, false),
    undo: [{ kind: "lvsReal", realServerId: real.id, verb: "start", vips: [...real.vips] }],
    undoProofs: [...loopbackProofs(real, true), { kind: "arpSuppressed", realServerId: real.id }],
    holdMs: 0,
    limitMs: 30_000,
    expected: { clientsCut: 0, vipGapMs: 0 },
  };
}

export function startServiceStep(real: PicturedRealServer): Step {
  return {
    id: "startService",
    kind: "startService",
    subject: real.address,
    guards: [],
    actions: [{ kind: "service", realServerId: real.id, verb: "start" }],
    proofs: answerProofs(real, true),
    undo: [{ kind: "service", realServerId: real.id, verb: "stop" }],
    undoProofs: answerProofs(real, false),
    holdMs: 0,
    limitMs: 30_000,
    expected: { clientsCut: 0, vipGapMs: 0 },
  };
}

/** `lvs_real start`, proven by what the domain's checklist asks: VIP on lo, ARP suppressed, and the service still answering. */
export function addVipStep(real: PicturedRealServer): Step {
  return {
    id: "addVip",
    kind: "addVip",
    subject: real.address,
    guards: answerProofs(real, true),
    actions: [{ kind: "lvsReal", realServerId: real.id, verb: "start", vips: [...real.vips] }],
    proofs: [...loopbackProofs(real, true), { kind: "arpSuppressed", realServerId: real.id }],
    undo: [{ kind: "lvsReal", realServerId: real.id, verb: "stop", vips: [...real.vips] }],
    undoProofs: loopbackProofs(real, false),
    holdMs: 0,
    limitMs: 30_000,
    expected: { clientsCut: 0, vipGapMs: 0 },
  };
}

export function presentProofs(real: PicturedRealServer, directors: readonly PicturedDirector[]): Proof[] {
  return directors.flatMap((director) =>
    rowsOn(director, real).map((row): Proof => ({
      kind: "rowPresent",
      directorId: director.facts.id,
      row: bare(row),
    })),
  );
}

/** A row without its weight: what names it in the kernel. */
export function bare({ service, address, port }: Row): Row {
  return { service, address, port };
}

function rowsOn(director: PicturedDirector, real: PicturedRealServer): (Row & { weight: number })[] {
  return real.rows.flatMap((row) => {
    const configured = findConfigured(director, row);
    return configured === undefined ? [] : [{ ...row, weight: configured.weight }];
  });
}

function findConfigured(director: PicturedDirector, row: Row): ConfiguredRealServer | undefined {
  const service = director.configured.services.find(
    (each) => serviceKey(each.id) === serviceKey(row.service),
  );
  return service?.realServers.find((each) => printEndpoint(each) === printEndpoint(row));
}

function outProof(director: PicturedDirector, row: Row): Proof {
  const isInhibited = findConfigured(director, row)?.inhibitOnFailure === true;
  const where = { directorId: director.facts.id, row: bare(row) };
  return isInhibited ? { kind: "rowHasWeight", ...where, weight: 0 } : { kind: "rowGone", ...where };
}

function answerProofs(real: PicturedRealServer, isExpected: boolean): Proof[] {
  const ports = [...new Set(real.rows.map((row) => row.port))];
  return ports.map((port) => ({ kind: "serviceAnswers", realServerId: real.id, port, isExpected }));
}

function loopbackProofs(real: PicturedRealServer, isExpected: boolean): Proof[] {
  return real.vips.map((vip) => ({ kind: "vipOnLoopback", realServerId: real.id, vip, isExpected }));
}

function longestDetection(real: PicturedRealServer, directors: readonly PicturedDirector[]): number {
  const times = directors.flatMap((director) =>
    real.rows.map((row) => detectionMs(director.configured.services, row)),
  );
  return Math.max(0, ...times);
}
