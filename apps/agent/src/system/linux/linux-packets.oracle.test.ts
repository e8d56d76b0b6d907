import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeDatagram } from "@lvs/core/vrrp/datagram";
import type { Advertisement } from "@lvs/core/vrrp/packet";
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
    const interfaceIndex = Number(readFileSync(`/sys/class/net/${end}/ifindex`, "utf8"));
    const heard = new Map<number, Advertisement>();
    const refused: string[] = [];
    const ears = await packets.hear({ interfaceIndex, protocol: 112 }, (event) => {
      if (event.kind === "failed") throw event.error;
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

  it("say why they cannot hear", async () => {
    await expect(
      packets.hear({ interfaceIndex: 999_999, protocol: 112 }, () => undefined),
    ).rejects.toMatchObject({
      door: "packets",
      code: "not-found",
    });
  });
});
