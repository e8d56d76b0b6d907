import type { RealServerProbe } from "../workflow/facts.ts";

/** Reads what `recipe` looks with. A text that is not as expected is undefined: could not be read, never "not there". */

/** `ip -o addr show dev lo` → addresses without prefix. */
export function parseLoopback(text: string): string[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const addresses = lines.map((line) => /^\d+:\s+lo\s+inet6?\s+([0-9a-fA-F.:]+)/.exec(line)?.[1]);
  const known = addresses.filter((address) => address !== undefined);
  return known.length === lines.length && known.length > 0 ? known : undefined;
}

/** The four numbers of `arpArgv`'s output. */
export function parseArpSysctls(text: string): RealServerProbe["arp"] {
  const words = text.split("\n").filter((line) => line !== "");
  const [allIgnore, allAnnounce, loIgnore, loAnnounce, ...rest] = words.map((word) =>
    /^\d+$/.test(word) ? Number(word) : undefined,
  );
  if (rest.length > 0) return undefined;
  if (allIgnore === undefined || allAnnounce === undefined) return undefined;
  if (loIgnore === undefined || loAnnounce === undefined) return undefined;
  return { allIgnore, allAnnounce, loIgnore, loAnnounce };
}
