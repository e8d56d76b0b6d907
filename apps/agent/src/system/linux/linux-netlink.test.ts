import { readdirSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { encodeGetFamily } from "@lvs/core/ipvs/genl";
import { encodeDumpAddresses, encodeDumpLinks } from "@lvs/core/net/netlink-address";
import { afterAll, describe, expect, it } from "vitest";
import { netlinkAddresses } from "../netlink-addresses.ts";
import { ask } from "../netlink.ts";
import { linuxClock } from "./linux-clock.ts";
import { LinuxNetlink } from "./linux-netlink.ts";

const netlink = new LinuxNetlink();
afterAll(async () => await netlink.close());

/** A descriptor may be gone between the listing and the look. */
const linkOf = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
};

describe("netlink on this machine", () => {
  it("gives the interfaces and addresses that the system itself lists", async () => {
    const { links, addresses } = await netlinkAddresses(netlink, linuxClock()).snapshot();
    const names = new Map(links.map(({ index, name }) => [index, name]));
    const ours = addresses.map(({ interfaceIndex, address }) => `${names.get(interfaceIndex)} ${address}`);
    const theirs = Object.entries(networkInterfaces()).flatMap(([name, all]) =>
      (all ?? []).map(({ address }) => `${name} ${address}`),
    );
    for (const entry of theirs) expect(ours).toContain(entry);
    expect(links.find(({ isLoopback }) => isLoopback)?.name).toBe("lo");
  });

  it("answers many questions asked at once each with its own answer", async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const request = index % 2 === 0 ? encodeDumpLinks() : encodeDumpAddresses();
        const answers = [];
        for await (const some of netlink.exchange("route", [request, request])) {
          for (const { index: at, errno, bytes } of some) answers.push({ at, errno, type: bytes[4] });
        }
        return answers;
      }),
    );
    for (const [index, answers] of all.entries()) {
      const type = index % 2 === 0 ? 16 : 20;
      expect(answers.map(({ at, errno }) => [at, errno])).toEqual([
        [0, 0],
        [1, 0],
      ]);
      // A machine without any address answers a dump of them with its end alone.
      for (const answer of answers) expect([type, 3]).toContain(answer.type);
    }
  });

  it("says that there is no such family, and does not fail over it", async () => {
    const answer = await ask(netlink, "generic", {
      bytes: encodeGetFamily("NO_SUCH_FAMILY"),
      name: "a family",
    });
    expect(answer.errno).toBe(2);
  });

  it("an exchange that is left early leaves the socket usable", async () => {
    for await (const _ of netlink.exchange("route", Array.from({ length: 50 }, encodeDumpLinks))) break;
    const { links } = await netlinkAddresses(netlink, linuxClock()).snapshot();
    expect(links.length).toBeGreaterThan(0);
  });

  it("a closed subscription leaves no socket open", async () => {
    const addresses = netlinkAddresses(netlink, linuxClock());
    const sockets = (): number =>
      readdirSync("/proc/self/fd").filter((fd) => linkOf(fd).startsWith("socket:")).length;
    await addresses.snapshot();
    const before = sockets();
    for (let turn = 0; turn < 4; turn += 1) {
      const subscription = await addresses.watch(() => {});
      subscription.close();
    }
    const deadline = Date.now() + 5000;
    while (sockets() > before && Date.now() < deadline) await linuxClock().sleep(20);
    expect(sockets()).toBe(before);
  });

  it("after closing says so", async () => {
    const closed = new LinuxNetlink();
    await closed.close();
    await expect(netlinkAddresses(closed, linuxClock()).snapshot()).rejects.toMatchObject({ code: "closed" });
  });
});
