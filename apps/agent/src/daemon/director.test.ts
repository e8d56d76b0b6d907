import { describe, expect, it } from "vitest";
import { knownValue } from "@lvs/core/director/fact";
import { setWeight } from "../ipvs/set-weight.ts";
import { SystemError } from "../system/system-error.ts";
import { conf, fifo, log, run, service, text, vip, type Running } from "./director.fixture.ts";

const instance = ({ agent }: Running) => knownValue(agent.state.read().vrrp)?.[0];
const verdict = ({ agent }: Running) => knownValue(agent.state.read().health)?.[0]?.verdict;
const kinds = ({ events }: Running) => events.map(({ kind }) => kind);

describe("a takeover", () => {
  it("is on the stream with the address and with keepalived's word, without waiting for a sweep", async () => {
    const at = await run();
    expect(instance(at)).toMatchObject({ state: "BACKUP", addresses: [{ isHeld: false }] });
    at.system.kernel.addAddress(vip);
    at.system.fifos.write(fifo, 'INSTANCE "VI_1" MASTER 150');
    expect(instance(at)).toMatchObject({
      state: "MASTER",
      addresses: [{ isHeld: true }],
      lastTransition: { from: "BACKUP", to: "MASTER", source: "fifo" },
    });
    await at.pass(50);
    expect(kinds(at)).toEqual(expect.arrayContaining(["addressAdded", "vrrpTransition"]));
    expect(knownValue(at.agent.state.read().host)?.interfaces[0]?.addresses).toEqual(["192.0.2.1/32"]);
  });

  it("whose daemon then dies leaves an orphan within a sweep", async () => {
    const at = await run();
    at.system.kernel.addAddress(vip);
    at.system.fifos.write(fifo, 'INSTANCE "VI_1" MASTER 150');
    at.engine.isUp = false;
    await at.pass(1_100);
    expect(instance(at)).toMatchObject({ state: "STOP", isOrphaned: true });
    expect(kinds(at)).toContain("daemonStopped");
    expect(verdict(at)).toBe("unknown");
  });
});

describe("a row of the table", () => {
  it("that a checker takes out is down and no hand's work", async () => {
    const at = await run();
    expect(verdict(at)).toBe("up");
    at.system.fifos.write(fifo, "RS [10.0.0.1]:tcp:80 [192.0.2.1]:tcp:80 DOWN");
    at.system.files.append(log, "TCP connection to [10.0.0.1]:tcp:80 failed.\n");
    await setWeight(at.system, { service, address: "10.0.0.1", port: 80, weight: 0 });
    await at.pass(3_000);
    expect(verdict(at)).toBe("down");
    expect(knownValue(at.agent.state.read().health)?.[0]?.cause).toContain("failed");
    expect(kinds(at)).not.toContain("tableChangedByHand");
  });

  it("that somebody changes is named, the agent's own change is not", async () => {
    const at = await run();
    await at.pass(1_000);
    await setWeight(at.system, { service, address: "10.0.0.1", port: 80, weight: 3 });
    await at.pass(3_000);
    const named = at.events.filter(({ kind }) => kind === "tableChangedByHand");
    expect(named).toMatchObject([{ subject: "TCP 192.0.2.1:80 10.0.0.1:80", detail: "weight 1 → 3" }]);
    const ours = await at.agent.table.setWeight({
      row: { service, address: "10.0.0.1", port: 80 },
      weight: 5,
    });
    expect(ours).toMatchObject({ outcome: "done", previousWeight: 3, destination: { weight: 5 } });
    await at.pass(3_000);
    expect(at.events.filter(({ kind }) => kind === "tableChangedByHand")).toHaveLength(1);
  });

  it("is unknown, not gone, while the kernel cannot be asked", async () => {
    const at = await run();
    at.system.kernel.failure = new SystemError({
      door: "netlink",
      code: "failed",
      subject: "IPVS",
      reason: "does not answer",
    });
    await at.pass(1_100);
    expect(at.agent.state.read().table).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("does not answer"),
    });
    at.system.kernel.failure = undefined;
    await at.pass(1_100);
    expect(at.agent.state.read().table.status).toBe("known");
  });
});

describe("keepalived.conf", () => {
  it("changed by hand is shown as not loaded, until keepalived reads it", async () => {
    const at = await run();
    await at.pass(1_000);
    at.system.files.put(conf, text.replace("priority 150", "priority 140"));
    await at.pass(1_100);
    const config = () => knownValue(at.agent.state.read().config);
    expect(config()?.configured.instances[0]?.priority).toBe(140);
    expect(config()?.loadedSha256).not.toBe(config()?.sha256);
    at.system.files.append(log, "Sat Nov 21 06:24:09 2026: Reloading ...\n");
    await at.pass(1_000);
    expect(config()?.loadedSha256).toBe(config()?.sha256);
    expect(kinds(at)).toContain("configChanged");
    expect((await at.agent.config.versions()).map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
  });
});

describe("the log", () => {
  it("is told with the daemon: where it lies, and that it is gone", async () => {
    const at = await run();
    const told = () => knownValue(at.agent.state.read().daemon)?.log;
    expect(told()).toEqual({ source: log });
    await at.system.files.remove(log);
    await at.pass(2_500);
    expect(told()).toEqual({ source: log, problem: `${log}: no such file` });
  });

  it("is passed on without the password that a debugging daemon prints", async () => {
    const at = await run();
    at.system.files.append(log, "   Authentication type = SIMPLE_PASSWORD\n   Password = s3cretXX\n");
    await at.pass(600);
    expect(at.agent.state.read().log.join("\n")).toContain("Password = ••••");
    expect(JSON.stringify(at.agent.state.read())).not.toContain("s3cretXX");
  });
});

describe("an end of the agent", () => {
  it("touches neither the daemon nor the table", async () => {
    const at = await run();
    const closing = at.director.close();
    await at.pass(1_000);
    await closing;
    expect(at.engine.orders).toEqual([]);
    expect(at.system.processes.sent).toEqual([]);
    expect(at.system.kernel.ipvs?.table.services[0]?.destinations).toHaveLength(1);
  });
});
