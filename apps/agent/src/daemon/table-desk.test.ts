import { describe, expect, it } from "vitest";
import type { Fact } from "@lvs/core/director/fact";
import type { ConfigFile } from "@lvs/core/director/state";
import { parseSave, printRestore } from "@lvs/core/ipvs/save-format";
import { Lock } from "../configuration/lock.ts";
import { simulatedSystem } from "../system/simulated/simulated-system.ts";
import { tableDesk } from "./table-desk.ts";

const rules = `-A -t 192.0.2.1:80 -s wlc
-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 100
-A -t 192.0.2.9:81 -s wlc
-a -t 192.0.2.9:81 -r 10.0.0.3:81 -m -w 7 -x 90 -y 30
-a -t 192.0.2.9:81 -r 10.0.0.4:81 -g -w 0
`;
const ofFile = { kind: "address", protocol: "TCP", address: "192.0.2.1", port: 80 } as const;
const byHand = { kind: "address", protocol: "TCP", address: "192.0.2.9", port: 81 } as const;
const seen = [
  { address: "10.0.0.4", port: 81 },
  { address: "10.0.0.3", port: 81 },
];

const file = (loadedSha256?: string): Fact<ConfigFile> => ({
  status: "known",
  atMs: 1,
  value: {
    path: "/etc/keepalived/keepalived.conf",
    sha256: "a",
    sizeBytes: 1,
    modifiedAtMs: 1,
    owner: "root:root",
    mode: "0644",
    configured: {
      instances: [],
      services: [
        {
          id: ofFile,
          scheduler: "wlc",
          forwarding: "Route",
          quorum: 1,
          delayLoopS: 1,
          realServers: [],
          line: 1,
        },
      ],
    },
    diagnostics: [],
    ...(loadedSha256 === undefined ? {} : { loadedSha256 }),
  },
});

const open = (config: Fact<ConfigFile> = file()) => {
  const { value: table } = parseSave(rules);
  const system = simulatedSystem({ ipvs: table });
  const expected: string[] = [];
  const touched: string[] = [];
  const desk = tableDesk({
    system,
    lock: new Lock(),
    expect: ({ address }) => void expected.push(address),
    touched: () => Promise.resolve(void touched.push("table")),
    settingsTouched: () => Promise.resolve(void touched.push("settings")),
    config: () => config,
  });
  const text = (): string => printRestore(system.kernel.ipvs?.table ?? { services: [] });
  return { desk, system, text, expected, touched };
};
const before = open().text();

describe("timeouts", () => {
  const now = { tcpS: 900, tcpFinS: 120, udpS: 300 };

  it("are set where they still are what was seen, and the facts are read again", async () => {
    const at = open();
    const timeouts = { tcpS: 60, tcpFinS: 90, udpS: 300 };
    expect(await at.desk.setTimeouts({ timeouts, expected: now, isRuleWaived: false })).toEqual({
      outcome: "done",
      previous: now,
      timeouts,
      command: "ipvsadm --set 60 90 300",
    });
    expect(at.system.kernel.ipvs?.timeouts).toEqual(timeouts);
    expect(at.touched).toEqual(["settings"]);
  });

  it("that somebody else has set since are left alone", async () => {
    const at = open();
    const expected = { ...now, udpS: 60 };
    const answer = await at.desk.setTimeouts({
      timeouts: { ...now, tcpS: 60 },
      expected,
      isRuleWaived: true,
    });
    expect(answer).toMatchObject({ outcome: "refused", code: "timeoutsChanged" });
    expect(at.system.kernel.ipvs?.timeouts).toEqual(now);
  });

  it("short of TCP and not below FIN are refused unless the rule is waived", async () => {
    const at = open();
    const timeouts = { ...now, tcpS: 600 };
    const ask = (isRuleWaived: boolean) => at.desk.setTimeouts({ timeouts, expected: now, isRuleWaived });
    expect(await ask(false)).toMatchObject({ outcome: "refused", code: "timeoutsRefused" });
    expect(at.system.kernel.ipvs?.timeouts).toEqual(now);
    expect(await ask(true)).toMatchObject({ outcome: "done" });
  });
});

