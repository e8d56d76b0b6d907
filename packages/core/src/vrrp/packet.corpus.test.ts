import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { decodeDatagram, openDatagram } from "./datagram.ts";
import type { Advertisement, Decoded, Envelope } from "./advertisement.ts";
import { decodeAdvertisement, encodeAdvertisement } from "./packet.ts";

/** Captures of real speakers and other projects' test vectors, kept beside the project, not in it. */
const root = join(import.meta.dirname, "../../../..");
const folder = join(dirname(root), "shared/corpus/vrrp");
const isThere = existsSync(folder);
if (!isThere) console.log(`skipped: no VRRP captures at ${folder}`);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

/** The IP packets of a classic capture file: what stands before them depends on the link. */
const packetsOf = (name: string): Uint8Array[] => {
  const bytes = readFileSync(join(folder, name));
  const isSwapped = bytes.readUInt32LE(0) !== 0xa1_b2_c3_d4;
  const u32 = (at: number): number => (isSwapped ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  const packets: Uint8Array[] = [];
  for (let at = 24; at + 16 <= bytes.length; at += 16 + u32(at + 8)) {
    const frame = bytes.subarray(at + 16, at + 16 + u32(at + 8));
    const etherType = u32(20) === 1 ? 12 : frame.indexOf("0800", "hex");
    packets.push(frame.subarray(etherType + 2));
  }
  return packets;
};

const frameSchema = z.object({
  src: z.string(),
  dst: z.string(),
  ttl: z.number(),
  vrrp_hex: z.string(),
  version: z.union([z.literal(2), z.literal(3)]),
  vrid: z.number(),
  priority: z.number(),
  addresses: z.array(z.string()),
  auth_type: z.number().optional(),
  auth_data_hex: z.string().optional(),
  adver_int_s: z.number().optional(),
  reserved: z.number().optional(),
  max_adver_int_cs: z.number().optional(),
  checksum_matches: z.array(z.enum(["plain", "pseudo"])),
});
type Frame = z.infer<typeof frameSchema>;

const framesOf = (name: string): Frame[] =>
  readFileSync(join(folder, `${name}.expected.jsonl`), "utf8")
    .trim()
    .split("\n")
    .map((line) => frameSchema.parse(JSON.parse(line)));

/** An advert in the words of the expectation. */
const asFrame = (advertisement: Advertisement) => ({
  version: advertisement.version,
  vrid: advertisement.virtualRouterId,
  priority: advertisement.priority,
  addresses: advertisement.addresses,
  checksum_matches: [advertisement.checksumRule === "plain" ? "plain" : "pseudo"],
  ...(advertisement.version === 2
    ? {
        auth_type: ["none", "password", "header"].indexOf(advertisement.authentication.type),
        auth_data_hex: hex(advertisement.authentication.data),
        adver_int_s: advertisement.advertIntervalS,
      }
    : { reserved: advertisement.reserved, max_adver_int_cs: advertisement.advertIntervalCs }),
});

const advertisementOf = (decoded: Decoded): Advertisement => {
  if (decoded.kind === "refused") throw new Error(decoded.refusal.reason);
  return decoded.advertisement;
};

describe.skipIf(!isThere)("captured adverts", () => {
  it.each([
    ["tcpdump__vrrp.pcap", 165],
    ["pcapplusplus__VRRP-V2.pcap", 1],
  ])("%s: every packet is read as expected and written back as captured", (name, count) => {
    const packets = packetsOf(name);
    const frames = framesOf(name);
    expect(packets).toHaveLength(count);
    expect(frames).toHaveLength(count);
    for (const [index, packet] of packets.entries()) {
      const frame = frames[index];
      const datagram = openDatagram(packet);
      if (frame === undefined || datagram === undefined) throw new Error(`frame ${index + 1}`);
      const { envelope } = datagram;
      expect(envelope).toEqual({ source: frame.src, destination: frame.dst, hopLimit: frame.ttl });
      const advertisement = advertisementOf(decodeDatagram(packet));
      expect(frame).toMatchObject(asFrame(advertisement));
      expect(hex(encodeAdvertisement(advertisement, envelope))).toBe(frame.vrrp_hex);
    }
  });

  it("packets cut inside the header or the list, that crossed a router, are refused for that", () => {
    const codes = packetsOf("tcpdump__vrrp-vrrp_print-oobr.pcap").map((packet) => {
      const datagram = openDatagram(packet);
      const decoded = decodeDatagram(packet);
      return [datagram?.envelope.hopLimit, decoded.kind === "refused" && decoded.refusal.code];
    });
    expect(codes).toEqual([
      [254, "hop-limit"],
      [254, "hop-limit"],
      [254, "hop-limit"],
    ]);
  });
});

const vectorSchema = z.object({
  name: z.string(),
  layer: z.enum(["ethernet", "vrrp", "ipv4", "ipv6"]).optional(),
  hex: z.string().optional(),
  build: z
    .object({
      vrid: z.number(),
      priority: z.number(),
      max_adver_int_cs: z.number(),
      src: z.string(),
      dst: z.string(),
      addresses: z.array(z.string()),
    })
    .optional(),
  expect: z.object({
    vrid: z.number().optional(),
    priority: z.number().optional(),
    addresses: z.array(z.string()).optional(),
    checksum: z.number().optional(),
  }),
});

/** What a strict reader says to each; the notes beside the vectors give the reasons. */
const verdicts: Readonly<Record<string, string>> = {
  gopacket_v2_eth: "advertisement",
  dpkt_v2: "advertisement",
  dpkt_no_addresses: "version",
  holo_v2: "advertisement",
  holo_v2_bad_checksum: "checksum",
  holo_v3_ipv6: "checksum",
  holo_v3_version4: "version",
  holo_v3_too_long: "no-addresses",
  empty: "too-short",
  scapy_v2_build_ip: "advertisement",
  scapy_v3_ipv6_build: "too-short",
  pcapplusplus_trailing_byte: "too-long",
};

const vectors = isThere
  ? z.array(vectorSchema).parse(JSON.parse(readFileSync(join(folder, "vectors.json"), "utf8")))
  : [];

/** Sent by no real host, so without a hop limit to judge. */
const envelopeFor = (name: string): Envelope =>
  name.includes("ipv6")
    ? { source: "fe80::1", destination: "ff02::12", hopLimit: undefined }
    : { source: "192.0.2.1", destination: "224.0.0.18", hopLimit: undefined };

describe.skipIf(!isThere)("test vectors of other projects", () => {
  const read = vectors.filter((vector) => vector.hex !== undefined);
  it.each(read.map((vector) => [vector.name, vector] as const))("%s", (name, vector) => {
    const bytes = unhex(vector.hex ?? "");
    const skipped = vector.layer === "ethernet" ? 14 : 0;
    const datagram =
      vector.layer === "vrrp"
        ? { envelope: envelopeFor(name), message: bytes }
        : openDatagram(bytes.subarray(skipped));
    if (datagram === undefined) throw new Error("no IP packet");
    const envelope = { ...datagram.envelope, hopLimit: undefined };
    const decoded = decodeAdvertisement(datagram.message, envelope);
    const verdict = decoded.kind === "refused" ? decoded.refusal.code : decoded.kind;
    expect(verdict).toBe(verdicts[name]);
    if (decoded.kind === "refused") return;
    expect(asFrame(decoded.advertisement)).toMatchObject({
      vrid: vector.expect.vrid,
      priority: vector.expect.priority,
      ...(vector.expect.addresses === undefined ? {} : { addresses: vector.expect.addresses }),
    });
    const written = encodeAdvertisement(decoded.advertisement, envelope);
    expect(hex(written)).toBe(hex(datagram.message));
  });

  const built = vectors.filter((vector) => vector.build !== undefined);
  it.each(built.map((vector) => [vector.name, vector] as const))("%s", (_name, vector) => {
    const { build } = vector;
    if (build === undefined) throw new Error("nothing to build");
    const envelope = { source: build.src, destination: build.dst, hopLimit: 255 };
    const written = encodeAdvertisement(
      {
        version: 3,
        virtualRouterId: build.vrid,
        priority: build.priority,
        addresses: build.addresses,
        advertIntervalCs: build.max_adver_int_cs,
        reserved: 0,
        checksumRule: "pseudo-header",
      },
      envelope,
    );
    expect(Buffer.from(written).readUInt16BE(6)).toBe(vector.expect.checksum);
  });
});
