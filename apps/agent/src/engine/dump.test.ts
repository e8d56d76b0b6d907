import { describe, expect, it } from "vitest";
import { simulatedSystem } from "../system/simulated/simulated-system.ts";
import { dumpReader } from "./dump.ts";

const path = "/tmp/keepalived_check.data";

function question() {
  const system = simulatedSystem();
  const asked = system.processes.start({ pid: 11, name: "keepalived" });
  system.files.put("/proc/11/environ", "HOME=/\0");
  system.processes.onSignal(() => system.files.put(path, "written"));
  const parse = (text: string) => (text === "" ? undefined : text);
  const request = { parent: asked, asked, signal: "SIGUSR1", file: "keepalived_check.data", parse } as const;
  const read = dumpReader(system);
  const ask = async (): Promise<string> => {
    const answer = read(request);
    answer.catch(() => undefined);
    for (let step = 0; step < 80; step += 1) await system.clock.advance(50);
    return answer;
  };
  return { system, ask };
}

describe("a keepalived that is asked for a picture of itself", () => {
  it("gives the one that it writes then, which does not stay on the disk", async () => {
    const { system, ask } = question();
    system.files.put(path, "old");
    expect(await ask()).toBe("written");
    expect(system.files.textOf(path)).toBeUndefined();
  });

  it("by two at once gives each one of its own", async () => {
    const { system, ask } = question();
    let pictures = 0;
    system.processes.onSignal(() => {
      pictures += 1;
      system.files.put(path, `picture ${pictures}`);
    });
    expect(await Promise.all([ask(), ask()])).toEqual(["picture 1", "picture 2"]);
  });

  it("is never sent a signal that it would end of", async () => {
    const { system, ask } = question();
    system.processes.deadly.add("SIGUSR1");
    await expect(ask()).rejects.toMatchObject({ code: "not-supported" });
    expect(system.processes.sent).toEqual([]);
  });
});
