import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressFromBytes } from "../net/address.ts";
import { type Expectation, judge } from "./acceptance.ts";
import { decodeDatagram } from "./datagram.ts";
import type { Advertisement, Envelope } from "./advertisement.ts";
import { decodeAdvertisement, encodeAdvertisement } from "./packet.ts";
import { passwordData } from "./packet-v2.ts";
import { refusalReasons } from "./refusal.ts";

const seed = Number(process.env["FC_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["FC_RUNS"] ?? 1) * 1000;
console.info(`vrrp/packet: seed ${seed}`);

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const addressOf = (size: 4 | 16) => bytesOf(size).map((bytes) => addressFromBytes(bytes) ?? "");

const envelopeOf = (size: 4 | 16) =>
  fc.record({
    source: addressOf(size),
    destination: fc.oneof(addressOf(size), fc.constant(size === 4 ? "224.0.0.18" : "ff02::12")),
    hopLimit: fc.constant(255),
  });

const advertisementOf = (size: 4 | 16): fc.Arbitrary<Advertisement> => {
  const common = {
    virtualRouterId: fc.integer({ min: 1, max: 255 }),
    priority: fc.nat(255),
    addresses: fc.array(addressOf(size), { minLength: 1, maxLength: 20 }),
  };
  const none = fc.record({ type: fc.constantFrom("none", "header"), data: fc.oneof(bytesOf(0), bytesOf(8)) });
  const password = fc.record({ type: fc.constant("password" as const), data: bytesOf(8) });
  return fc.oneof(
    fc.record({
      ...common,
      version: fc.constant(2 as const),
      advertIntervalS: fc.nat(255),
      authentication: fc.oneof(none, password),
      checksumRule: fc.constant(size === 4 ? ("plain" as const) : ("pseudo-header" as const)),
    }),
    fc.record({
      ...common,
      version: fc.constant(3 as const),
      advertIntervalCs: fc.nat(4095),
      reserved: fc.nat(15),
      checksumRule: fc.constant("pseudo-header" as const),
    }),
  );
};

const sent = fc
  .constantFrom(4 as const, 16 as const)
  .chain((size) => fc.record({ envelope: envelopeOf(size), advertisement: advertisementOf(size) }));

const v4: Envelope = { source: "192.0.2.1", destination: "224.0.0.18", hopLimit: 255 };
const advert: Advertisement = {
  version: 3,
  virtualRouterId: 51,
  priority: 150,
  addresses: ["192.0.2.15"],
  advertIntervalCs: 100,
  reserved: 0,
  checksumRule: "pseudo-header",
};

describe("an advert and its bytes", () => {
  it("say the same: whatever is written is read back", () => {
    fc.assert(
      fc.property(sent, ({ envelope, advertisement }) => {
        const decoded = decodeAdvertisement(encodeAdvertisement(advertisement, envelope), envelope);
        expect(decoded).toEqual({ kind: "advertisement", advertisement });
      }),
      { seed, numRuns },
    );
  });

  it("are refused with one known reason, or read, when bytes were changed, cut or added; nothing is thrown", () => {
    const mutation = fc.record({
      at: fc.nat(),
      to: fc.nat(255),
      cut: fc.nat(80),
      added: fc.uint8Array({ maxLength: 12 }),
    });
    fc.assert(
      fc.property(sent, fc.array(mutation, { minLength: 1, maxLength: 4 }), (each, mutations) => {
        let bytes = encodeAdvertisement(each.advertisement, each.envelope);
        for (const { at, to, cut, added } of mutations) {
          bytes = Uint8Array.from([...bytes.subarray(0, Math.max(0, bytes.length - (cut % 9))), ...added]);
          if (bytes.length > 0) bytes[at % bytes.length] = to;
        }
        const decoded = decodeAdvertisement(bytes, each.envelope);
        if (decoded.kind === "refused") {
          expect(refusalReasons[decoded.refusal.code]).toBe(decoded.refusal.reason);
        } else {
          expect(encodeAdvertisement(decoded.advertisement, each.envelope)).toEqual(bytes);
        }
      }),
      { seed, numRuns },
    );
  });

  it("are refused or read for any IP packet whatever", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0x45, 0x46, 0x60), (bytes, head) => {
        expect(["refused", "advertisement"]).toContain(decodeDatagram(Uint8Array.of(head, ...bytes)).kind);
      }),
      { seed, numRuns },
    );
  });
});

