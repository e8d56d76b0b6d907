import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "./db.ts";
import { mayDo, permissionOf, permissions } from "./permissions.ts";
import { Problem } from "./problem.ts";
import { roleSchema } from "./role.ts";
import { appRouter } from "./router.ts";
import { makePerson, openTestConsole, type TestConsole } from "./testing/console.ts";
import { createCaller, type Context } from "./trpc.ts";

let opened: TestConsole;
beforeAll(async () => {
  opened = await openTestConsole();
});
afterAll(() => opened.close());

/** From the router itself: a new procedure is covered by being there. */
const procedures = Object.entries(appRouter._def.procedures);

function isMutation(procedure: unknown): boolean {
  const definition: unknown = typeof procedure === "function" ? Reflect.get(procedure, "_def") : undefined;
  return (
    typeof definition === "object" && definition !== null && Reflect.get(definition, "type") === "mutation"
  );
}

/** Calls a procedure by its path, without an input: whoever is let through meets the input's check next. */
async function call(path: string, context: Context): Promise<unknown> {
  let at: unknown = createCaller(appRouter)(context);
  for (const key of path.split(".")) {
    if ((typeof at !== "object" && typeof at !== "function") || at === null) throw new Error(`no ${path}`);
    at = Reflect.get(at, key);
  }
  if (typeof at !== "function") throw new Error(`no procedure ${path}`);
  const answer: unknown = await at(undefined);
  return answer;
}

async function problemOf(path: string, context: Context): Promise<string> {
  try {
    await call(path, context);
    return "answered";
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    return error.cause instanceof Problem ? error.cause.problem : error.code;
  }
}

const stranger = { person: undefined, isSameOrigin: true, clientAddress: "192.0.2.1" } as const;

describe("permissions", () => {
  it("name every procedure of the router and nothing else", () => {
    expect(Object.keys(permissions).toSorted()).toEqual(procedures.map(([path]) => path).toSorted());
    expect(procedures.length).toBeGreaterThan(30);
  });

  it("leave only the first set-up public", () => {
    const open = Object.entries(permissions).filter(([, permission]) => permission === "public");
    expect(open.map(([path]) => path).toSorted()).toEqual(["setup.createFirstAdmin", "setup.status"]);
  });

  describe.each(procedures.map(([path]) => path).filter((path) => permissionOf(path) !== "public"))(
    "%s",
    (path) => {
      it("refuses whoever is not signed in", async () => {
        expect(await problemOf(path, stranger)).toBe("signInNeeded");
      });

      // Said here again on purpose: from the code under test it would prove nothing.
      const order = ["viewer", "operator", "admin"] as const;
      const lesser = order.slice(
        0,
        Math.max(
          0,
          order.findIndex((role) => role === permissionOf(path)),
        ),
      );
      it.each(lesser)("refuses a %s", async (role) => {
        const person = await makePerson(role);
        expect(await problemOf(path, { ...stranger, person })).toBe("roleTooLow");
      });
    },
  );

  it.each(procedures.filter(([, procedure]) => isMutation(procedure)).map(([path]) => path))(
    "%s refuses an admin's request from another site, and keeps a record of it",
    async (path) => {
      const person = await makePerson("admin");
      expect(await problemOf(path, { ...stranger, person, isSameOrigin: false })).toBe("crossOrigin");
      const rows = await db().auditEntry.findMany({ where: { actorId: person.id } });
      expect(rows.map((row) => [row.procedure, row.outcome])).toEqual([[path, "refused"]]);
    },
  );

  it("a role that is none of ours may nothing", () => {
    expect(roleSchema.options.map((role) => mayDo("owner", role))).toEqual([false, false, false]);
  });
});
