import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POST as postAuth } from "@/app/api/auth/[...all]/route";
import { GET as getTrpc, POST as postTrpc } from "@/app/api/trpc/[trpc]/route";
import { db } from "./db.ts";
import { createPerson, setRole } from "./people.ts";
import { isSetupNeeded, prepareSetup, setupTokenFile } from "./setup.ts";
import { callAs, makePerson, openTestConsole, password, type TestConsole } from "./testing/console.ts";
import { access, readFile, stat } from "node:fs/promises";

let opened: TestConsole;
beforeAll(async () => {
  opened = await openTestConsole();
});
afterAll(() => opened.close());

const origin = "http://console.example:3000";

function ask(path: string, body: object, headers: Record<string, string> = {}): Request {
  return new Request(`${origin}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", host: "console.example:3000", origin, ...headers },
    body: JSON.stringify(body),
  });
}

const signIn = (email: string, given = password, headers = {}) =>
  postAuth(ask("/api/auth/sign-in/email", { email, password: given }, headers));

async function query(path: string, cookie: string): Promise<number> {
  const answer = await getTrpc(new Request(`${origin}/api/trpc/${path}`, { headers: { cookie } }));
  return answer.status;
}

const cookieOf = (answer: Response): string => answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";

describe("the first admin", () => {
  it("is made once, with the token that only this machine can read, and never without it", async () => {
    expect(await isSetupNeeded()).toBe(true);
    await prepareSetup();
    const file = setupTokenFile();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const token = (await readFile(file, "utf8")).trim();
    const first = { name: "First", email: "First@Example.com", password };
    const call = callAs(undefined);
    await expect(call.setup.createFirstAdmin({ ...first, token: `${token}0` })).rejects.toThrow(
      /not the token/u,
    );
    await expect(call.setup.createFirstAdmin({ ...first, password: "short", token })).rejects.toThrow();
    expect(await call.setup.status()).toEqual({ isNeeded: true });
    const outcomes = await Promise.allSettled([
      call.setup.createFirstAdmin({ ...first, token }),
      call.setup.createFirstAdmin({ ...first, email: "second@example.com", token }),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await db().user.findMany({ select: { role: true } })).toEqual([{ role: "admin" }]);
    await expect(access(file)).rejects.toThrow();
    await expect(call.setup.createFirstAdmin({ ...first, email: "c@example.com", token })).rejects.toThrow(
      /already/u,
    );
    const rows = JSON.stringify(await db().auditEntry.findMany({ select: { input: true } }));
    expect([rows.includes(token), rows.includes(password)]).toEqual([false, false]);
  });
});

describe("signing in", () => {
  it("sets a cookie that no script can read, and repeats its token nowhere", async () => {
    const { email } = await makePerson("viewer");
    const answer = await signIn(email);
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^lvs-console\.session_token=.*HttpOnly; SameSite=Lax$/u);
    expect(await answer.text()).toBe('{"ok":true}');
    expect(await query("users.me", cookieOf(answer))).toBe(200);
    expect(await query("users.list", cookieOf(answer))).toBe(403);
    expect(await query("users.me", "")).toBe(401);
  });

  it("answers a wrong password and a stranger alike, and records both", async () => {
    const { email } = await makePerson("viewer");
    const [wrong, stranger] = [await signIn(email, "not the password"), await signIn("nobody@example.com")];
    expect([wrong.status, stranger.status]).toEqual([401, 401]);
    expect(await wrong.text()).toBe(await stranger.text());
    const rows = await db().auditEntry.findMany({ where: { procedure: "auth.signIn", outcome: "refused" } });
    expect(JSON.stringify(rows.map((row) => row.input))).toContain(email);
  });

  it("is refused for a minute after ten tries at one account, the right password included", async () => {
    const { email } = await makePerson("viewer");
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const headers = { "x-forwarded-for": `192.0.2.${attempt}` };
      statuses.push((await signIn(email, "not the password", headers)).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
    expect((await signIn(email, password, { "x-forwarded-for": "192.0.2.99" })).status).toBe(429);
  });

  it("is refused from a page of another site", async () => {
    const { email } = await makePerson("viewer");
    expect((await signIn(email, password, { origin: "http://evil.example" })).status).toBe(403);
  });

  it.each(["/api/auth/sign-up/email", "/api/auth/update-user", "/api/auth/change-email", "/api/auth/ok"])(
    "%s is not served",
    async (path) => {
      expect((await postAuth(ask(path, { name: "x", email: "x@example.com", password }))).status).toBe(404);
    },
  );
});

describe("a session", () => {
  it("loses its rights with the role, and its life with the account", async () => {
    const { id, email } = await makePerson("admin");
    const cookie = cookieOf(await signIn(email));
    expect(await query("users.list", cookie)).toBe(200);
    await setRole(id, "operator");
    expect(await query("users.list", cookie)).toBe(403);
    await db().user.delete({ where: { id } });
    expect(await query("users.me", cookie)).toBe(401);
  });

  it("ends when somebody resets the password, and when it is signed out", async () => {
    const admin = await makePerson("admin");
    const { id, email } = await makePerson("viewer");
    const first = cookieOf(await signIn(email));
    await callAs(admin).users.resetPassword({ id, password: "another good long one" });
    expect(await query("users.me", first)).toBe(401);
    expect((await signIn(email)).status).toBe(401);
    const second = cookieOf(await signIn(email, "another good long one"));
    expect(await query("users.me", second)).toBe(200);
    await postAuth(ask("/api/auth/sign-out", {}, { cookie: second }));
    expect(await query("users.me", second)).toBe(401);
  });

  it("changes nothing by a request from elsewhere, with the cookie or not", async () => {
    const { email } = await makePerson("admin");
    const cookie = cookieOf(await signIn(email));
    const create = (headers: Record<string, string>) =>
      postTrpc(ask("/api/trpc/clusters.create", { name: `made by ${email}` }, { cookie, ...headers }));
    expect((await create({ origin: "http://evil.example" })).status).toBe(403);
    expect((await create({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect(await db().cluster.count()).toBe(0);
    expect((await create({})).status).toBe(200);
  });
});

describe("accounts", () => {
  it("keep one admin, whoever asks and however at once", async () => {
    await db().user.deleteMany();
    const [one, two] = [await makePerson("admin"), await makePerson("admin")];
    const call = callAs(one);
    const outcomes = await Promise.allSettled([
      call.users.setRole({ id: two.id, role: "viewer" }),
      call.users.remove({ id: one.id, confirmEmail: one.email }),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await db().user.count({ where: { role: "admin" } })).toBe(1);
  });

  it("are made once per e-mail, removed only by its name, and listed without anything secret", async () => {
    const admin = await makePerson("admin");
    const call = callAs(admin);
    const { id } = await call.users.create({
      name: "New",
      email: "New@Example.com",
      password,
      role: "operator",
    });
    await expect(createPerson({ name: "x", email: "new@example.com", password }, "viewer")).rejects.toThrow(
      /already/u,
    );
    const [found] = (await call.users.list()).filter((account) => account.id === id);
    expect(Object.keys(found ?? {}).toSorted()).toEqual(["createdAtMs", "email", "id", "name", "role"]);
    await expect(call.users.remove({ id, confirmEmail: "wrong" })).rejects.toThrow(/Type new@example.com/u);
    await call.users.remove({ id, confirmEmail: "new@example.com" });
    expect(await db().user.findUnique({ where: { id } })).toBeNull();
  });

  it("change their own password only with the current one", async () => {
    const person = await makePerson("viewer");
    const call = callAs(person);
    await expect(
      call.users.changeOwnPassword({ currentPassword: "wrong", newPassword: "another good long one" }),
    ).rejects.toThrow(/another one/u);
    await call.users.changeOwnPassword({ currentPassword: password, newPassword: "another good long one" });
    expect((await signIn(person.email, "another good long one")).status).toBe(200);
  });
});

describe("the record", () => {
  it("has the deed, its outcome and its doer, newest first, page by page", async () => {
    const admin = await makePerson("admin");
    const call = callAs(admin);
    await call.clusters.create({ name: "recorded" });
    await expect(call.clusters.create({ name: "recorded" })).rejects.toThrow();
    const page = await call.audit.list({ actor: admin.email, limit: 1 });
    expect(page.entries).toMatchObject([
      { procedure: "clusters.create", outcome: "refused", actor: admin.email },
    ]);
    const next = await call.audit.list({ actor: admin.email, limit: 1, beforeId: page.nextBeforeId });
    expect(next.entries).toMatchObject([{ outcome: "done", input: '{"name":"recorded"}' }]);
  });
});
