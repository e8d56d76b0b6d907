import fc from "fast-check";
import { expect, test } from "vitest";
import { applyDirectorChange, type DirectorChange } from "../director/change.ts";
import type { Configured } from "../director/configured.ts";
import { knownValue } from "../director/fact.ts";
import type { DirectorState, Verdict } from "../director/state.ts";
import type { VirtualService } from "../ipvs/model.ts";
import { factsOf, fixtureCluster } from "../workflow/cluster.fixture.ts";
import { planFailOver } from "../workflow/fail-over.ts";
import { newRun } from "../workflow/progress.ts";
import type { Run } from "../workflow/run.ts";
import { joinRows } from "./rows.ts";
import {
  healthyState,
  sampleConfigured,
  sampleDestination,
  sampleRealServer,
  sampleService,
  withDrift,
} from "./sample-fleet.ts";

const marks = [1, 2, 3];
const hosts = [1, 2, 3, 4];
const idOf = (mark: number) => ({ kind: "fwmark", mark, family: "inet" }) as const;
const address = (host: number): string => `192.0.2.${100 + host}`;

const serviceOf = (mark: number, weights: readonly number[]): VirtualService => ({
  ...sampleService(weights.map((weight, index) => sampleDestination(address(index + 1), { weight }))),
  id: idOf(mark),
});
const configuredOf = (counts: readonly number[]): Configured => ({
  ...sampleConfigured([]),
  services: marks.flatMap((mark, index) =>
    sampleConfigured(
      hosts.slice(0, counts[index]).map((host) => sampleRealServer(address(host))),
    ).services.map((service) => ({ ...service, id: idOf(mark) })),
  ),
});
const verdictsOf = (downs: readonly number[]): Verdict[] =>
  marks.flatMap((mark) =>
    hosts.map((host) => ({
      service: idOf(mark),
      address: address(host),
      port: 80,
      verdict: downs.includes(mark * 10 + host) ? "down" : "up",
    })),
  );

const begin = (): DirectorState => {
  const state = healthyState(true, { configured: configuredOf([4, 4, 4]), verdicts: verdictsOf([]) });
  if (state.table.status !== "known") throw new Error("the sample knows its table");
  const services = marks.map((mark) => serviceOf(mark, [100, 100, 100, 100]));
  return { ...state, table: { ...state.table, value: { ...state.table.value, services } } };
};

type Edit = (state: DirectorState) => DirectorState;
const change =
  (made: DirectorChange): Edit =>
  (state) =>
    applyDirectorChange(state, made);
const withFile =
  (edit: (file: Extract<DirectorState["config"], { status: "known" }>["value"]) => typeof file): Edit =>
  (state) =>
    state.config.status === "known"
      ? { ...state, config: { ...state.config, value: edit(state.config.value) } }
      : state;

const mark = fc.constantFrom(...marks);
const counts = fc.array(fc.nat(4), { minLength: 3, maxLength: 3 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc
    .tuple(mark, fc.array(fc.constantFrom(0, 50, 100), { maxLength: 5 }))
    .map(([at, weights]) => change({ kind: "services", atMs: 1, changed: [serviceOf(at, weights)] })),
  fc
    .subarray(marks.map(String))
    .map((order) =>
      change({ kind: "services", atMs: 1, order: order.map((each) => `FWM ${each}`), changed: [] }),
    ),
  fc
    .tuple(fc.nat(11), fc.constantFrom("up", "down", "unknown"))
    .map(([at, verdict]) =>
      change({ kind: "verdicts", atMs: 1, changed: [{ at, verdict: { ...verdictAt(at), verdict } }] }),
    ),
  fc
    .array(fc.integer({ min: 11, max: 34 }))
    .map((downs) => change({ kind: "health", fact: known(verdictsOf(downs)) })),
  counts.map((each) => withFile((file) => ({ ...file, configured: configuredOf(each) }))),
  fc.option(counts, { nil: undefined }).map((each) =>
    withFile(({ loaded, ...file }) => ({
      ...file,
      loadedSha256: loaded === undefined ? "other" : "another",
      ...(each === undefined ? {} : { loaded: configuredOf(each) }),
    })),
  ),
  fc.constant(withDrift),
  fc.constant(change({ kind: "drift", fact: { status: "unknown", atMs: 1, reason: "not asked" } })),
  fc.constant(change({ kind: "beat", atMs: 2, sections: ["table", "health", "config", "drift"] })),
);
const known = <Value>(value: Value) => ({ status: "known", atMs: 1, value }) as const;
const verdictAt = (at: number): Verdict => {
  const verdict = verdictsOf([])[at];
  if (verdict === undefined) throw new Error(`no verdict at ${at}`);
  return verdict;
};

test("whatever was joined before, the rows are those of the facts as they are now", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), fc.boolean(), (edits, isOther) => {
      let state = begin();
      for (const [index, each] of edits.entries()) {
        state = each(state);
        const directorId = isOther && index % 2 === 1 ? "lvs-2" : "lvs-1";
        const anew = joinRows({ directorId, state: structuredClone(state), runs: [] });
        expect(joinRows({ directorId, state, runs: [] })).toEqual(anew);
      }
    }),
  );
});

