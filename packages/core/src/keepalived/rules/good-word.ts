import type { Value } from "../keywords/keyword.ts";
import {
  familyOf,
  isNumericAddress,
  readAddressOf,
  readBoolean,
  readDecimal,
  readInteger,
} from "../words.ts";

/** Whether keepalived takes a word for a value. What it says otherwise is for the rules to tell. */
export const isGoodWord = (value: Value, word: string): boolean => {
  switch (value.kind) {
    case "integer":
      return readInteger(word, value).fault === undefined;
    case "decimal":
      return readDecimal(word, value).fault === undefined;
    case "boolean":
      return readBoolean(word) !== undefined;
    case "choice":
      return isChoice(value, word);
    case "address":
      return isNumericAddress(word);
    case "multicast":
      return isMulticast(word, value.family);
    case "interface":
      return byteLength(word) <= maxInterfaceName;
    case "text":
      return value.maxLength === undefined || byteLength(word) <= value.maxLength;
    case "name":
    case "script":
    case "path":
    case "user":
    case "hex":
    case "special":
      return true;
  }
};

/** IFNAMSIZ less the final zero. */
export const maxInterfaceName = 15;

const isChoice = (value: Extract<Value, { kind: "choice" }>, word: string): boolean => {
  if (value.choices.includes(word)) return true;
  return value.ignoresCase === true && value.choices.includes(word.toUpperCase());
};

/** Whether a word is a multicast address of the family. */
export const isMulticast = (word: string, family: 4 | 6): boolean => {
  const address = readAddressOf(word);
  if (address === undefined) return false;
  if (familyOf(word) === "inet6") return family === 6 && address.startsWith("ff");
  const first = Number(address.split(".")[0]);
  return family === 4 && first >= 224 && first <= 239;
};

/** Bytes of a word in UTF-8: what keepalived counts. */
export const byteLength = (word: string): number => {
  let length = 0;
  for (const character of word) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
};
