import type { HeardSpeaker, Speakers, WireFinding } from "../director/speakers.ts";
import type { DirectorState } from "../director/state.ts";
import type { Fleet } from "./model.ts";
import { healthyState, sampleFleet, sampleNowMs, sampleVip } from "./sample-fleet.ts";

/** A pair of directors and what each of them hears of VRRP, for tests. */

export const addressOf = { lvs1: "192.0.2.11", lvs2: "192.0.2.12" } as const;
export const outsider = "192.0.2.99";

export const speaker = (source: string, change: Partial<HeardSpeaker> = {}): HeardSpeaker => ({
  link: "eth0",
  virtualRouterId: 51,
  instance: "VI_1",
  source,
  version: 2,
  priority: 180,
  advertIntervalMs: 1000,
  addresses: [sampleVip],
  addressCount: 1,
  authentication: "password",
  isSpeaking: true,
  firstHeardMs: sampleNowMs - 60_000,
  speakingSinceMs: sampleNowMs - 60_000,
  lastHeardMs: sampleNowMs - 400,
  adverts: 60,
  ...change,
});

export const finding = (code: string, sources: readonly string[], reason?: string): WireFinding => ({
  code,
  link: "eth0",
  virtualRouterId: 51,
  instance: "VI_1",
  sources: [...sources],
  ...(reason === undefined ? {} : { reason }),
  sinceMs: sampleNowMs - 5_000,
});

export const wire = (speakers: readonly HeardSpeaker[], findings: readonly WireFinding[] = []): Speakers => ({
  links: ["eth0"],
  deaf: [],
  speakers: [...speakers],
  omitted: 0,
  findings: [...findings],
});

const withAddress = (state: DirectorState, address: string): DirectorState =>
  state.host.status === "known"
    ? {
        ...state,
        host: {
          ...state.host,
          value: {
            ...state.host.value,
            interfaces: [{ name: "eth0", isUp: true, mac: "", addresses: [`${address}/24`] }],
          },
        },
      }
    : state;

/** lvs-1 MASTER 180, lvs-2 BACKUP 150 unless told; what each of them hears. */
export const pair = (
  heard: { readonly lvs1?: Speakers; readonly lvs2?: Speakers },
  { isSplit = false, isMasterLess = false }: { isSplit?: boolean; isMasterLess?: boolean } = {},
): Fleet =>
  sampleFleet(
    withAddress(healthyState(!isMasterLess, { speakers: heard.lvs1 ?? wire([]) }), addressOf.lvs1),
    withAddress(
      healthyState(false, {
        speakers: heard.lvs2 ?? wire([speaker(addressOf.lvs1)]),
        ...(isSplit ? { isHeld: true, instance: { state: "MASTER" } } : {}),
      }),
      addressOf.lvs2,
    ),
  );