test("a service that nothing was said of keeps its rows, the same objects, while another's counters move", () => {
  const before = begin();
  const after = change({ kind: "services", atMs: 1, changed: [serviceOf(2, [100, 0])] })(before);
  const [was, is] = [before, after].map(
    (state) => joinRows({ directorId: "lvs-1", state, runs: [] })?.services,
  );
  expect(is?.map((service, index) => service === was?.[index])).toEqual([true, false, true]);
  expect(knownValue(after.table)?.services[1]?.destinations).toHaveLength(2);
});

test("a table that was read again and is the same is not joined again", () => {
  const state = begin();
  const beat = change({ kind: "beat", atMs: 9, sections: ["table", "health", "config", "drift"] });
  const rows = joinRows({ directorId: "lvs-1", state, runs: [] });
  expect(joinRows({ directorId: "lvs-1", state: beat(state), runs: [] })).toBe(rows);
});

/** An open run that drains the first real server of mark 1 on this director. */
const drains = (directorId: string): Run => {
  const plan = planFailOver({ kind: "failOver", clusterId: "c1" }, factsOf(fixtureCluster()));
  const row = { service: idOf(1), address: address(1), port: 80 };
  const steps = plan.steps.map((step) => ({
    ...step,
    actions: [{ kind: "setWeight" as const, directorId, row, weight: 0 }],
  }));
  return newRun({ id: "r", number: 7, plan: { ...plan, steps }, startedBy: "ann", startedAtMs: 1 });
};

test("a run that begins to drain a row, or drains the peer's, is told from none by the same table", () => {
  const state = change({ kind: "services", atMs: 1, changed: [serviceOf(1, [0, 100])] })(begin());
  const drained = (directorId: string, runs: readonly Run[]) =>
    joinRows({ directorId, state, runs })?.services[0]?.rows[0]?.state;
  const draining = { kind: "draining", runNumber: undefined, runId: undefined };
  expect(drained("lvs-1", [])).toEqual(draining);
  expect(drained("lvs-1", [drains("lvs-1")])).toEqual({ kind: "draining", runNumber: 7, runId: "r" });
  expect(drained("lvs-2", [drains("lvs-1")])).toEqual(draining);
  expect(drained("lvs-1", [{ ...drains("lvs-1"), endedAtMs: 9 }])).toEqual(draining);
});

test("the same open run tells the rows of its director from the peer's", () => {
  const state = change({ kind: "services", atMs: 1, changed: [serviceOf(1, [0, 100])] })(begin());
  const runs = [drains("lvs-1")];
  const [own, peers] = ["lvs-1", "lvs-2"].map(
    (directorId) => joinRows({ directorId, state, runs })?.services[0]?.rows[0]?.state,
  );
  expect(own).toMatchObject({ runNumber: 7 });
  expect(peers).toMatchObject({ runNumber: undefined });
});
