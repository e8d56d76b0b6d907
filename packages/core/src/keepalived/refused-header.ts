import type { Keyword } from "./keywords/keyword.ts";
import { isNumericAddress, readInteger } from "./words.ts";

/**
 * Whether keepalived drops a block because of the line that opens it: then its content is not read at all.
 * (skip_block in vrrp_parser.c, check_data.c, bfd_parser.c)
 */
export const refusesHeader = (keyword: Keyword, words: readonly string[]): boolean => {
  switch (keyword.name) {
    case "vrrp_instance":
    case "vrrp_sync_group":
    case "track_group":
      return words.length !== 2;
    case "virtual_server":
      return words.length > 1 && !isVirtualServer(words);
    case "real_server":
      return words.length > 1 && !isServer(words);
    case "bfd_instance":
      return (words[1] ?? "").length > maxBfdName;
    default:
      return false;
  }
};

/** BFD_INAME_MAX less the final zero. */
export const maxBfdName = 31;

/** ADDRESS [PORT]; a port of zeros counts as none. */
export const isServer = (words: readonly string[]): boolean =>
  isNumericAddress(words[1] ?? "") && isPort(words[2]);

const portRange = { min: 1, max: 65535 };

const isPort = (word: string | undefined): boolean =>
  word === undefined || readInteger(word, portRange).fault === undefined || /^0*$/u.test(word);

const isVirtualServer = (words: readonly string[]): boolean => {
  const [, kind = "", value] = words;
  if (kind === "group") return true;
  if (kind === "fwmark") {
    return value === undefined || readInteger(value, { min: 0, max: 4294967295 }).fault === undefined;
  }
  return isServer(words);
};
