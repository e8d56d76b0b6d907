import koffi from "koffi";

/**
 * Runs inside a bare kernel: one UDP datagram from each of many made-up clients to a virtual service, so that the kernel makes an
 * entry for each. `node fill-connections.ts VIP PORT CLIENTS PORTS` makes CLIENTS × PORTS entries from 10.200.0.0/16.
 */
const [vip = "", port = "0", clients = "0", ports = "0"] = process.argv.slice(2);
const library = koffi.load(null);
const socket: (domain: number, type: number, protocol: number) => number =
  library.func("int socket(int, int, int)");
const sendto: (
  fd: number,
  bytes: Uint8Array,
  length: number,
  flags: number,
  address: Uint8Array,
  addressLength: number,
) => number = library.func("intptr_t sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)");

const rawIp = { AF_INET: 2, SOCK_RAW: 3, IPPROTO_RAW: 255 };
const fd = socket(rawIp.AF_INET, rawIp.SOCK_RAW, rawIp.IPPROTO_RAW);
if (fd < 0) throw new Error("no raw socket");

const target = Uint8Array.from(vip.split(".").map(Number));
const address = new Uint8Array(16);
address[0] = rawIp.AF_INET;
address.set(target, 4);

/** An IPv4 header (the kernel fills in checksum and identification) and a UDP header without a checksum. */
const packet = new Uint8Array(28);
const view = new DataView(packet.buffer);
packet[0] = 0x45;
view.setUint16(2, packet.length);
packet[8] = 64;
packet[9] = 17;
packet.set(target, 16);
view.setUint16(22, Number(port));
view.setUint16(24, 8);

for (let client = 0; client < Number(clients); client += 1) {
  packet.set([10, 200, client >> 8, client & 255], 12);
  for (let source = 0; source < Number(ports); source += 1) {
    view.setUint16(20, 1024 + source);
    // A datagram that nobody takes may be refused by an ICMP error of the one before; the entry is made all the same.
    sendto(fd, packet, packet.length, 0, address, address.length);
  }
}
