import { addressToBytes } from "@lvs/core/net/address";
import { ByteWriter } from "@lvs/core/net/bytes";
import type { Advertisement, AdvertisementV2, AdvertisementV3 } from "@lvs/core/vrrp/advertisement";
import { encodeAdvertisement, vrrpMulticastGroups, vrrpProtocol } from "@lvs/core/vrrp/packet";
import { passwordData } from "@lvs/core/vrrp/packet-v2";

/** Adverts as they stand on a wire, for tests. */

/** VRID 51, priority 150, 192.0.2.15, every second. */
export const plainAdvert: AdvertisementV3 = {
  version: 3,
  virtualRouterId: 51,
  priority: 150,
  addresses: ["192.0.2.15"],
  advertIntervalCs: 100,
  reserved: 0,
  checksumRule: "pseudo-header",
};

/** The same in version 2 with a password. */
export const advertWithPassword = (password: string): AdvertisementV2 => ({
  version: 2,
  virtualRouterId: 51,
  priority: 150,
  addresses: ["192.0.2.15"],
  advertIntervalS: 1,
  authentication: { type: "password", data: passwordData(new TextEncoder().encode(password)) },
  checksumRule: "plain",
});

/** An IPv4 packet: header and message. To the group with TTL 255 unless told. */
export const advertPacket = (
  source: string,
  advert: Advertisement = plainAdvert,
  {
    destination = vrrpMulticastGroups.inet,
    hopLimit = 255,
  }: { destination?: string; hopLimit?: number } = {},
): Uint8Array => {
  const message = encodeAdvertisement(advert, { source, destination, hopLimit });
  const header = new ByteWriter().u8(0x45).u8(0xc0);
  header.u16be(20 + message.length).u32be(0);
  header.u8(hopLimit).u8(vrrpProtocol).u16be(0);
  return header.bytes(addressToBytes(source)).bytes(addressToBytes(destination)).bytes(message).finish();
};
