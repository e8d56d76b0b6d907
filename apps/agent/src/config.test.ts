import { describe, expect, it } from "vitest";
import { readSettings } from "./config.ts";

describe("the settings", () => {
  it("have a default for everything, and an empty variable counts as not set", () => {
    expect(readSettings({ LVS_AGENT_LISTEN: "", PATH: "/bin" })).toEqual({
      isValid: true,
      settings: {
        stateDirectory: "/var/lib/lvs-agent",
        listen: { host: "0.0.0.0", port: 9443 },
        token: undefined,
        address: undefined,
        name: undefined,
        keepalivedConf: "/etc/keepalived/keepalived.conf",
        keepalivedBinary: "keepalived",
        keepalivedLog: undefined,
        fifos: [],
        service: { start: undefined, stop: undefined, reload: undefined },
      },
    });
  });

  it("are read from the environment", () => {
    expect(
      readSettings({
        LVS_AGENT_LISTEN: "[::1]:19443",
        LVS_AGENT_FIFOS: "/run/a.fifo:/run/b.fifo",
        LVS_AGENT_START: '["service","keepalived","start"]',
        LVS_AGENT_ADDRESS: "2001:db8::1",
        LVS_AGENT_KEEPALIVED_LOG: "journal:keepalived@blue.service",
      }),
    ).toMatchObject({
      isValid: true,
      settings: {
        listen: { host: "::1", port: 19_443 },
        fifos: ["/run/a.fifo", "/run/b.fifo"],
        service: { start: ["service", "keepalived", "start"] },
        address: "2001:db8::1",
        keepalivedLog: { kind: "journal", unit: "keepalived@blue.service" },
      },
    });
    expect(readSettings({ LVS_AGENT_KEEPALIVED_LOG: "/var/log/messages" })).toMatchObject({
      settings: { keepalivedLog: { kind: "file", path: "/var/log/messages" } },
    });
  });

  it("that are wrong are all named at once", () => {
    const reading = readSettings({
      LVS_AGENT_LISTEN: "9443",
      LVS_AGENT_STATE_DIR: "state",
      LVS_AGENT_ADDRESS: "lvs-1",
      LVS_AGENT_KEEPALIVED_LOG: "journal:--since=now keepalived",
      LVS_AGENT_STOP: "service keepalived stop",
    });
    expect(reading.isValid ? [] : reading.mistakes.map((mistake) => mistake.split(":")[0])).toEqual([
      "LVS_AGENT_STATE_DIR",
      "LVS_AGENT_LISTEN",
      "LVS_AGENT_ADDRESS",
      "LVS_AGENT_KEEPALIVED_LOG",
      "LVS_AGENT_STOP",
    ]);
  });
});