describe("the flush of a service", () => {
  it("that no file names takes its rows and no others, and puts back the very same", async () => {
    const at = open();
    const answer = await at.desk.flushService({ service: byHand, expected: seen });
    expect(answer).toMatchObject({
      outcome: "done",
      removed: [
        { address: "10.0.0.3", forwarding: "Masq", weight: 7, upperThreshold: 90, lowerThreshold: 30 },
        { address: "10.0.0.4", forwarding: "Route", weight: 0 },
      ],
      wayBack: [
        "-a -t 192.0.2.9:81 -r 10.0.0.3:81 -m -w 7 -x 90 -y 30",
        "-a -t 192.0.2.9:81 -r 10.0.0.4:81 -g -w 0",
      ],
    });
    expect(at.text()).toBe(
      before
        .split("\n")
        .filter((line) => !line.startsWith("-a -t 192.0.2.9"))
        .join("\n"),
    );
    expect(at.expected).toEqual(["10.0.0.3", "10.0.0.4"]);
    expect(await at.desk.putBack({ service: byHand })).toEqual({
      outcome: "done",
      added: [
        { address: "10.0.0.3", port: 81 },
        { address: "10.0.0.4", port: 81 },
      ],
      present: [],
    });
    expect(at.text()).toBe(before);
    expect(at.touched).toEqual(["table", "table"]);
  });

  it("puts back only what is missing by then, and only once", async () => {
    const at = open();
    await at.desk.flushService({ service: byHand, expected: seen });
    const kernel = at.system.kernel.ipvs;
    const again = parseSave("-A -t 192.0.2.9:81 -s wlc\n-a -t 192.0.2.9:81 -r 10.0.0.4:81 -g -w 55\n").value;
    if (kernel !== undefined)
      kernel.table = {
        ...kernel.table,
        services: kernel.table.services.map((each) =>
          each.destinations.length === 0
            ? { ...each, destinations: again.services[0]?.destinations ?? [] }
            : each,
        ),
      };
    expect(await at.desk.putBack({ service: byHand })).toMatchObject({
      added: [{ address: "10.0.0.3" }],
      present: [{ address: "10.0.0.4" }],
    });
    expect(at.text()).toContain("-a -t 192.0.2.9:81 -r 10.0.0.4:81 -g -w 55");
    expect(await at.desk.putBack({ service: byHand })).toMatchObject({ code: "nothingKept" });
  });

  it("is refused where the file names it, may name it, or nobody knows; and where other rows stand there", async () => {
    const absent = { status: "absent", atMs: 1, reason: "there is no file" } as const;
    const unknown = { status: "unknown", atMs: 1, reason: "not read yet" } as const;
    const refusals: readonly [string, Fact<ConfigFile>, typeof byHand | typeof ofFile, typeof seen][] = [
      ["serviceConfigured", file(), ofFile, [{ address: "10.0.0.1", port: 80 }]],
      ["configUnknown", unknown, byHand, seen],
      ["configUnknown", file("another"), byHand, seen],
      ["rowChanged", file("a"), byHand, seen.slice(1)],
      ["rowChanged", absent, byHand, [...seen, { address: "10.0.0.5", port: 81 }]],
    ];
    for (const [code, config, service, expected] of refusals) {
      const at = open(config);
      expect(await at.desk.flushService({ service, expected })).toMatchObject({ outcome: "refused", code });
      expect(at.text()).toBe(before);
      expect(at.expected).toEqual([]);
    }
    const gone = await open().desk.flushService({ service: { ...byHand, port: 82 }, expected: [] });
    expect(gone).toMatchObject({ code: "serviceNotFound" });
  });
});
