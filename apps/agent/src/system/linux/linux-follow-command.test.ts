import { describe, expect, it } from "vitest";
import type { CommandEvent } from "../commands.ts";
import { followCommand } from "./linux-follow-command.ts";
import { linuxProcesses } from "./linux-processes.ts";

const processes = linuxProcesses();

/** What it says until `isEnough`. */
const hear = (
  argv: readonly string[],
  isEnough: (events: readonly CommandEvent[]) => boolean,
): Promise<{ readonly events: CommandEvent[]; readonly close: () => void }> =>
  new Promise((resolve) => {
    const events: CommandEvent[] = [];
    const { close } = followCommand(argv, (event) => {
      events.push(event);
      if (isEnough(events)) resolve({ events, close });
    });
  });
const hasEnded = (events: readonly CommandEvent[]): boolean => events.at(-1)?.kind === "ended";

describe("a command that goes on", () => {
  it("is heard line by line while it runs, in the C locale", async () => {
    const script = 'echo "one $LC_ALL"; printf "a "; echo line; exec sleep 77';
    const { events, close } = await hear(["sh", "-c", script], (all) => all.length === 2);
    close();
    expect(events).toEqual([
      { kind: "line", text: "one C" },
      { kind: "line", text: "a line" },
    ]);
  });

  it("that ends by itself says how, with its last words, behind its last line", async () => {
    const { events } = await hear(["sh", "-c", "echo last; echo no journal >&2; exit 3"], hasEnded);
    expect(events).toEqual([
      { kind: "line", text: "last" },
      { kind: "ended", error: expect.objectContaining({ door: "commands", code: "closed" }) },
    ]);
    expect(events.at(-1)).toMatchObject({
      error: { message: expect.stringMatching(/ended with 3: no journal$/u) },
    });
  });

  it("that is not there is not found, told once", async () => {
    const { events } = await hear(["/nowhere/journalctl"], hasEnded);
    expect(events).toEqual([{ kind: "ended", error: expect.objectContaining({ code: "not-found" }) }]);
  });

  it("that is closed is ended with everything it started, and says nothing more", async () => {
    const { events, close } = await hear(
      ["sh", "-c", "sleep 7331 & echo $!; wait; echo late"],
      (all) => all.length === 1,
    );
    const [first] = events;
    const pid = first?.kind === "line" ? Number(first.text) : 0;
    const isRunning = async (): Promise<boolean> =>
      (await processes.list()).some((each) => each.pid === pid && each.state !== "Z");
    expect(await isRunning()).toBe(true);
    close();
    close();
    await expect.poll(isRunning).toBe(false);
    expect(events).toHaveLength(1);
  });
});
