import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeRouteMessages,
  encodeDumpAddresses,
  encodeDumpLinks,
  encodeRouteMessage,
  type RouteMessage,
} from "./netlink-address.ts";
import recorded from "./netlink-recorded.json" with { type: "json" };
import {
  AttributeReader,
  encodeMessage,
  MessageReader,
  writeNested,
  writeText,
  writeU32,
} from "./netlink.ts";

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("netlink framing", () => {
  it("pads attributes to four bytes and counts padding in no length but the outer one's", () => {
    const bytes = encodeMessage({ type: 20, flags: 5, sequence: 9 }, (writer) =>
      writeNested(writer, 3, (inner) => {
        writeText(inner, 1, "ab");
        writeU32(inner, 2, 7);
      }),
    );
    expect(hexOf(bytes)).toBe(
      "24000000140005000900000000000000" + "14000380" + "0700010061620000" + "0800020007000000",
    );
  });

  it("reads a refusal's errno as a positive number, and an acknowledgement as 0", () => {
    const message = new MessageReader(
      bytesOf("24000000020000010100000000000000feffffff2000000010000500" + "0000000000000000"),
    );
    expect([message.next(), message.isFinal, message.errno()]).toEqual([true, true, 2]);
  });

  it("reads a value shorter than asked for as 0 and says so", () => {
    const view = new DataView(bytesOf("0600010001000000").buffer);
    const attribute = new AttributeReader(view, 0, 8);
    expect([attribute.next(), attribute.u32(), attribute.isMalformed]).toEqual([true, 0, true]);
  });
});

describe("links and addresses that a kernel answered", () => {
  it("are what `ip addr` printed at that moment", () => {
    const links = decodeRouteMessages(bytesOf(recorded.links));
    const addresses = decodeRouteMessages(bytesOf(recorded.addresses));
    expect([...links.diagnostics, ...addresses.diagnostics]).toEqual([]);
    const names = new Map(links.value.flatMap((m) => ("link" in m ? [[m.link.index, m.link]] : [])));
    const ours = addresses.value.flatMap((message) => {
      if (!("address" in message)) return [];
      const { interfaceIndex, family, address, prefixLength, scope } = message.address;
      return [{ on: names.get(interfaceIndex)?.name, family, address, prefixLength, scope }];
    });
    const theirs = recorded.ipAddr.flatMap(({ ifname, addr_info }) =>
      addr_info.map(({ family, local, prefixlen, scope }) => ({
        on: ifname,
        family,
        address: local,
        prefixLength: prefixlen,
        scope,
      })),
    );
    const inOrder = (a: { address: string }, b: { address: string }): number =>
      a.address.localeCompare(b.address);
    expect(ours.toSorted(inOrder)).toEqual(theirs.toSorted(inOrder));
    for (const { ifindex, ifname, mtu, address, flags } of recorded.ipAddr)
      expect(names.get(ifindex)).toMatchObject({
        name: ifname,
        mtu,
        macAddress: address,
        isUp: flags.includes("UP"),
        isRunning: flags.includes("LOWER_UP"),
        isLoopback: flags.includes("LOOPBACK"),
      });
  });

  it("keep the label of an alias and the kind of a virtual interface", () => {
    const { value } = decodeRouteMessages(bytesOf(recorded.links + recorded.addresses));
    const labels = value.flatMap((m) =>
      "address" in m && m.address.label !== undefined ? [m.address.label] : [],
    );
    expect(labels).toContain("dum0:1");
    expect(value.flatMap((m) => ("link" in m && m.link.kind !== undefined ? [m.link.kind] : []))).toContain(
      "dummy",
    );
  });
});

const announcements: readonly RouteMessage[] = [
  {
    kind: "link-changed",
    link: {
      index: 7,
      name: "vrrp.51",
      isUp: true,
      isRunning: false,
      isLoopback: false,
      mtu: 1500,
      macAddress: "00:00:5e:00:01:33",
      kind: "macvlan",
      lowerIndex: 2,
      masterIndex: 4,
    },
  },
  {
    kind: "address-removed",
    address: {
      interfaceIndex: 2,
      family: "inet6",
      address: "2001:db8::64",
      prefixLength: 128,
      scope: "global",
      isTentative: true,
      isDuplicate: true,
      isDeprecated: true,
      isSecondary: false,
      isPermanent: true,
    },
  },
  {
    kind: "address-added",
    address: {
      interfaceIndex: 2,
      family: "inet",
      address: "192.0.2.64",
      prefixLength: 32,
      label: "eth0:1",
      scope: 42,
      isTentative: false,
      isDuplicate: false,
      isDeprecated: false,
      isSecondary: true,
      isPermanent: false,
    },
  },
];

describe("announcements", () => {
  it("are the same after encoding and decoding", () => {
    const bytes = new Uint8Array(Buffer.concat(announcements.map(encodeRouteMessage)));
    expect(decodeRouteMessages(bytes)).toEqual({ value: announcements, diagnostics: [] });
  });

  it("of a kind that is not ours are told, not dropped", () => {
    const route = encodeMessage({ type: 24, flags: 0, sequence: 0 }, (writer) => writer.zeros(12));
    expect(decodeRouteMessages(route)).toEqual({
      value: [],
      diagnostics: ["a message of unknown type 24 at byte 0"],
    });
  });

  it("cut or changed anywhere never throw", () => {
    const whole = new Uint8Array(
      Buffer.concat([
        bytesOf(recorded.links),
        bytesOf(recorded.addresses),
        ...announcements.map(encodeRouteMessage),
      ]),
    );
    for (let length = 0; length < whole.length; length += 3) decodeRouteMessages(whole.subarray(0, length));
    const changes = fc.array(fc.record({ offset: fc.nat(), value: fc.nat(255) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(changes, (all) => {
        const bytes = whole.slice();
        for (const { offset, value } of all) bytes[offset % bytes.length] = value;
        decodeRouteMessages(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it("are asked for with a dump of both families", () => {
    expect(hexOf(encodeDumpLinks())).toBe("20000000120001030000000000000000" + "0".repeat(32));
    expect(hexOf(encodeDumpAddresses())).toBe("18000000160001030000000000000000" + "0".repeat(16));
  });
});
