import { parseAddress } from "../net/address.ts";
import type { Address } from "../net/address.ts";

/** Single words of the configuration, read as keepalived reads them: strtoul(3), inet_pton(3), strcmp(3). */

export type NumberFault = "not-a-number" | "negative" | "out-of-range" | "too-many-decimals";

export interface NumberReading {
  readonly value: number;
  readonly fault: NumberFault | undefined;
}

const decimalDigits = /^[ \t\f\r\v]*[+-]?[0-9]*$/u;

/** The value of one to nine digits and nothing else; -1 for any other word. Nearly every number is one. */
const plainInteger = (word: string): number => {
  const { length } = word;
  if (length === 0 || length > 9) return -1;
  let value = 0;
  for (let index = 0; index < length; index += 1) {
    const digit = word.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
};

/** A whole number in decimal. An empty word is 0. */
export const readInteger = (word: string, range: { min: number; max: number }): NumberReading => {
  const plain = plainInteger(word);
  if (plain >= 0)
    return { value: plain, fault: plain < range.min || plain > range.max ? "out-of-range" : undefined };
  const value = Number(word);
  if (!decimalDigits.test(word) || Number.isNaN(value)) return { value: 0, fault: "not-a-number" };
  if (value < 0 && range.min >= 0) return { value, fault: "negative" };
  return { value, fault: value < range.min || value > range.max ? "out-of-range" : undefined };
};

const decimalNumber = /^[ \t\n\v\f\r]*[+-]?[0-9]*(?:\.([0-9]*))?$/u;

/** A number with up to `places` decimals. */
export const readDecimal = (
  word: string,
  range: { min: number; max: number; places: number },
): NumberReading => {
  const plain = plainInteger(word);
  if (plain >= 0)
    return { value: plain, fault: plain < range.min || plain > range.max ? "out-of-range" : undefined };
  if (word.startsWith("-")) return { value: Number(word), fault: "negative" };
  const match = decimalNumber.exec(word);
  if (match === null) return { value: 0, fault: "not-a-number" };
  const value = Number(`${word.trim()}0`) / (word.includes(".") ? 1 : 10);
  // A minus behind white space is taken for a number beyond all ranges.
  if (value < 0) return { value, fault: "out-of-range" };
  if (value < range.min || value > range.max) return { value, fault: "out-of-range" };
  return { value, fault: (match[1] ?? "").length > range.places ? "too-many-decimals" : undefined };
};

/** `true`, `on`, `yes`, `false`, `off`, `no`: nothing else, and case matters. */
export const readBoolean = (word: string): boolean | undefined => {
  if (word === "true" || word === "on" || word === "yes") return true;
  if (word === "false" || word === "off" || word === "no") return false;
  return undefined;
};

/** A dotted quad as it is nearly always written, which is its canonical form too. */
const isPlainIpv4 = (word: string): boolean => {
  const { length } = word;
  if (length < 7 || length > 15) return false;
  let dots = 0;
  let octet = -1;
  for (let index = 0; index < length; index += 1) {
    const code = word.charCodeAt(index);
    if (code === 46) {
      if (octet < 0) return false;
      dots += 1;
      octet = -1;
    } else {
      const digit = code - 48;
      if (digit < 0 || digit > 9 || octet === 0) return false;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return false;
    }
  }
  return dots === 3 && octet >= 0;
};

/** An address by itself. */
export const readAddress = (word: string): Address | undefined =>
  isPlainIpv4(word) ? word : parseAddress(word);

/** The address at the start of a word: what follows `-` or `/` is a range or a mask that keepalived does not look at. */
export const readAddressOf = (word: string): Address | undefined => {
  if (isPlainIpv4(word)) return word;
  const dash = word.indexOf("-");
  const end = dash >= 0 ? dash : word.indexOf("/");
  return parseAddress(end < 0 ? word : word.slice(0, end));
};

/** Whether a word starts with an address, as `readAddressOf` reads it. */
export const isNumericAddress = (word: string): boolean => readAddressOf(word) !== undefined;

/** The family keepalived assumes before it reads the address. */
export const familyOf = (word: string): "inet" | "inet6" => (word.includes(":") ? "inet6" : "inet");
