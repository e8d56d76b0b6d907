import { describe, expect, it } from "vitest";
import { factsOf, fixtureCluster } from "./cluster.fixture.ts";
import { planAddRealServer } from "./add-real-server.ts";
import { planFailOver } from "./fail-over.ts";
import type { ClusterFacts, RealServerFacts, Unheard, WireDispute } from "./facts.ts";
import { runInvariants } from "./invariants.ts";
import { refusesStart, type Condition, type Plan } from "./plan.ts";
import { planRemoveRealServer } from "./remove-real-server.ts";

/** Nothing is moved while somebody else speaks for what is moved. */

const dispute = (change: Partial<WireDispute> = {}): WireDispute => ({
  kind: "stranger",
  instance: "VI_CACHE",
  virtualRouterId: 51,
  director: "lvs-2",
  link: "eth0",
  sources: ["192.0.2.99"],
  reason: undefined,
  ...change,
});

const deaf: Unheard = {
  instance: "VI_CACHE",
  director: "lvs-2",
  link: "eth0",
  reason: "Operation not permitted",
};

const factsWith = (disputes: WireDispute[], unheard: Unheard[] = []): ClusterFacts =>
  factsOf({ ...fixtureCluster(), wire: { disputes, unheard } });

const firstOf = ({ realServers: [real] }: ClusterFacts): RealServerFacts => {
  if (real === undefined) throw new Error("fixture without real servers");
  return real;
};

/** Every workflow, by both ways of reading the new file. */
const plansOf = (facts: ClusterFacts): Plan[] => {
  const real = firstOf(facts);
  const about = { clusterId: "c1", realServerId: real.id } as const;
  return [
    planFailOver({ kind: "failOver", clusterId: "c1" }, facts),
    ...(["stopStart", "reload"] as const).flatMap((method) => [
      planRemoveRealServer({ kind: "removeRealServer", drainMost: 0, method, ...about }, facts, real),
      planAddRealServer({ kind: "addRealServer", rows: [], method, ...about }, facts, real),
    ]),
  ];
};

const wireCodes = [
  "wireQuiet",
  "noStranger",
  "noSecondMaster",
  "advertsBelieved",
  "sameInterval",
] as const satisfies readonly Condition["code"][];

const ofWire = (conditions: readonly Condition[]): Condition[] =>
  conditions.filter(({ code }) => wireCodes.some((each) => each === code));

describe.each([
  ["a stranger", dispute(), "noStranger"],
  [
    "a second MASTER",
    dispute({ kind: "secondMaster", sources: ["lvs-1 (192.0.2.11)", "lvs-2 (192.0.2.12)"] }),
    "noSecondMaster",
  ],
  [
    "another address list",
    dispute({ kind: "notBelieved", sources: ["lvs-1 (192.0.2.11)"], reason: "address-list" }),
    "advertsBelieved",
  ],
  [
    "another password",
    dispute({ kind: "notBelieved", sources: ["lvs-1 (192.0.2.11)"], reason: "password" }),
    "advertsBelieved",
  ],
  ["another interval", dispute({ kind: "otherInterval", sources: ["lvs-1 (192.0.2.11)"] }), "sameInterval"],
] as const)("%s on a VRID of the cluster", (_, wrong, code) => {
  it("refuses the start of every workflow, and says who, where and heard by whom", () => {
    for (const plan of plansOf(factsWith([wrong]))) {
      const said = ofWire(plan.preflight);
      expect(said).toEqual([
        {
          code,
          isMet: false,
          values: {
            instance: "VI_CACHE",
            id: 51,
            director: "lvs-2",
            link: "eth0",
            source: wrong.sources.join(", "),
            reason: wrong.reason ?? "",
          },
        },
      ]);
      expect(said.map(refusesStart)).toEqual([true]);
    }
  });

  it("breaks what must hold at every step of a run", () => {
    expect(ofWire(runInvariants(factsWith([wrong]), [])).map(({ isMet }) => isMet)).toEqual([false]);
  });
});

it("a dispute is said and refuses though another director cannot hear", () => {
  const said = plansOf(factsWith([dispute()], [deaf])).map(({ preflight }) => ofWire(preflight));
  expect(new Set(said.flat().map(({ code }) => code))).toEqual(new Set(["noStranger"]));
});

it("a dispute about an instance that the cluster has not concerns no run of it", () => {
  const [plan] = plansOf(factsWith([dispute({ instance: "VI_OTHER" })]));
  expect(ofWire(plan?.preflight ?? [])).toMatchObject([{ code: "wireQuiet", isMet: true }]);
});

it("a quiet wire that every director hears is met", () => {
  for (const { preflight } of plansOf(factsWith([])))
    expect(ofWire(preflight)).toEqual([
      {
        code: "wireQuiet",
        values: { instance: "VI_CACHE", id: 51, deafCount: 0, deaf: "" },
        isMet: true,
        mayBeUnknown: true,
      },
    ]);
});

it("what could not be heard is not known: never met, no refusal, no breach, and the director is named", () => {
  for (const { preflight } of plansOf(factsWith([], [deaf]))) {
    const [said, ...more] = ofWire(preflight);
    expect(more).toEqual([]);
    expect(said).toEqual({
      code: "wireQuiet",
      values: {
        instance: "VI_CACHE",
        id: 51,
        deafCount: 1,
        deaf: "lvs-2 eth0: Operation not permitted",
      },
      mayBeUnknown: true,
    });
    expect(preflight.filter(refusesStart).filter(({ code }) => code === "wireQuiet")).toEqual([]);
  }
  expect(runInvariants(factsWith([], [deaf]), []).some(({ isMet }) => isMet === false)).toBe(false);
});

it("any other condition that could not be asked refuses the start", () => {
  expect(refusesStart({ code: "daemonRuns", values: {} })).toBe(true);
  expect(refusesStart({ code: "daemonRuns", values: {}, isMet: false })).toBe(true);
  expect(refusesStart({ code: "daemonRuns", values: {}, isMet: true })).toBe(false);
});
