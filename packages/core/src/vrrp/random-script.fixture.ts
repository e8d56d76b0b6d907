import fc from "fast-check";
import type { InstanceConfig } from "./machine-model.ts";

/** Random scripts of what can happen to two or three directors. */

export type Host = "a" | "b" | "c";
export type Kind = "toggled" | "killed" | "reloaded" | "link" | "isolation" | "tracked";
export type Action = {
  readonly host: Host;
  readonly kind: Kind;
  readonly gap: number;
  readonly value: number;
};
export type Member = Pick<InstanceConfig, "priority" | "startsAsMaster" | "canPreempt" | "preemptDelayMs">;
export type Script = {
  readonly version: 2 | 3;
  readonly intervalMs: number;
  readonly isGrouped: boolean;
  readonly usesWeights: boolean;
  readonly weight: number;
  readonly hosts: readonly Member[];
  readonly actions: readonly Action[];
};

export const hostNames: readonly Host[] = ["a", "b", "c"];
export const priorities = [50, 100, 150, 200, 250] as const;
export const script: fc.Arbitrary<Script> = fc
  .record({
    version: fc.constantFrom(3 as const, 3 as const, 3 as const, 3 as const, 2 as const),
    intervalMs: fc.constantFrom(300, 400, 500),
    isGrouped: fc.boolean(),
    usesWeights: fc.boolean(),
    weight: fc.constantFrom(0, 1, 1, -1, 2),
    order: fc.shuffledSubarray([...priorities], { minLength: 2, maxLength: 3 }),
    /** Two directors may also be equals, or one of them the owner. */
    peculiarity: fc.constantFrom("none", "none", "equal", "owner"),
    manners: fc.array(
      fc.record({
        startsAsMaster: fc.boolean(),
        canPreempt: fc.constantFrom(true, true, false),
        preemptDelayMs: fc.constantFrom(0, 0, 1500),
      }),
      { minLength: 3, maxLength: 3 },
    ),
    actions: fc.array(
      fc.record({
        host: fc.constantFrom(...hostNames),
        kind: fc.constantFrom<Kind[]>("toggled", "killed", "reloaded", "link", "isolation", "tracked"),
        gap: fc.double({ min: 2, max: 8, noNaN: true }),
        value: fc.constantFrom(-254, -120, 0, 60),
      }),
      { minLength: 5, maxLength: 8 },
    ),
  })
  .map(({ version, intervalMs, order, peculiarity, manners, actions, ...rest }) => {
    const hosts = order.map((priority, index): Member => {
      const isSecond = index === 1 && order.length === 2;
      const chosen = isSecond && peculiarity === "equal" ? (order[0] ?? priority) : priority;
      const isOwner = index === 0 && peculiarity === "owner" && order.length === 2;
      const manner = manners[index] ?? { startsAsMaster: false, canPreempt: true, preemptDelayMs: 0 };
      const { startsAsMaster, canPreempt, preemptDelayMs } = manner;
      return isOwner
        ? { priority: 255, startsAsMaster: true, canPreempt: true, preemptDelayMs: 0 }
        : { priority: chosen, startsAsMaster, canPreempt, preemptDelayMs: canPreempt ? preemptDelayMs : 0 };
    });
    return version === 2
      ? { version, intervalMs: 1000, ...rest, hosts, actions: actions.slice(0, 4) }
      : { version, intervalMs, ...rest, hosts, actions };
  });
