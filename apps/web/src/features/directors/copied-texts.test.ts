import { parseSave } from "@lvs/core/ipvs/save-format";
import type { DirectorState } from "@lvs/core/director/state";
import { describe, expect, it } from "vitest";
import { copiedTexts } from "./copied-texts.ts";

const rules = `-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 192.0.2.8:80 -g -w 1
-a -t 192.0.2.1:80 -r 192.0.2.7:80 -g -w 1
`;
const { services } = parseSave(rules).value;
const table: DirectorState["table"] = {
  status: "known",
  atMs: 0,
  value: {
    version: "1.2.1",
    size: 4096,
    services: services.map((service) => ({
      ...service,
      destinations: service.destinations.map((each) => ({ ...each, activeConnections: 123_456_789 })),
    })),
  },
};
const settings: DirectorState["settings"] = {
  status: "known",
  atMs: 0,
  value: {
    timeouts: { tcpS: 900, tcpFinS: 120, udpS: 300 },
    sysctls: {},
    syncDaemons: [{ role: "master", interface: "eth0", syncId: 51 }],
  },
};
const of = (command: string): string =>
  copiedTexts({ table, settings }, "plain")
    .find((each) => each.command === command)
    ?.print() ?? "";

/** The real servers of a text, in its order. */
const order = (text: string): string[] => text.match(/192\.0\.2\.[78]:80/gu) ?? [];

describe("what can be copied of a director", () => {
  it("is first what is on the screen, with the switch of the view", () => {
    expect(copiedTexts({ table, settings }, "stats")[0]?.command).toBe("ipvsadm -Ln --stats --exact");
  });

  it("is each text as its command prints it: exact or rounded, sorted or in the kernel's order, rules, timeouts, daemons", () => {
    expect(of("ipvsadm -Ln --exact")).toContain("123456789");
    expect(order(of("ipvsadm -Ln --exact"))).toEqual(["192.0.2.7:80", "192.0.2.8:80"]);
    expect(order(of("ipvsadm -Ln --exact --nosort"))).toEqual(["192.0.2.8:80", "192.0.2.7:80"]);
    expect(of("ipvsadm -Sn")).toContain("-a -t 192.0.2.1:80 -r 192.0.2.7:80 -g -w 1\n");
    expect(of("ipvsadm -L --timeout")).toBe("Timeout (tcp tcpfin udp): 900 120 300\n");
    expect(of("ipvsadm -L --daemon")).toContain("master sync daemon (mcast=eth0, syncid=51");
  });

  it("is nothing of a table that is not known, and no timeouts where nobody read them", () => {
    const unknown = { status: "unknown", atMs: 0, reason: "" } as const;
    expect(copiedTexts({ table: unknown, settings }, "plain")).toEqual([]);
    const commands = copiedTexts({ table, settings: unknown }, "plain").map(({ command }) => command);
    expect(commands).not.toContain("ipvsadm -L --timeout");
  });
});
