import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter, internetChecksum } from "./bytes.ts";

describe("a cursor over bytes", () => {
  it("reads back what was written, in both byte orders", () => {
    const u32 = fc.integer({ min: 0, max: 0xff_ff_ff_ff });
    fc.assert(
      fc.property(
        fc.nat(0xff),
        fc.nat(0xff_ff),
        u32,
        fc.maxSafeNat(),
        fc.uint8Array({ maxLength: 300 }),
        (u8, u16, u32Value, u64, raw) => {
          const writer = new ByteWriter(1)
            .u8(u8)
            .u16be(u16)
            .u16le(u16)
            .u32be(u32Value)
            .u32le(u32Value)
            .u64be(u64)
            .u64le(u64)
            .zeros(3)
            .bytes(raw);
          const written = writer.finish();
          expect(written.length).toBe(writer.length);
          const reader = new ByteReader(written);
          expect([
            reader.u8(),
            reader.u16be(),
            reader.u16le(),
            reader.u32be(),
            reader.u32le(),
            reader.u64be(),
            reader.u64le(),
          ]).toEqual([u8, u16, u16, u32Value, u32Value, u64, u64]);
          reader.skip(3);
          expect(reader.rest()).toEqual(raw);
          expect(reader.isTruncated).toBe(false);
        },
      ),
    );
  });

  it("says truncated instead of throwing, and then has nothing left", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    expect(reader.u16be()).toBe(0x01_02);
    expect(reader.u32le()).toBe(0);
    expect(reader.isTruncated).toBe(true);
    expect(reader.remaining).toBe(0);
    expect(reader.u8()).toBe(0);
  });

  it("reads negative 32-bit numbers, and a window of a larger buffer", () => {
    expect(new ByteReader(Uint8Array.of(0xff, 0xfe, 0xff, 0xff, 0xff).subarray(1)).i32le()).toBe(-2);
  });

  it("patches lengths known only later", () => {
    const written = new ByteWriter()
      .zeros(8)
      .patchU16be(0, 0x01_02)
      .patchU16le(2, 0x01_02)
      .patchU32le(4, 1)
      .finish();
    expect([...written]).toEqual([1, 2, 2, 1, 1, 0, 0, 0]);
  });
});

describe("the Internet checksum", () => {
  it("is that of RFC 1071's example", () => {
    expect(internetChecksum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(0x22_0d);
  });

  it("is 0 over bytes that carry their own checksum", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (raw) => {
        const even = raw.length % 2 === 0 ? raw : raw.subarray(1);
        expect(internetChecksum(new ByteWriter().bytes(even).u16be(internetChecksum(even)).finish())).toBe(0);
      }),
    );
  });
});
