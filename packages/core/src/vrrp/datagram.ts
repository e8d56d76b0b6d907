import { addressFromBytes } from "../net/address.ts";
import { ByteReader } from "../net/bytes.ts";
import type { Decoded, Envelope } from "./advertisement.ts";
import { decodeAdvertisement, vrrpProtocol } from "./packet.ts";
import { refusal } from "./refusal.ts";

/** A VRRP message and what its IP header said. */
export type Datagram = { readonly envelope: Envelope; readonly message: Uint8Array };

const ipv4Datagram = (bytes: Uint8Array): Datagram | undefined => {
  const reader = new ByteReader(bytes);
  const headerLength = (reader.u8() & 15) * 4;
  reader.skip(1);
  const totalLength = reader.u16be();
  reader.skip(2);
  // Of a fragment, only the whole is a message: no bit of the offset, nor "more fragments".
  const isFragment = (reader.u16be() & 0x3f_ff) !== 0;
  const hopLimit = reader.u8();
  const protocol = reader.u8();
  reader.skip(2);
  const source = addressFromBytes(reader.bytes(4));
  const destination = addressFromBytes(reader.bytes(4));
  if (source === undefined || destination === undefined || isFragment) return undefined;
  if (protocol !== vrrpProtocol || headerLength < 20) return undefined;
  if (totalLength < headerLength || totalLength > bytes.length) return undefined;
  return {
    envelope: { source, destination, hopLimit },
    message: bytes.subarray(headerLength, totalLength),
  };
};

const ipv6Datagram = (bytes: Uint8Array): Datagram | undefined => {
  const reader = new ByteReader(bytes);
  reader.skip(4);
  const length = reader.u16be();
  const nextHeader = reader.u8();
  const hopLimit = reader.u8();
  const source = addressFromBytes(reader.bytes(16));
  const destination = addressFromBytes(reader.bytes(16));
  if (source === undefined || destination === undefined) return undefined;
  if (nextHeader !== vrrpProtocol || reader.remaining < length) return undefined;
  return { envelope: { source, destination, hopLimit }, message: reader.bytes(length) };
};

/** Opens an IP packet with its header, as a raw IPv4 socket or a capture gives it. Undefined: not protocol 112, a fragment, or cut. */
export const openDatagram = (bytes: Uint8Array): Datagram | undefined => {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return ipv4Datagram(bytes);
  return version === 6 ? ipv6Datagram(bytes) : undefined;
};

/** Reads an advert from an IP packet with its header. Any bytes give a value; nothing is thrown. */
export const decodeDatagram = (bytes: Uint8Array): Decoded => {
  const datagram = openDatagram(bytes);
  if (datagram === undefined) return { kind: "refused", refusal: refusal("not-ip") };
  return decodeAdvertisement(datagram.message, datagram.envelope);
};
