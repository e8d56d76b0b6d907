import type { Address } from "../../net/address.ts";
import { familyOf, readAddress, readInteger } from "../words.ts";
import { nameOfFamily } from "./families.ts";
import type { Family } from "./families.ts";
import { byteLength, maxInterfaceName } from "./good-word.ts";
import { ItemReader } from "./item-fault.ts";
import type { ItemFault } from "./item-fault.ts";
import { judgeName, numberOf } from "./kernel-names.ts";

/** One line of virtual_ipaddress or static_ipaddress, as alloc_ipaddress reads it. */
export interface AddressItem {
  /** Undefined where keepalived drops the line. */
  readonly address: Address | undefined;
  /** The longest one where none is given, or one that keepalived does not take. */
  readonly prefixLength: number;
  /** Of the address and its prefix length. */
  readonly faults: readonly ItemFault[];
  /** Of the options behind it. */
  readonly optionFaults: readonly ItemFault[];
}

interface Draft {
  /** The first word as written: what messages name. */
  readonly text: string;
  readonly family: Family;
  readonly options: ItemReader;
  readonly isStatic: boolean;
  prefixLength: number;
  readonly seen: Set<string>;
  broadcast: string | undefined;
  hasPeer: boolean;
}

export const readAddressItem = (
  words: readonly string[],
  { isStatic }: { isStatic: boolean },
): AddressItem => {
  const [text = "", ...rest] = words;
  const first = new ItemReader([text]);
  const family = familyOf(text);
  const { address, prefixLength } = readFirstWord(first, family);
  if (address === undefined) return { address, prefixLength, faults: first.faults, optionFaults: [] };
  const options = new ItemReader(rest);
  if (rest.length > 0) {
    readOptions({
      text,
      family,
      options,
      isStatic,
      prefixLength,
      seen: new Set(),
      broadcast: undefined,
      hasPeer: false,
    });
  }
  return {
    address: options.isLost ? undefined : address,
    prefixLength,
    faults: first.faults,
    optionFaults: options.faults,
  };
};

const longestOf = (family: Family): number => (family === "inet6" ? 128 : 32);

/** A colon anywhere in the word, behind the slash too, makes it IPv6. */
const readFirstWord = (
  reader: ItemReader,
  family: Family,
): { address: Address | undefined; prefixLength: number } => {
  const word = reader.take("");
  const slash = word.indexOf("/");
  const longest = longestOf(family);
  const length = readInteger(slash < 0 ? String(longest) : word.slice(slash + 1), { min: 0, max: longest });
  if (length.fault !== undefined)
    reader.complain(`the prefix length of ${word} must be 0 to ${longest}: keepalived takes ${longest}`);
  const read = readAddress(slash < 0 ? word : word.slice(0, slash));
  const address = read !== undefined && familyOf(read) === family ? read : undefined;
  if (address === undefined) reader.lose(`${word} is not an address: keepalived passes over this line`);
  return { address, prefixLength: length.fault === undefined ? length.value : longest };
};

type Read = (draft: Draft, option: string) => void;

const readOptions = (draft: Draft): void => {
  const { options, text } = draft;
  while (!options.isAtEnd) {
    const option = options.take("");
    const isKnown = option !== (draft.isStatic ? "use_vmac" : "track_group");
    const read = isKnown ? readers.get(option) : undefined;
    if (read === undefined)
      options.complain(`${option} is no option of an address: keepalived passes over it (${text})`);
    else read(draft, option);
  }
  if (options.isLost) return;
  if (draft.broadcast !== undefined && draft.hasPeer)
    options.complain(`a broadcast address does not go with a peer (${text})`);
  else if (/^[+-]$/u.test(draft.broadcast ?? "") && draft.prefixLength > 30)
    options.complain(`a net of /${draft.prefixLength} has no broadcast address (${text})`);
};

const readDevice: Read = ({ options, seen, text }, option) => {
  const word = options.take(option);
  if (seen.has(option)) options.lose(`dev stands twice (${text})`);
  else if (byteLength(word) > maxInterfaceName)
    options.doubt(`${word} is too long for an interface (${text})`);
  seen.add(option);
};

const readScope: Read = ({ options, family, text }, option) => {
  const word = options.take(option);
  if (options.isLost) return;
  const answer = judgeName("scope", word);
  if (answer === "bad") options.complain(`${word} is no scope (${text})`);
  else if (answer === "unknown")
    options.doubt(`scope ${word} is good only where /etc/iproute2 of the director knows that name (${text})`);
  else if (family === "inet6" && word !== "global" && numberOf(word) !== 0)
    options.doubt(`IPv6 addresses have no scope of their own (${text})`);
};

const readBroadcast: Read = (draft, option) => {
  const { options, family, text } = draft;
  const word = options.take(option);
  if (family === "inet6") options.lose(`IPv6 addresses have no broadcast address (${text})`);
  else if (word !== "-" && word !== "+" && !isAddressOf(word, "inet"))
    options.lose(`${word} is no broadcast address (${text})`);
  draft.broadcast = word;
};

const isAddressOf = (word: string, family: Family): boolean =>
  familyOf(word) === family && readAddress(word)?.includes(":") === (family === "inet6");

const readLabel: Read = ({ options, family, text }, option) => {
  const word = options.take(option);
  if (byteLength(word) > maxInterfaceName)
    options.lose(`the label ${word} is longer than ${maxInterfaceName} bytes (${text})`);
  else if (family === "inet6") options.doubt(`IPv6 addresses have no label (${text})`);
};

const readPeer: Read = (draft, option) => {
  const { options, family, text } = draft;
  const word = options.take(option);
  if (options.isLost) return;
  if (draft.hasPeer) options.complain(`a second peer is not read (${text})`);
  else if (!isAddressOf(word, familyOf(word))) options.complain(`${word} is no address of a peer (${text})`);
  else if (familyOf(word) !== family)
    options.complain(`the peer ${word} must be ${nameOfFamily(family)} (${text})`);
  else {
    if (draft.prefixLength !== longestOf(family))
      options.doubt(`the prefix length of ${text} is not used beside a peer`);
    draft.prefixLength = longestOf(family);
    draft.hasPeer = true;
  }
};

const readLifetime: Read = ({ options, text }, option) => {
  const word = options.take(option);
  if (word !== "forever" && readInteger(word, { min: 0, max: 4294967295 }).fault !== undefined)
    options.complain(`${word} is no lifetime (${text})`);
};

const readGroup: Read = ({ options, seen, text }, option) => {
  options.take(option);
  if (seen.has(option)) options.complain(`track_group stands twice (${text})`);
  seen.add(option);
};

const readNothing: Read = () => undefined;

const readers: ReadonlyMap<string, Read> = new Map(
  Object.entries<Read>({
    dev: readDevice,
    scope: readScope,
    broadcast: readBroadcast,
    brd: readBroadcast,
    label: readLabel,
    peer: readPeer,
    preferred_lft: readLifetime,
    /** Of static addresses only. */
    track_group: readGroup,
    /** Not of static addresses. */
    use_vmac: readNothing,
    home: readNothing,
    "-nodad": readNothing,
    mngtmpaddr: readNothing,
    noprefixroute: readNothing,
    autojoin: readNothing,
    no_track: readNothing,
  }),
);
