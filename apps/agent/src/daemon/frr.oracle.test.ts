import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { composeModel } from "@lvs/core/keepalived/compose";
import { preprocess } from "@lvs/core/keepalived/preprocess";
import { secretsOf } from "@lvs/core/keepalived/redact";
import { addressFamily } from "@lvs/core/net/address";
import type { Advertisement } from "@lvs/core/vrrp/advertisement";
import { decodeAdvertisement } from "@lvs/core/vrrp/packet";
import { openDatagram } from "@lvs/core/vrrp/datagram";
import type { OwnRouter } from "@lvs/core/vrrp/observation";
import { configuredRouters, ownRouters } from "@lvs/core/vrrp/own-routers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linuxClock } from "../system/linux/linux-clock.ts";
import { LinuxPackets } from "../system/linux/linux-packets.ts";
import { VrrpObserver } from "../vrrp/observer.ts";
import { Frr, ip, whyNoFrr } from "./frr.fixture.ts";

/**
 * FRR's vrrpd, a speaker that is not keepalived, on a wire with a real keepalived and our ears. What is heard must be what each was told
 * to say, and what is found must be what is wrong.
 */
const why =
  whyNoFrr() ?? (spawnSync("which", ["keepalived"]).status === 0 ? undefined : "keepalived is missing");
if (why !== undefined) console.log(`skipped: ${why}`);

const id = process.pid % 100_000;
const wire = `fb${id}`;
const frrSpace = `frr${id}`;
const directorSpace = `frrka${id}`;
const frrAddress = "192.0.2.1";
const directorAddress = "192.0.2.2";
const folder = mkdtempSync(join(tmpdir(), "lvs-frr-peer-"));
const packets = new LinuxPackets();
let frr: Frr | undefined;
let daemon: ChildProcess | undefined;

