import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginAudit } from "./audit.ts";
import { db } from "./db.ts";
import { callAs, makePerson, openTestConsole, type TestConsole } from "./testing/console.ts";
import type { Person } from "./person.ts";

/** The audit log as it is asked for, on a real PostgreSQL. */

let opened: TestConsole;
let admin: Person;
beforeAll(async () => {
  opened = await openTestConsole();
  admin = await makePerson("admin");
  const entry = (atMs: number, procedure: string, input: object, detail = "") =>
    db().auditEntry.create({
      data: { at: new Date(atMs), actor: "a_b@example.com", procedure, input, outcome: "done", detail },
    });
  await entry(1_000, "table.setTimeouts", { directorId: "lvs-1", tcpS: 900 });
  await entry(2_000, "directors.revoke", { id: "lvs-1" });
  await entry(3_000, "users.remove", { id: "lvs-1" }, "50% done");
  await entry(4_000, "table.flushService", { directorId: "lvs-2" });
});
afterAll(() => opened.close());

type Question = Parameters<ReturnType<typeof callAs>["audit"]["list"]>[0];
const list = async (question: Question): Promise<string[]> =>
  (await callAs(admin).audit.list(question)).entries.map(({ procedure }) => procedure);

describe("the audit log", () => {
  it("of a director is what named it, and nothing of somebody else with the same id", async () => {
    expect(await list({ directorId: "lvs-1" })).toEqual(["directors.revoke", "table.setTimeouts"]);
  });

  it("is asked by time and by text, as it was typed", async () => {
    expect(await list({ fromMs: 2_000, toMs: 4_000 })).toEqual(["users.remove", "directors.revoke"]);
    expect(await list({ text: "0%" })).toEqual(["users.remove"]);
    expect(await list({ text: "TABLE.", toMs: 5_000 })).toEqual(["table.flushService", "table.setTimeouts"]);
    expect(await list({ text: "a_b@", fromMs: 4_000, toMs: 4_001 })).toEqual(["table.flushService"]);
    expect(await list({ text: "a%b@" })).toEqual([]);
  });

  it("names the run that was started, and the way back of a change", async () => {
    const ended = async (data: unknown): Promise<string | undefined> => {
      const audit = await beginAudit({ person: undefined, procedure: "p", input: {} });
      await audit.endWith({ ok: true, data });
      return (await callAs(admin).audit.list({ procedure: "p", limit: 1 })).entries[0]?.detail;
    };
    expect(await ended({ runId: "r-1" })).toBe("run r-1");
    expect(await ended({ wayBack: ["-a", "-b"] })).toBe("-a\n-b");
    expect(await ended({ runId: "r-1", events: [] })).toBe("");
  });

  it("is nobody's but an admin's", async () => {
    await expect(callAs(await makePerson("operator")).audit.list({ text: "x" })).rejects.toThrow();
  });
});
