/** Why a real server could not be asked over SSH. The message is a sentence for the operator; secrets never stand in it. */
export class SshError extends Error {
  override readonly name = "SshError";
  readonly code: SshErrorCode;
  readonly host: string;
  readonly argv: readonly string[];

  constructor(
    code: SshErrorCode,
    message: string,
    details: { host: string; argv?: readonly string[]; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.code = code;
    this.host = details.host;
    this.argv = details.argv ?? [];
  }
}

export type SshErrorCode =
  | "unreachable"
  | "timedOut"
  | "hostKeyUnknown"
  | "hostKeyChanged"
  | "authenticationRefused"
  | "connectionLost";
