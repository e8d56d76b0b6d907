import { encodeSetTimeouts, type TimeoutConcern, timeoutConcerns } from "@lvs/core/ipvs/genl-settings";
import type { Timeouts } from "@lvs/core/ipvs/listing-state";
import type { System } from "../system/system.ts";
import { command, type Failed, type NoModule, withIpvs, writtenOver } from "./ask-ipvs.ts";
import { readTimeouts } from "./settings.ts";

/** Seconds; what is left out stays. */
export interface WantedTimeouts {
  readonly tcpS?: number;
  readonly tcpFinS?: number;
  readonly udpS?: number;
}

export type TimeoutsResult =
  /** `timeouts`: read back from the kernel after the write. `concerns`: what holds of them all the same. */
  | {
      readonly status: "done";
      readonly previous: Timeouts;
      readonly timeouts: Timeouts;
      readonly concerns: readonly TimeoutConcern[];
    }
  /** Nothing was written. */
  | NoModule
  | { readonly status: "refused"; readonly reason: "nothing-to-set" | "out-of-range" }
  /** A shortened TCP timeout must be lower than the FIN timeout (core's `timeoutConcerns`). `wouldBe`: all three as they would stand. */
  | { readonly status: "refused"; readonly reason: "tcp-not-below-fin"; readonly wouldBe: Timeouts }
  | Failed;

/** The kernel takes 0 for "leave it", so 0 is no timeout; it keeps them in ticks and refuses by itself what overflows those. */
const isTimeout = (value: number | undefined): boolean =>
  value === undefined || (Number.isInteger(value) && value >= 1 && value <= 2_147_483_647);

const isSame = (a: Timeouts, b: Timeouts): boolean =>
  a.tcpS === b.tcpS && a.tcpFinS === b.tcpFinS && a.udpS === b.udpS;

/**
 * `ipvsadm --set`. Connections that are there keep the time they were given until their next packet. `isRuleWaived`: written even where the
 * TCP timeout is short and not below the FIN timeout. Throws nothing but bugs.
 */
export const setTimeouts = async (
  system: System,
  wanted: WantedTimeouts,
  options: { readonly isRuleWaived?: boolean } = {},
): Promise<TimeoutsResult> => {
  const { tcpS, tcpFinS, udpS } = wanted;
  if (tcpS === undefined && tcpFinS === undefined && udpS === undefined)
    return { status: "refused", reason: "nothing-to-set" };
  if (![tcpS, tcpFinS, udpS].every(isTimeout)) return { status: "refused", reason: "out-of-range" };
  return await withIpvs(system, async (family): Promise<TimeoutsResult> => {
    const previous = await readTimeouts(system, family);
    const wouldBe: Timeouts = {
      tcpS: tcpS ?? previous.tcpS,
      tcpFinS: tcpFinS ?? previous.tcpFinS,
      udpS: udpS ?? previous.udpS,
    };
    const concerns = timeoutConcerns(wouldBe);
    // A rule about the pair: it must not stand in the way of a change of the UDP timeout alone.
    const isPairSet = tcpS !== undefined || tcpFinS !== undefined;
    if (isPairSet && options.isRuleWaived !== true && concerns.some(({ kind }) => kind === "tcpNotBelowFin"))
      return { status: "refused", reason: "tcp-not-below-fin", wouldBe };
    const name = "IPVS timeouts";
    const bytes = encodeSetTimeouts(family, wanted);
    const refusal = await command(system, { bytes, name }, { EINVAL: "out-of-range" as const });
    if (refusal !== undefined) return { status: "refused", reason: refusal };
    const timeouts = await readTimeouts(system, family);
    if (!isSame(timeouts, wouldBe))
      throw writtenOver(name, `${timeouts.tcpS} ${timeouts.tcpFinS} ${timeouts.udpS}`);
    return { status: "done", previous, timeouts, concerns };
  });
};
