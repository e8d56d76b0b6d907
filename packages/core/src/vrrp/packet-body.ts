import { type Address, addressFamily, addressFromBytes, addressToBytes } from "../net/address.ts";
import { ByteReader, ByteWriter, internetChecksum } from "../net/bytes.ts";
import type { ChecksumRule, Envelope } from "./advertisement.ts";
import { type RefusalCode } from "./refusal.ts";

/** What both versions share: the fixed eight bytes, the addresses, the checksum. */

export const headerBytes = 8;

/** 4 or 16: the size of an address of the envelope's family. */
export const addressBytes = (envelope: Envelope): number =>
  addressFamily(envelope.source) === "inet" ? 4 : 16;

export type Fixed = {
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly count: number;
  /** Bytes 4 and 5, whose meaning differs. */
  readonly middle: number;
  readonly addresses: readonly Address[];
  /** What follows the addresses. */
  readonly rest: Uint8Array;
};

/** Reads the fixed part and the addresses; the first rule broken otherwise. The version and type are judged already. */
export const readFixed = (bytes: Uint8Array, envelope: Envelope): Fixed | RefusalCode => {
  const reader = new ByteReader(bytes);
  reader.skip(1);
  const [virtualRouterId, priority, count] = [reader.u8(), reader.u8(), reader.u8()];
  const middle = reader.u16be();
  reader.skip(2);
  if (reader.isTruncated) return "too-short";
  if (virtualRouterId === 0) return "vrid";
  const size = addressBytes(envelope);
  if (reader.remaining < count * size) return "too-short";
  const addresses: Address[] = [];
  for (let index = 0; index < count; index += 1) {
    addresses.push(addressFromBytes(reader.bytes(size)) ?? "");
  }
  return { virtualRouterId, priority, count, middle, addresses, rest: reader.rest() };
};

/** Writes the fixed part and the addresses with checksum 0. */
export const writeFixed = (head: number, fixed: Omit<Fixed, "count">): ByteWriter => {
  const writer = new ByteWriter(headerBytes + fixed.addresses.length * 16 + fixed.rest.length);
  writer.u8(head).u8(fixed.virtualRouterId).u8(fixed.priority).u8(fixed.addresses.length);
  writer.u16be(fixed.middle).u16be(0);
  for (const address of fixed.addresses) writer.bytes(addressToBytes(address));
  return writer.bytes(fixed.rest);
};

/** The pseudo header of RFC 768 (IPv4) or RFC 8200 section 8.1 (IPv6), then the message. */
const withPseudoHeader = (message: Uint8Array, source: Address, destination: Address): Uint8Array => {
  const writer = new ByteWriter(message.length + 40);
  writer.bytes(addressToBytes(source)).bytes(addressToBytes(destination));
  if (addressFamily(source) === "inet") writer.u8(0).u8(112).u16be(message.length);
  else writer.u32be(message.length).u32be(112);
  return writer.bytes(message).finish();
};

const groups = { inet: "224.0.0.18", inet6: "ff02::12" } as const;

/** The checksum of a message by a rule: with the field at 0 the value to write, with the field filled in 0 exactly when it is right. */
export const checksumBy = (rule: ChecksumRule, message: Uint8Array, envelope: Envelope): number => {
  switch (rule) {
    case "plain":
      return internetChecksum(message);
    case "pseudo-header":
      return internetChecksum(withPseudoHeader(message, envelope.source, envelope.destination));
    case "group-pseudo-header":
      return internetChecksum(
        withPseudoHeader(message, envelope.source, groups[addressFamily(envelope.source)]),
      );
  }
};

/** The first of the rules by which the message's checksum is right. */
export const checksumRuleOf = (
  rules: readonly ChecksumRule[],
  message: Uint8Array,
  envelope: Envelope,
): ChecksumRule | undefined => rules.find((rule) => checksumBy(rule, message, envelope) === 0);

/** Fills in the checksum. */
export const seal = (writer: ByteWriter, rule: ChecksumRule, envelope: Envelope): Uint8Array =>
  writer.patchU16be(6, checksumBy(rule, writer.finish(), envelope)).finish();
