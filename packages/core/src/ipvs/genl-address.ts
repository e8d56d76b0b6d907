import { addressFromBytes, addressToBytes } from "../net/address.ts";
import type { ByteWriter } from "../net/bytes.ts";
import { type AttributeReader, writeAttribute } from "../net/netlink.ts";
import type { AddressFamily, Protocol } from "./model.ts";

/** AF_INET and AF_INET6 of Linux. */
export const familyNumber: Readonly<Record<AddressFamily, number>> = { inet: 2, inet6: 10 };

/** Undefined for a family that IPVS does not know. */
export const familyOfNumber = (number: number): AddressFamily | undefined =>
  number === 2 ? "inet" : number === 10 ? "inet6" : undefined;

/** IPPROTO_* of the protocols that IPVS balances. */
export const protocolNumber: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

/** Undefined for any other protocol. */
export const protocolOfNumber = (number: number): Protocol | undefined =>
  number === 6 ? "TCP" : number === 17 ? "UDP" : number === 132 ? "SCTP" : undefined;

/** `union nf_inet_addr`: sixteen bytes, an IPv4 address in the first four. */
export const writeAddress = (writer: ByteWriter, type: number, address: string): void =>
  writeAttribute(writer, type, (inner) => {
    const bytes = addressToBytes(address);
    inner.bytes(bytes).zeros(16 - bytes.length);
  });

/** The address of the current attribute in `family`; undefined when it is too short. */
export const readAddress = (attribute: AttributeReader, family: AddressFamily): string | undefined => {
  const length = family === "inet" ? 4 : 16;
  return attribute.length < length ? undefined : addressFromBytes(attribute.bytes().subarray(0, length));
};
