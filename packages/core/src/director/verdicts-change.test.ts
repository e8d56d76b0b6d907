import { describe, expect, it } from "vitest";
import { applyDirectorChange } from "./change.ts";
import type { DirectorState, Verdict } from "./state.ts";
import { applyVerdicts, diffVerdicts } from "./verdicts-change.ts";

const service = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 } as const;
const row = (host: number, rest: Partial<Verdict> = {}): Verdict => ({
  service,
  address: `10.0.0.${host}`,
  port: 80,
  verdict: "up",
  ...rest,
});
const words: readonly Partial<Verdict>[] = [
  {},
  { verdict: "down", sinceMs: 1 },
  { verdict: "down", sinceMs: 2 },
  { verdict: "down", sinceMs: 2, cause: "TCP connection failed." },
  { verdict: "down", seenAtMs: 3 },
  { verdict: "down", seenAtMs: 4 },
  { verdict: "unknown" },
];
const lists = words.flatMap((first) => words.map((second) => [row(1, first), row(2, second)]));

describe("verdicts that differ", () => {
  it("turn every list into every other of the same rows, and are no more than differ", () => {
    for (const before of lists)
      for (const after of lists) {
        const changed = diffVerdicts(before, structuredClone(after)) ?? [];
        expect(applyVerdicts(before, changed)).toEqual(after);
        const differing = after.filter((each, at) => JSON.stringify(each) !== JSON.stringify(before[at]));
        expect(changed).toHaveLength(differing.length);
      }
  });

  it("are not told one by one where the rows are others", () => {
    const [list = []] = lists;
    expect(diffVerdicts(list, list.slice(1))).toBeUndefined();
    expect(diffVerdicts(list, list.toReversed())).toBeUndefined();
    const other = { ...service, port: 81 };
    expect(
      diffVerdicts(
        list,
        list.map((each) => ({ ...each, service: other })),
      ),
    ).toBeUndefined();
  });

  it("are of use only to whoever knows the list", () => {
    const unread = { status: "unknown", atMs: 0, reason: "not read yet" } as const;
    const state: DirectorState = {
      host: unread,
      table: unread,
      settings: unread,
      vrrp: unread,
      speakers: unread,
      drift: unread,
      health: unread,
      config: unread,
      daemon: unread,
      log: [],
    };
    const change = {
      kind: "verdicts",
      atMs: 7,
      changed: [{ at: 1, verdict: row(2, { verdict: "down" }) }],
    } as const;
    expect(applyDirectorChange(state, { ...change, changed: [...change.changed] })).toBe(state);
    const known: DirectorState = { ...state, health: { status: "known", atMs: 1, value: [row(1), row(2)] } };
    expect(applyDirectorChange(known, { ...change, changed: [...change.changed] }).health).toEqual({
      status: "known",
      atMs: 7,
      value: [row(1), row(2, { verdict: "down" })],
    });
  });
});
