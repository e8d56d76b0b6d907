import { expect, it } from "vitest";
import { outsider, pair, speaker, wire } from "@lvs/core/fleet/wire.fixture";
import type { Fleet } from "@lvs/core/fleet/model";
import { makePlan, unmet } from "./make-plan.ts";

const noAgent = () => Promise.reject(new Error("no agent is asked for a fail-over's plan"));

/** The sample cluster is heard at its own time, which is the fleet's. */
const refusals = async (fleet: Fleet): Promise<string[]> =>
  unmet(await makePlan({ kind: "failOver", clusterId: "c1" }, fleet, noAgent)).map(({ code }) => code);

it("a fail-over is not started while a director hears a stranger, and is without one", async () => {
  expect(await refusals(pair({}))).toEqual([]);
  expect(await refusals(pair({ lvs1: wire([speaker(outsider)]) }))).toEqual(["noStranger"]);
});

it("a director that cannot hear does not keep its cluster from being maintained", async () => {
  const deaf = { ...wire([]), links: [], deaf: [{ link: "eth0", reason: "Operation not permitted" }] };
  const fleet = pair({ lvs2: deaf });
  expect(await refusals(fleet)).toEqual([]);
  const { preflight } = await makePlan({ kind: "failOver", clusterId: "c1" }, fleet, noAgent);
  expect(preflight.find(({ code }) => code === "wireQuiet")).toMatchObject({
    values: { deaf: "lvs-2 eth0: Operation not permitted" },
    mayBeUnknown: true,
  });
  expect(preflight.find(({ code }) => code === "wireQuiet")?.isMet).toBeUndefined();
});