const addHost = (namespace: string, address: string): void => {
  ip(["netns", "add", namespace]);
  const port = `p${namespace}`;
  ip(["link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
  ip(["link", "set", port, "master", wire, "up"]);
  for (const each of ["lo", "eth0"]) ip(["-n", namespace, "link", "set", each, "up"]);
  ip(["-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0"]);
};

/** Version 3 with both families (VRID 51), and version 2 (VRID 52). */
const routers = [
  {
    virtualRouterId: 51,
    version: 3,
    priority: 150,
    advertIntervalMs: 500,
    addresses: ["192.0.2.51", "192.0.2.61", "2001:db8::51"],
  },
  { virtualRouterId: 52, version: 2, priority: 120, advertIntervalMs: 2000, addresses: ["192.0.2.52"] },
] as const;

const conf = (lines: readonly string[]): string =>
  `vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\npriority 200\n${lines.join("\n")}\n}\n`;

const addresses = (all: readonly string[]): string => `virtual_ipaddress {\n${all.join("\n")}\n}`;
/** Says what FRR says. */
const alike = ["version 3", "advert_int 0.5", addresses(["192.0.2.51/24", "192.0.2.61/24"])];

const startKeepalived = async (text: string): Promise<void> => {
  await stopKeepalived();
  const path = join(folder, "keepalived.conf");
  writeFileSync(path, text);
  const pids = ["-p", join(folder, "pid"), "-r", join(folder, "vrrp.pid")];
  const words = ["ip", "netns", "exec", directorSpace, "keepalived", "-P", "-n", "-l", "-f", path, ...pids];
  daemon = spawn("setpriv", ["--pdeathsig", "KILL", ...words], { stdio: "ignore" });
};

const stopKeepalived = async (): Promise<void> => {
  if (daemon === undefined) return;
  const hasEnded = once(daemon, "close");
  daemon.kill("SIGTERM");
  await hasEnded;
  daemon = undefined;
};

/** Since when keepalived's host has the VIP; undefined: it has not. */
let masterSinceMs: number | undefined;

const lookWhoIsMaster = (): void => {
  const { stdout } = spawnSync("ip", ["-n", directorSpace, "addr", "show", "dev", "eth0"], {
    encoding: "utf8",
  });
  masterSinceMs = stdout.includes("192.0.2.51/") ? (masterSinceMs ?? Date.now()) : undefined;
};

/**
 * As its agent sees them. Its adverts on the wire alone would not do: a MASTER that is sent adverts it refuses more often than its own
 * interval sends none itself (keepalived 2.2.7), and keeps the VIP.
 */
const routersOf = (text: string): readonly OwnRouter[] => {
  const { value: tree } = preprocess(new TextEncoder().encode(text), { path: "k.conf", configId: "lvs-1" });
  const configured = configuredRouters(composeModel(tree).value, secretsOf(tree.bytes));
  const present = { masterSinceMs: () => masterSinceMs, addressOf: () => directorAddress };
  return ownRouters(configured, present).map((router) => ({ ...router, link: wire }));
};

const wireIndex = (): number => Number(readFileSync(`/sys/class/net/${wire}/ifindex`, "utf8"));

/** Ears on the wire, and what they find of VRID 51. */
const listen = async (text: string) => {
  const own = () => routersOf(text);
  const observer = new VrrpObserver({ packets, clock: linuxClock(), own, onHeard: () => undefined });
  await observer.listen([{ link: wire, interfaceIndex: wireIndex() }]);
  const found = (): string[] =>
    observer.observed.findings
      .filter(({ virtualRouterId, code }) => virtualRouterId === 51 && code !== "unknown-virtual-router")
      .map(({ code, reason, sources }) => [code, reason ?? "-", ...sources.toSorted()].join(" "))
      .toSorted();
  return { observer, found };
};

/** What is found while keepalived runs with this file, once it is as expected. */
const foundWith = async (text: string, expected: readonly string[]): Promise<string[]> => {
  masterSinceMs = undefined;
  await startKeepalived(text);
  const { observer, found } = await listen(text);
  for (const until = Date.now() + 20_000; Date.now() < until && found().join() !== expected.join();) {
    await sleep(50);
    lookWhoIsMaster();
  }
  const last = found();
  observer.close();
  return last;
};

describe.skipIf(why !== undefined)("FRR's vrrpd", () => {
  beforeAll(async () => {
    ip(["link", "add", wire, "type", "bridge", "stp_state", "0", "mcast_snooping", "0"]);
    ip(["link", "set", wire, "up"]);
    addHost(frrSpace, frrAddress);
    addHost(directorSpace, directorAddress);
    frr = new Frr(frrSpace, routers);
    await frr.untilStatus(51, "Master");
    await frr.untilStatus(52, "Master");
  }, 60_000);

  afterAll(async () => {
    await stopKeepalived();
    await frr?.stop();
    packets.close();
    for (const name of [frrSpace, directorSpace]) spawnSync("ip", ["netns", "del", name]);
    spawnSync("ip", ["link", "del", wire]);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it("is heard in both versions and families, and every field is what its configuration says", async () => {
    const heard = new Map<string, { advert: Advertisement; source: string; atMs: number[] }>();
    const refused: string[] = [];
    const ears = await packets.hear({ interfaceIndex: wireIndex(), protocol: 112 }, (event) => {
      if (event.kind !== "packet") throw new Error(event.kind);
      const datagram = openDatagram(event.bytes);
      if (datagram === undefined) throw new Error("no datagram");
      const { source } = datagram.envelope;
      const decoded = decodeAdvertisement(datagram.message, datagram.envelope);
      if (decoded.kind === "refused") {
        refused.push(decoded.refusal.code);
        return;
      }
      const { advertisement: advert } = decoded;
      const key = `${advert.virtualRouterId} ${addressFamily(source)}`;
      heard.set(key, { advert, source, atMs: [...(heard.get(key)?.atMs ?? []), event.atMs] });
    });
    const isEnough = () =>
      ["51 inet", "51 inet6", "52 inet"].every((key) => (heard.get(key)?.atMs.length ?? 0) > 2);
    for (const until = Date.now() + 20_000; !isEnough() && Date.now() < until;) await sleep(50);
    ears.close();
    expect(refused).toEqual([]);
    const three = {
      version: 3,
      virtualRouterId: 51,
      priority: 150,
      advertIntervalCs: 50,
      checksumRule: "pseudo-header",
    };
    expect(heard.get("51 inet")).toMatchObject({
      source: frrAddress,
      advert: { ...three, addresses: ["192.0.2.51", "192.0.2.61"] },
    });
    expect(heard.get("51 inet6")).toMatchObject({ source: expect.stringMatching(/^fe80::/u), advert: three });
    expect(heard.get("51 inet6")?.advert.addresses).toContain("2001:db8::51");
    expect(heard.get("52 inet")?.advert).toMatchObject({
      version: 2,
      virtualRouterId: 52,
      priority: 120,
      advertIntervalS: 2,
      addresses: ["192.0.2.52"],
      authentication: { type: "none" },
      checksumRule: "plain",
    });
    const { atMs = [] } = heard.get("51 inet") ?? {};
    const gaps = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(250);
  });

  it("beside a keepalived that says the same gives way, and nothing is found", async () => {
    const text = conf(alike);
    await startKeepalived(text);
    await frr?.untilStatus(51, "Backup");
    lookWhoIsMaster();
    const { observer, found } = await listen(text);
    const speakers = () =>
      observer.observed.observation.speakers.filter(
        ({ virtualRouterId, source }) => virtualRouterId === 51 && addressFamily(source) === "inet",
      );
    const isHeard = () => speakers().some(({ adverts }) => adverts > 5);
    for (const until = Date.now() + 20_000; !isHeard() && Date.now() < until;) await sleep(50);
    expect(speakers()).toMatchObject([{ source: directorAddress, priority: 200, instance: "VI_1" }]);
    expect(speakers()[0]?.disagreement).toBeUndefined();
    expect(found()).toEqual([]);
    expect(masterSinceMs).toBeDefined();
    observer.close();
  });

  it.each([
    [
      "another list of addresses",
      ["version 3", "advert_int 0.5", addresses(["192.0.2.51/24"])],
      [`not-believed address-list ${frrAddress}`, `second-master - ${frrAddress} ${directorAddress}`],
    ],
    [
      "version 2",
      ["version 2", "advert_int 1", addresses(["192.0.2.51/24", "192.0.2.61/24"])],
      [`not-believed other-version ${frrAddress}`, `second-master - ${frrAddress} ${directorAddress}`],
    ],
  ])(
    "beside a keepalived with %s is the second MASTER, and the reason is named",
    async (_, lines, expected) => {
      // FRR does not compare lists; it believes whoever has the higher priority.
      frr?.configure(["vrrp 51 priority 250"]);
      expect(await foundWith(conf(lines), expected)).toEqual(expected);
      frr?.configure(["vrrp 51 priority 150"]);
    },
  );

  it("with another interval is MASTER over a keepalived that believes it, and the interval is named", async () => {
    frr?.configure(["vrrp 51 priority 250"]);
    const expected = [`other-interval - ${frrAddress}`];
    const slow = ["version 3", "advert_int 1", addresses(["192.0.2.51/24", "192.0.2.61/24"])];
    expect(await foundWith(conf(slow), expected)).toEqual(expected);
    frr?.configure(["vrrp 51 priority 150"]);
  });
});
