/** How the agent ends, after sysexits.h where that has a word: a service file may say which of them are worth another start. */
export const exitCodes = {
  /** Something broke that nobody foresaw; another start may help. */
  failed: 1,
  /** EX_CONFIG: a setting is wrong, or the agent is not enrolled and has no token. */
  settings: 78,
  /** EX_NOPERM: the console refused the enrolment. */
  enrolmentRefused: 77,
  /** EX_PROTOCOL: whoever answered is not the console that made the token. */
  consoleNotTrusted: 76,
} as const;
