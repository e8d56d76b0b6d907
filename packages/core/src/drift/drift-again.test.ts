import { describe, expect, it } from "vitest";
import { configuredFromModel } from "../director/configured-from-model.ts";
import type { Verdict } from "../director/state.ts";
import { parseSave } from "../ipvs/save-format.ts";
import { composeModel } from "../keepalived/compose.ts";
import { encodeUtf8 } from "../keepalived/encoding.ts";
import { parseConfig } from "../keepalived/parse.ts";
import { wantedTable } from "./configured-table.ts";
import { head, real, virtual } from "./drift-cases.fixture.ts";
import { findDrift, type DriftQuestion } from "./find-drift.ts";

const hosts = ["10.1.0.1", "10.1.0.2", "10.1.0.3"];
const vips = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const text = vips
  .map((vip) => virtual(`${vip} 80`, head + hosts.map((host) => real(`${host} 80`)).join("")))
  .join("");
const saved = vips.flatMap((vip) => [
  `-A -t ${vip}:80 -s wlc`,
  ...hosts.map((host) => `-a -t ${vip}:80 -r ${host}:80 -g -w 100`),
]);

const configuredOf = (source: string) =>
  configuredFromModel(composeModel(parseConfig(encodeUtf8(source), { path: "a.conf" }).value).value);

/** The same numbers for the same seed. */
const random = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const start = (): DriftQuestion => {
  const configured = configuredOf(text);
  return {
    table: parseSave(saved.join("\n")).value,
    wanted: wantedTable(configured),
    wantedTimeouts: undefined,
    verdicts: configured.services.flatMap(({ id, realServers }) =>
      realServers.map(({ address, port }): Verdict => ({ service: id, address, port, verdict: "up" })),
    ),
    timeouts: undefined,
  };
};

/** One thing is another, all else is the same objects. */
const changed = (question: DriftQuestion, below: (most: number) => number): DriftQuestion => {
  const { table, verdicts } = question;
  const [of, word] = [below(verdicts.length), below(2) === 0 ? "down" : "up"] as const;
  const [at, weight] = [below(vips.length), below(2) * 100];
  switch (below(3)) {
    case 0:
      return {
        ...question,
        verdicts: verdicts.map((each, index) => (index === of ? { ...each, verdict: word } : each)),
      };
    case 1: {
      const services = table.services.map((service, index) =>
        index === at
          ? { ...service, destinations: service.destinations.map((row) => ({ ...row, weight })) }
          : service,
      );
      return { ...question, table: { services } };
    }
    default:
      return {
        ...question,
        wanted: wantedTable(configuredOf(text.replaceAll("weight 100", `weight ${weight}`))),
      };
  }
};

describe("a comparison that follows others on the same objects", () => {
  it("finds what one finds that has seen none of them", () => {
    const below = random(7);
    let question = start();
    let found = 0;
    for (let step = 0; step < 300; step += 1) {
      question = changed(question, below);
      const differences = findDrift(question);
      found += differences.length;
      expect(differences).toEqual(findDrift(structuredClone(question)));
    }
    expect(found).toBeGreaterThan(300);
  });
});
