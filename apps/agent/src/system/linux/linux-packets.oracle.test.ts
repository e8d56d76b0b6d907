import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeDatagram } from "@lvs/core/vrrp/datagram";
import type { Advertisement } from "@lvs/core/vrrp/advertisement";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LinuxPackets } from "./linux-packets.ts";

/** A real keepalived in a namespace of its own speaks; the ears are on the other end of its wire. */
const isRoot = process.getuid?.() === 0;
const isInstalled = ["keepalived", "ip", "setpriv"].every((name) => spawnSync("which", [name]).status === 0);
if (!isRoot || !isInstalled) console.log("skipped: needs root, keepalived and iproute2");

const namespace = `vrrpear${process.pid}`;
const end = `ve${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "lvs-ears-"));
const packets = new LinuxPackets();
let daemon: ChildProcess | undefined;

const indexOf = (name: string): number => Number(readFileSync(`/sys/class/net/${name}/ifindex`, "utf8"));

/** Sends empty IPv4 packets of protocol 253 to everybody on eth0, as fast as it can. */
const floodProgram = `import("./libc.ts").then(({ openLibc, linux }) => {
  const libc = openLibc();
  const fd = libc.socket(linux.AF_PACKET, linux.SOCK_DGRAM, 0);
  const address = new Uint8Array(20);
  const view = new DataView(address.buffer);
  view.setUint16(0, linux.AF_PACKET, true);
  view.setUint16(2, 0x0800, false);
  view.setInt32(4, Number(require("node:fs").readFileSync("/sys/class/net/eth0/ifindex", "utf8")), true);
  address[11] = 6;
  address.fill(255, 12, 18);
  const packet = new Uint8Array(20);
  packet.set([0x45, 0, 0, 20, 0, 0, 0, 0, 255, 253, 0, 0, 192, 0, 2, 1, 224, 0, 0, 18]);
  for (let left = Number(process.argv[1]); left > 0; left -= 1)
    if (libc.sendto(fd, packet, packet.length, 0, address, address.length) < 0) throw new Error("sendto " + libc.errno());
});`;

const ip = (args: readonly string[]): void => {
  const ran = spawnSync("ip", args, { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`ip ${args.join(" ")}: ${ran.stderr}`);
};

const instance = (name: string, lines: readonly string[]): string =>
  [`vrrp_instance ${name} {`, "interface eth0", "priority 150", ...lines, "}", ""].join("\n");

describe.skipIf(!isRoot || !isInstalled)("ears on a wire", () => {
  beforeAll(() => {
    ip(["netns", "add", namespace]);
    ip(["link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
    ip(["link", "set", end, "up"]);
    for (const each of ["lo", "eth0"]) ip(["-n", namespace, "link", "set", each, "up"]);
    ip(["-n", namespace, "addr", "add", "192.0.2.1/24", "dev", "eth0"]);
    ip(["-n", namespace, "addr", "add", "fe80::77/64", "dev", "eth0", "nodad"]);
    const file = join(folder, "keepalived.conf");
    const password = ["authentication {", "auth_type PASS", "auth_pass hush", "}"];
    const blocks = [
      instance("two", ["virtual_router_id 2", ...password, "virtual_ipaddress {", "192.0.2.12", "}"]),
      instance("three", [
        "version 3",
        "virtual_router_id 3",
        "advert_int 0.2",
        "virtual_ipaddress {",
        "192.0.2.13",
        "}",
      ]),
      instance("six", [
        "version 3",
        "virtual_router_id 6",
        "advert_int 0.2",
        "virtual_ipaddress {",
        "fe80::16",
        "}",
      ]),
    ];
    writeFileSync(file, blocks.join(""));
    const pids = ["-p", join(folder, "pid"), "-r", join(folder, "vrrp.pid")];
    const words = ["ip", "netns", "exec", namespace, "keepalived", "-P", "-n", "-l", "-f", file, ...pids];
    daemon = spawn("setpriv", ["--pdeathsig", "KILL", ...words], { stdio: "ignore" });
  });

  afterAll(async () => {
    packets.close();
    daemon?.kill("SIGTERM");
    for (const until = Date.now() + 5000; daemon?.exitCode === null && Date.now() < until;) await sleep(20);
    daemon?.kill("SIGKILL");
    spawnSync("ip", ["link", "del", end]);
    spawnSync("ip", ["netns", "del", namespace]);
    rmSync(folder, { recursive: true, force: true });
  });

  it("hear keepalived's adverts of both versions and families, sums right, and nothing else", async () => {
    const interfaceIndex = indexOf(end);
    const heard = new Map<number, Advertisement>();
    const refused: string[] = [];
    const ears = await packets.hear({ interfaceIndex, protocol: 112 }, (event) => {
      if (event.kind === "failed") throw event.error;
      if (event.kind === "overrun") throw new Error(`${event.packets} packets were not looked at`);
      const decoded = decodeDatagram(event.bytes);
      if (decoded.kind === "refused") refused.push(decoded.refusal.code);
      else heard.set(decoded.advertisement.virtualRouterId, decoded.advertisement);
    });
    for (const until = Date.now() + 15_000; heard.size < 3 && Date.now() < until;) await sleep(50);
    ears.close();
    expect(refused).toEqual([]);
    expect(heard.get(2)).toEqual({
      version: 2,
      virtualRouterId: 2,
      priority: 150,
      addresses: ["192.0.2.12"],
      advertIntervalS: 1,
      authentication: { type: "password", data: new Uint8Array([...Buffer.from("hush"), 0, 0, 0, 0]) },
      checksumRule: "plain",
    });
    expect(heard.get(3)).toMatchObject({ version: 3, advertIntervalCs: 20, checksumRule: "pseudo-header" });
    expect(heard.get(6)).toMatchObject({
      version: 3,
      addresses: ["fe80::16"],
      checksumRule: "pseudo-header",
    });
  });

  it("pass on a thousand packets a second at most, and count the rest", async () => {
    const interfaceIndex = indexOf(end);
    let taken = 0;
    let missed = 0;
    const ears = await packets.hear({ interfaceIndex, protocol: 253 }, (event) => {
      if (event.kind === "packet") taken += 1;
      if (event.kind === "overrun") missed += event.packets;
    });
    const sent = 20_000;
    const beganMs = performance.now();
    // From the other end of the wire; 253 is nobody's protocol (RFC 3692).
    const sender = spawn(
      "ip",
      ["netns", "exec", namespace, process.execPath, "-e", floodProgram, String(sent)],
      {
        cwd: import.meta.dirname,
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    await once(sender, "close");
    for (const until = Date.now() + 15_000; taken + missed < sent && Date.now() < until;) await sleep(50);
    ears.close();
    const seconds = Math.ceil((performance.now() - beganMs) / 1000) + 1;
    expect(taken).toBeLessThanOrEqual(seconds * 1000);
    expect(missed).toBeGreaterThan(0);
    expect(taken + missed).toBe(sent);
  });

  it("hear on several interfaces with one thread, each its own, until each is closed", async () => {
    const order = { interfaceIndex: indexOf(end), protocol: 112 };
    const threads = () => readdirSync("/proc/self/task").length;
    const heard = [0, 0];
    const first = await packets.hear(order, () => void (heard[0] = (heard[0] ?? 0) + 1));
    const withOne = threads();
    const second = await packets.hear(order, () => void (heard[1] = (heard[1] ?? 0) + 1));
    expect(threads()).toBeLessThanOrEqual(withOne);
    for (const until = Date.now() + 15_000; !heard.every((count) => count > 1) && Date.now() < until;)
      await sleep(20);
    first.close();
    const [atClose = 0, past = 0] = heard;
    for (const until = Date.now() + 15_000; (heard[1] ?? 0) < past + 3 && Date.now() < until;)
      await sleep(20);
    second.close();
    expect(heard[0]).toBe(atClose);
    expect(heard[1]).toBeGreaterThanOrEqual(past + 3);
  });

  it("end with the link, and say so", async () => {
    const [near, far] = [`vx${process.pid}`, `vy${process.pid}`];
    ip(["link", "add", near, "type", "veth", "peer", "name", far]);
    for (const each of [near, far]) ip(["link", "set", each, "up"]);
    const ended = new Promise<string | undefined>((resolve) => {
      void packets
        .hear({ interfaceIndex: indexOf(near), protocol: 112 }, (event) => {
          if (event.kind === "failed") resolve(event.error.errno);
        })
        .then(() => ip(["link", "set", near, "down"]));
    });
    expect(await ended).toBe("ENETDOWN");
    ip(["link", "del", near]);
  });

  it("say why they cannot hear", async () => {
    await expect(
      packets.hear({ interfaceIndex: 999_999, protocol: 112 }, () => undefined),
    ).rejects.toMatchObject({
      door: "packets",
      code: "not-found",
    });
  });
});
