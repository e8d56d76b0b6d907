import type { Entry } from "../../reading.ts";
import { isNumericAddress, readAddressOf } from "../../words.ts";
import { lastOf, linesOf } from "../rule.ts";

/** The last addresses of a bfd_instance that keepalived can read. */
export const bfdAddressesOf = (
  entry: Entry,
): { readonly neighbor: string | undefined; readonly source: string | undefined } => ({
  neighbor: neighborOf(entry),
  source: readAddressOf(lastOf(entry, "source_ip")?.words[1] ?? ""),
});

const neighborOf = (entry: Entry): string | undefined => {
  let neighbor: string | undefined;
  for (const name of ["neighbor_ip", "neighbour_ip"]) {
    for (const { words } of linesOf(entry, name))
      if (isNumericAddress(words[1] ?? "")) neighbor = readAddressOf(words[1] ?? "");
  }
  return neighbor;
};
