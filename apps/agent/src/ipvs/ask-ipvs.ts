import { errnoName } from "../system/errno.ts";
import { ask, netlinkRefusal } from "../system/netlink.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { readIpvsFamily } from "./family.ts";

/** The kernel could not be asked, or what it holds afterwards is not what was asked for. */
export interface Failed {
  readonly status: "failed";
  readonly error: SystemError;
}

/** The kernel has no IPVS: nothing was asked of it. */
export interface NoModule {
  readonly status: "refused";
  readonly reason: "no-ip_vs-module";
}

/** Runs one action with the IPVS family's number; a SystemError and a kernel without IPVS become values. */
export const withIpvs = async <Result>(
  system: System,
  run: (family: number) => Promise<Result>,
): Promise<Result | NoModule | Failed> => {
  try {
    const family = await readIpvsFamily(system);
    return family === undefined ? { status: "refused", reason: "no-ip_vs-module" } : await run(family);
  } catch (error) {
    if (error instanceof SystemError) return { status: "failed", error };
    throw error;
  }
};

/**
 * One command: undefined when it was done, else the result that the errno's name stands for. Throws SystemError for every other
 * refusal. `name` says in errors what was asked.
 */
export const command = async <Refusal>(
  system: System,
  request: { readonly bytes: Uint8Array; readonly name: string },
  refusals: Readonly<Record<string, Refusal>>,
): Promise<Refusal | undefined> => {
  const { errno } = await ask(system.netlink, "generic", request);
  if (errno === 0) return undefined;
  const refusal = refusals[errnoName(errno)];
  if (refusal !== undefined) return refusal;
  throw netlinkRefusal(errno, request.name);
};

/** What was written is not what stands there. */
export const writtenOver = (subject: string, found: string): SystemError =>
  new SystemError({
    door: "netlink",
    code: "changed",
    subject,
    reason: `was written, but the kernel now holds ${found}: somebody else wrote too`,
  });
