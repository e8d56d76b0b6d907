/** What went wrong, in words that a caller can decide by. */
export type SystemErrorCode =
  | "not-found"
  | "exists"
  | "no-permission"
  | "timed-out"
  /** The thing is no longer what the caller said it was. */
  | "changed"
  | "too-large"
  | "not-supported"
  | "busy"
  /** Understood and declined: a netlink request with an errno of its own, an invalid argument. */
  | "refused"
  | "closed"
  | "failed";

/** The door that failed. */
export type SystemDoor = "commands" | "files" | "fifos" | "processes" | "netlink" | "addresses" | "packets";

export interface SystemFailure {
  readonly door: SystemDoor;
  readonly code: SystemErrorCode;
  /** The path, the command's words, the request's name. Never holds a secret. */
  readonly subject: string;
  /** What was being done and what came back, as one clause without the subject. */
  readonly reason: string;
  /** "ENOENT" */
  readonly errno?: string;
  readonly argv?: readonly string[];
  readonly stderr?: string;
  readonly cause?: unknown;
}

/** The world failed: the one error that every door of the system throws. Anything else that is thrown is a bug. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly door: SystemDoor;
  readonly code: SystemErrorCode;
  readonly subject: string;
  readonly errno: string | undefined;
  readonly argv: readonly string[] | undefined;
  readonly stderr: string | undefined;

  constructor(failure: SystemFailure) {
    super(`${failure.subject}: ${failure.reason}`, { cause: failure.cause });
    this.door = failure.door;
    this.code = failure.code;
    this.subject = failure.subject;
    this.errno = failure.errno;
    this.argv = failure.argv;
    this.stderr = failure.stderr;
  }
}

const codes: Readonly<Record<string, SystemErrorCode>> = {
  ENOENT: "not-found",
  ENOTDIR: "not-found",
  ESRCH: "not-found",
  ENODEV: "not-found",
  EEXIST: "exists",
  EACCES: "no-permission",
  EPERM: "no-permission",
  EROFS: "no-permission",
  ETIMEDOUT: "timed-out",
  EBUSY: "busy",
  EAGAIN: "busy",
  EINVAL: "refused",
  EOPNOTSUPP: "not-supported",
  ENOSYS: "not-supported",
  EAFNOSUPPORT: "not-supported",
  EPROTONOSUPPORT: "not-supported",
  EFBIG: "too-large",
  EMSGSIZE: "too-large",
};

/** The code that an errno's name stands for. */
export const codeOfErrno = (errno: string | undefined): SystemErrorCode =>
  (errno === undefined ? undefined : codes[errno]) ?? "failed";

/** The errno's name that a Node error carries; undefined where it has none. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** A SystemError from whatever a door caught; one that already is a SystemError stays as it is. */
export const systemError = (
  error: unknown,
  place: Pick<SystemFailure, "door" | "subject"> & { readonly doing: string },
): SystemError => {
  if (error instanceof SystemError) return error;
  const errno = errnoOf(error);
  const said = errno ?? (error instanceof Error ? error.message : String(error));
  return new SystemError({
    door: place.door,
    subject: place.subject,
    code: codeOfErrno(errno),
    reason: `could not ${place.doing} (${said})`,
    ...(errno === undefined ? {} : { errno }),
    cause: error,
  });
};
