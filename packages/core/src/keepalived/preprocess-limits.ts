/**
 * Bounds of what one file may become. keepalived has none: `$A=$A`, a file that includes itself and ~SEQ of ~SEQ run until
 * memory or file descriptors end. `lines` counts those that a definition or sequence makes, each turn of a sequence too.
 * Thirty thousand real servers of eight lines make two thirds of them, the largest file known here an eighth. `bytes` counts what those lines and included files hold, `work` the
 * characters written while definitions are replaced: each stands for about a second.
 */
export const preprocessLimits = {
  lines: 400_000,
  bytes: 16_777_216,
  work: 536_870_912,
  depth: 40,
  files: 1_000,
} as const;

/** What a turn of a sequence costs of `work` for each character of its text: it is looked through again and again. */
export const turnWork = 16;
