import { createSocket, type Socket } from "node:dgram";
import { existsSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Runs inside a bare kernel: serves on the real servers' addresses, sends through the virtual services so that the counters
 * pass the marks where ipvsadm begins to cut numbers, holds some connections open, and says so in the file `traffic-ready`;
 * ends when the file `traffic-done` is there.
 */
const realServers = ["10.50.1.1", "10.50.1.2", "fd50::11"];
const virtual = { v4: "10.50.0.1", v6: "fd50::1" };
const datagramBytes = 60_000;
const datagrams = 22_000;

function serve(host: string): void {
  createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  }).listen(8080, host);
  for (const port of [9, 5060]) {
    const sink = createSocket(host.includes(":") ? "udp6" : "udp4");
    sink.on("error", () => {});
    sink.bind(port, host);
  }
}

/** Connects and waits for an echo, so that the connection is counted in both directions. */
function open(host: string, localAddress: string): Promise<ReturnType<typeof connect>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 80, localAddress });
    socket.once("error", reject);
    socket.once("data", () => resolve(socket));
    socket.once("connect", () => socket.write("hello"));
  });
}

const send = (socket: Socket, data: Buffer, port: number): Promise<void> =>
  new Promise((resolve) => {
    // A full buffer loses a datagram, which is no matter here.
    socket.send(data, port, virtual.v4, () => resolve());
  });

for (const host of realServers) serve(host);
await pause(200);
const held = [
  await open(virtual.v4, "10.50.2.1"),
  await open(virtual.v4, "10.50.2.1"),
  await open(virtual.v4, "10.50.3.1"),
  await open(virtual.v6, "fd50::21"),
];
const finished = await open(virtual.v4, "10.50.2.1");
finished.end();

const sender = createSocket("udp4");
const load = Buffer.alloc(datagramBytes);
for (let count = 0; count < datagrams; count += 1) await send(sender, load, 9);
const call = "INVITE sip:a@example SIP/2.0\r\nCall-ID: call-7@example\r\n\r\n";
await send(sender, Buffer.from(call), 5060);
sender.close();
await pause(500);

writeFileSync("traffic-ready", `${held.length}\n`);
while (!existsSync("traffic-done")) await pause(100);
process.exit(0);