describe("a version 3 advert over IPv4", () => {
  it.each(["plain", "pseudo-header", "group-pseudo-header"] as const)(
    "is read whichever sum its speaker takes: %s",
    (checksumRule) => {
      const unicast = { ...v4, destination: "192.0.2.2" };
      const advertisement = { ...advert, checksumRule };
      const decoded = decodeAdvertisement(encodeAdvertisement(advertisement, unicast), unicast);
      expect(decoded).toEqual({ kind: "advertisement", advertisement });
    },
  );

  it("over IPv6 is refused with the sum of the message alone", () => {
    const v6: Envelope = { source: "fe80::1", destination: "ff02::12", hopLimit: 255 };
    const bytes = encodeAdvertisement({ ...advert, addresses: ["fe80::15"], checksumRule: "plain" }, v6);
    expect(decodeAdvertisement(bytes, v6)).toMatchObject({ refusal: { code: "checksum" } });
  });
});

describe("each broken rule has its own reason", () => {
  const bytes = encodeAdvertisement(advert, v4);
  const changed = (at: number, to: number): Uint8Array =>
    bytes.map((byte, index) => (index === at ? to : byte));
  it.each([
    ["hop-limit", bytes, { ...v4, hopLimit: 254 }],
    ["version", changed(0, 0x41), v4],
    ["type", changed(0, 0x32), v4],
    ["vrid", changed(1, 0), v4],
    ["no-addresses", changed(3, 0), v4],
    ["too-short", changed(3, 2), v4],
    ["too-short", bytes.subarray(0, 7), v4],
    ["too-long", Uint8Array.of(...bytes, 0), v4],
    ["checksum", changed(2, 151), v4],
  ])("%s", (code, mutated, envelope) => {
    expect(decodeAdvertisement(mutated, envelope)).toMatchObject({ kind: "refused", refusal: { code } });
  });

  it("authentication of an unknown type", () => {
    const sentBytes = encodeAdvertisement(
      { ...advert, version: 2, advertIntervalS: 1, checksumRule: "plain", authentication: none },
      v4,
    );
    const mutated = sentBytes.map((byte, index) => (index === 4 ? 3 : byte));
    expect(decodeAdvertisement(mutated, v4)).toMatchObject({ refusal: { code: "authentication-type" } });
  });
});

const none = { type: "none", data: new Uint8Array(8) } as const;
const secret = new TextEncoder().encode("s3cret-too-long");

describe("a virtual router believes an advert", () => {
  const heard: Advertisement = {
    version: 2,
    virtualRouterId: 51,
    priority: 150,
    addresses: ["192.0.2.15", "192.0.2.16"],
    advertIntervalS: 1,
    authentication: { type: "password", data: passwordData(secret) },
    checksumRule: "plain",
  };
  const expected: Expectation = {
    version: 2,
    virtualRouterId: 51,
    addresses: ["192.0.2.16", "192.0.2.15"],
    advertIntervalS: 1,
    passwordData: passwordData(secret.subarray(0, 8)),
  };

  it("that fits, whatever the order of the addresses", () => {
    expect(judge(heard, expected)).toBeUndefined();
  });

  it.each([
    ["other-vrid", { ...heard, virtualRouterId: 52 }],
    ["other-version", { ...advert, addresses: heard.addresses }],
    ["other-authentication", { ...heard, authentication: none }],
    ["password", { ...heard, authentication: { ...heard.authentication, data: new Uint8Array(8) } }],
    ["interval", { ...heard, advertIntervalS: 2 }],
    ["address-list", { ...heard, addresses: ["192.0.2.15"] }],
  ] as const)("and refuses another for %s", (code, other) => {
    const refused = judge(other, expected);
    expect(refused?.code).toBe(code);
    expect(JSON.stringify(refused)).not.toContain("s3cret");
  });
});
