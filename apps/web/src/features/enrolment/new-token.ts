import type { FleetDirector } from "@lvs/core/fleet/model";

/** What the console gave for an enrolment; the page keeps it as long as it is open. */
export interface NewToken {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly enrolUrl: string;
  readonly caFingerprint: string;
  /** Whether it is this director that was enrolled with it, as far as the fleet tells. */
  readonly isFor: (director: FleetDirector) => boolean;
}
