import type { Entry, Item } from "../../reading.ts";
import { readAddressOf } from "../../words.ts";
import { readAddressItem } from "../address-item.ts";
import { familyOfAddress } from "../families.ts";
import type { Family } from "../families.ts";
import { linesOf } from "../rule.ts";

/** Unicast peers that keepalived takes: those of the family of the instance. */
export const peersOf = (entry: Entry): readonly string[] => {
  const family = familyOfInstance(entry);
  return linesOf(entry, "unicast_peer")
    .flatMap(({ items }) => items ?? [])
    .flatMap((item) => readAddressOf(item.words[0] ?? "") ?? [])
    .filter((address) => familyOfAddress(address) === family);
};

/** The first address of any kind decides. */
export const familyOfInstance = (entry: Entry): Family | undefined => {
  for (const { address } of familyClues(entry)) return familyOfClue(address);
  return undefined;
};

const nativeIpv6 = "native_ipv6";

/** The family of what decides it: of an address, or of native_ipv6. */
export const familyOfClue = (clue: string): Family => (clue === nativeIpv6 ? "inet6" : familyOfAddress(clue));

/** Addresses (and native_ipv6) that decide, or must share, the family of an instance, in the order they are read. */
export function* familyClues(entry: Entry): IterableIterator<{ address: string; line: Entry | Item }> {
  for (const line of entry.inside?.entries ?? []) {
    switch (line.keyword.name) {
      case "mcast_src_ip":
      case "unicast_src_ip":
      case "mcast_dst_ip": {
        const address = readAddressOf(line.words[1] ?? "");
        if (address !== undefined) yield { address, line };
        break;
      }
      case nativeIpv6:
        yield { address: nativeIpv6, line };
        break;
      case "use_ipvlan":
        for (const word of line.words.slice(1)) {
          const address = readAddressOf(word);
          if (address !== undefined) yield { address, line };
        }
        break;
      case "unicast_peer":
        for (const item of line.items ?? []) {
          const address = readAddressOf(item.words[0] ?? "");
          if (address !== undefined) yield { address, line: item };
        }
        break;
      case "virtual_ipaddress":
        for (const item of line.items ?? []) {
          const { address } = readAddressItem(item.words, { isStatic: false });
          if (address !== undefined) yield { address, line: item };
        }
        break;
    }
  }
}
