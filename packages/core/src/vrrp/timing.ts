/** The clockwork of VRRP. All times are milliseconds, with fractions: version 2 counts skew in 1/256 s. */

export type VrrpVersion = 2 | 3;

/** Adverts that may be missed before a BACKUP takes over (RFC 3768 section 6.1, RFC 9568 section 6.1). */
export const downTimerAdverts = 3;

/** keepalived announces the addresses again after this (garp_master_delay). */
export const announceAgainMs = 5000;

/** What a skew depends on. `masterAdvertIntervalMs` is the MASTER's as heard, one's own until one is heard. */
export type Pace = {
  readonly version: VrrpVersion;
  readonly priority: number;
  readonly masterAdvertIntervalMs: number;
};

/**
 * How much later a router of this priority acts than one of the highest.
 * Version 2: (256 - priority) / 256 seconds (RFC 3768 section 6.1). Version 3: the same share of the advertisement interval
 * (RFC 5798 and RFC 9568 section 6.1).
 */
export const skewMs = ({ version, priority, masterAdvertIntervalMs }: Pace): number =>
  ((256 - priority) * (version === 2 ? 1000 : masterAdvertIntervalMs)) / 256;

/** How long a BACKUP that hears nothing waits before it takes over (Master_Down_Interval / Active_Down_Interval, section 6.1). */
export const masterDownMs = (pace: Pace, adverts = downTimerAdverts): number =>
  adverts * pace.masterAdvertIntervalMs + skewMs(pace);
