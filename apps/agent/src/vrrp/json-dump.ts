import { z } from "zod";
import type { VrrpState } from "@lvs/core/director/state";

/** One VRRP instance as keepalived's JSON dump tells it, without the password that stands there in clear before 2.4.0. */
export interface DumpedInstance {
  readonly name: string;
  readonly state: VrrpState;
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly effectivePriority: number;
  readonly advertIntervalCs: number;
  /** With the interface where the dump names one; without prefix. */
  readonly addresses: readonly { readonly address: string; readonly device: string | undefined }[];
  readonly lastTransitionAtMs: number | undefined;
}

const dataSchema = z.object({
  iname: z.string(),
  ifp_ifname: z.string().default(""),
  vrid: z.int(),
  base_priority: z.int(),
  effective_priority: z.int(),
  adver_int: z.number(),
  state: z.int(),
  version: z.union([z.literal(2), z.literal(3)]),
  last_transition: z.number().optional(),
  vips: z.array(z.string()).optional(),
  evips: z.array(z.string()).optional(),
});
/** An array before json_version 2 (keepalived 2.2.8), an object with `vrrp` from then on. */
const dumpSchema = z.union([
  z.array(z.object({ data: dataSchema })),
  z.object({ vrrp: z.array(z.object({ data: dataSchema })) }).transform(({ vrrp }) => vrrp),
]);

/** vrrp.h VRRP_STATE_*; 97 is an instance that a reload took out. */
const states: Readonly<Record<number, VrrpState>> = {
  0: "INIT",
  1: "BACKUP",
  2: "MASTER",
  3: "FAULT",
  97: "STOP",
  98: "STOP",
};

/** Undefined: not a whole dump (it is written piece by piece before 2.4.1, so a reader may be early). */
export function parseJsonDump(text: string): DumpedInstance[] | undefined {
  const parsed = dumpSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  return parsed.data
    .filter(({ data }) => data.state !== 97)
    .map(({ data }) => ({
      name: data.iname,
      state: states[data.state] ?? "INIT",
      interface: data.ifp_ifname,
      virtualRouterId: data.vrid,
      version: data.version,
      priority: data.base_priority,
      effectivePriority: data.effective_priority,
      advertIntervalCs: Math.round(data.adver_int * 100),
      addresses: [...(data.vips ?? []), ...(data.evips ?? [])].map(readAddress),
      lastTransitionAtMs:
        data.last_transition === undefined || data.last_transition === 0
          ? undefined
          : data.last_transition * 1000,
    }));
}

/** "10.9.0.100/24 dev eth0 scope global set" */
function readAddress(text: string): { address: string; device: string | undefined } {
  const [address = "", ...words] = text.split(" ");
  const device = words.indexOf("dev");
  return { address: address.replace(/\/\d+$/u, ""), device: device < 0 ? undefined : words[device + 1] };
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
