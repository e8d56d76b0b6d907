import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  hearNews,
  type HeardReading,
  isCapped,
  nothingHeard,
  type ReadingNews,
  readingNewsSchema,
} from "@lvs/core/director/connection-reading";
import { busiestAnswerSchema, drainHoldsAnswerSchema } from "@lvs/core/director/connections";
import {
  flushServiceResultSchema,
  putBackResultSchema,
  setTimeoutsResultSchema,
} from "@lvs/core/director/table-commands";
import { directorStateSchema } from "@lvs/core/director/state";
import { parseConnectionListing, printConnectionListing } from "@lvs/core/ipvs/listing-connections";
import { parseTimeouts } from "@lvs/core/ipvs/listing-state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { startAgent } from "../lab/agent.ts";
import { down } from "../lab/down.ts";
import { mustExec } from "../lab/exec.ts";
import { holdConnections } from "../lab/load/hold.ts";
import { projectRoot } from "../lab/machine/state.ts";
import { waitFor } from "../lab/machine/wait.ts";
import { up } from "../lab/up.ts";
import { startConsole, type TestConsole } from "./agent/console.ts";

const lab = `kn${process.pid % 100_000}`;
const bundle = join(projectRoot, "apps/agent/dist/agent.mjs");
const lvs1 = "10.77.0.11";
const lvs2 = "10.77.0.12";
/** Persistent for 50 s, through lvs-2. */
const vip = { to: "10.77.0.100", port: 3000 };
const service = { kind: "address", protocol: "TCP", address: vip.to, port: vip.port };
const [one, two] = ["10.77.0.201", "10.77.0.202"];

let testConsole: TestConsole;
const held: { readonly release: () => Promise<void> }[] = [];

async function ask<Schema extends z.ZodType>(
  schema: Schema,
  host: string,
  path: string,
  input?: unknown,
): Promise<z.infer<Schema>> {
  const answer = await testConsole.query(host, path, input);
  expect(answer.error).toBeUndefined();
  return schema.parse(answer.data);
}
async function tell<Schema extends z.ZodType>(
  schema: Schema,
  path: string,
  input: unknown,
): Promise<z.infer<Schema>> {
  const answer = await testConsole.mutate(lvs2, path, input);
  expect(answer.error).toBeUndefined();
  return schema.parse(answer.data);
}
const onLvs2 = (command: string): Promise<string> => mustExec(lab, "lvs-2", ["sh", "-c", command]);

/** The lines without their second word, which counts down between two looks. */
const timeless = (listing: string): string[] =>
  listing
    .split("\n")
    .filter((line) => /^(?:TCP|UDP|IP) /u.test(line))
    .map((line) => line.replace(/^(\S+ +)\S+ +/u, "$1"));

/** What lvs-2 or another says of one reading, piece by piece. */
async function follow(
  input: unknown,
  { host = lvs2, messages }: { readonly host?: string; readonly messages?: number } = {},
): Promise<{ news: ReadingNews; atMs: number }[]> {
  const options = { input, ...(messages === undefined ? {} : { messages }) };
  const said = await testConsole.follow(host, "connections.find", options);
  return said.map(({ atMs, data }) => ({ news: readingNewsSchema.parse(data), atMs }));
}

/** A reading to its end. */
async function find(input: unknown, host = lvs2): Promise<HeardReading> {
  let reading = nothingHeard;
  for (const { news } of await follow(input, { host })) reading = hearNews(reading, news);
  if (reading.end?.kind !== "ended") throw new Error("the table was not read to its end");
  return reading;
}
const matching = (filter: unknown, limit?: number): unknown => ({ kind: "matching", filter, limit });

/** Asks between two looks by hand until both looks are of one table: then the answer must be that table. */
async function compare(input: unknown, grep: string): Promise<HeardReading> {
  return waitFor({ what: "a table at rest", everyMs: 200 }, async () => {
    const look = (): Promise<string> => onLvs2(`ipvsadm -Lnc | ${grep} || true`);
    const before = timeless(await look());
    const answer = await find(input);
    const after = timeless(await look());
    if (before.join("\n") !== after.join("\n")) return undefined;
    expect(timeless(printConnectionListing(answer.connections, {})).toSorted()).toEqual(before.toSorted());
    expect(before.length).toBeGreaterThan(0);
    return answer;
  });
}

beforeAll(async () => {
  if (!existsSync(bundle)) throw new Error(`the agent is not built: ${bundle}`);
  await up({ name: lab, topology: "dual" });
  testConsole = await startConsole(lab, "10.77.0.2");
  for (const director of ["lvs-1", "lvs-2"])
    await startAgent(lab, director, { LVS_AGENT_TOKEN: await testConsole.token() });
  await waitFor({ what: "lvs-2 MASTER of its VIP", everyMs: 200 }, async () => {
    const answer = await testConsole.query(lvs2, "state.read").catch(() => undefined);
    const state = directorStateSchema.safeParse(answer?.data);
    if (!state.success || state.data.vrrp.status !== "known") return undefined;
    const isHeld = state.data.vrrp.value.some(({ addresses }) =>
      addresses.some(({ address, isHeld: has }) => address === vip.to && has),
    );
    return isHeld && state.data.table.status === "known" && state.data.config.status === "known"
      ? true
      : undefined;
  });
  held.push(await holdConnections({ lab, ...vip, from: one, count: 3 }));
  held.push(await holdConnections({ lab, ...vip, from: two, count: 2 }));
  held.push(await holdConnections({ lab, ...vip, port: 4000, from: one, count: 1 }));
});

afterAll(async () => {
  for (const each of held) await each.release();
  testConsole.close();
  await down({ name: lab });
});

describe("the connection table of a director with clients", () => {
  it("is that of ipvsadm -Lnc, entry by entry, and its totals count it", async () => {
    const answer = await compare(matching({}), "cat");
    expect(answer.totals).toMatchObject({ connections: 6, templates: 3, byState: { ESTABLISHED: 6 } });
    expect(answer.entryCount).toBe(9);
    const lines = timeless(await onLvs2("ipvsadm -Lnc"));
    for (const [server, counted] of Object.entries(answer.totals.byRealServer)) {
      const own = lines.filter((line) => line.trimEnd().endsWith(` ${server}`));
      const open = own.filter((line) => line.includes(" ESTABLISHED ")).length;
      expect(counted.byState).toEqual(open === 0 ? {} : { ESTABLISHED: open });
      expect(counted.templates).toBe(own.length - open);
      expect((counted.longestTemplateS ?? 0) > 0).toBe(counted.templates > 0);
    }
    const capped = await find(matching({}, 2));
    // The time that a template holds is another a moment later.
    const { byRealServer: _, ...sums } = answer.totals;
    expect(capped).toMatchObject({ totals: sums });
    expect(isCapped(capped)).toBe(true);
    expect(capped.connections).toHaveLength(2);
  });

  it("filtered is what grep finds", async () => {
    const realServers = { address: "10.77.0.23", port: 4000 };
    await compare(matching({ service }), "grep -wF 10.77.0.100:3000");
    await compare(matching({ state: "ESTABLISHED" }), "grep -w ESTABLISHED");
    await compare(matching({ kind: "template" }), "grep -F ':0 '");
    await compare(matching({ client: "10.77.0.200/30" }), "grep -wE '10.77.0.20[0-3]'");
    const all = await find(matching({ service }));
    const [server = ""] = Object.keys(all.totals.byRealServer);
    const [address = "", port = ""] = server.split(":");
    const realServer = { address, port: Number(port) };
    await compare(matching({ realServer }), `grep -wF ${server}`);
    const none = await find(matching({ realServer: { ...realServers, port: 4001 } }));
    expect(none.connections).toEqual([]);
  });

  it("says which real server serves a client as ipvsadm -Lnc | grep does, its template with it; elsewhere nobody", async () => {
    const answer = await compare({ kind: "serving", client: one }, `grep -wF ${one}`);
    expect(answer.totals).toMatchObject({ connections: 4, templates: 2 });
    const elsewhere = await find({ kind: "serving", client: one }, lvs1);
    expect(elsewhere).toMatchObject({ connections: [], totals: { connections: 0, templates: 0 } });
  });

  it("names the busiest client, and the drained real server that a template still holds, with its time", async () => {
    expect(
      await ask(busiestAnswerSchema, lvs2, "connections.busiest", { filter: {}, limit: 1 }),
    ).toMatchObject({
      clients: [{ address: one, connections: 4, established: 4, finWait: 0, templates: 2 }],
      clientCount: 2,
    });
    const ofOne = timeless(await onLvs2(`ipvsadm -Lnc | grep -wF ${one}`));
    const top = await ask(busiestAnswerSchema, lvs2, "connections.busiest", { filter: {}, limit: 1 });
    const counted = top.status === "known" ? (top.clients[0]?.byRealServer ?? {}) : {};
    for (const [server, entries] of Object.entries(counted))
      expect(ofOne.filter((line) => line.trimEnd().endsWith(` ${server}`))).toHaveLength(entries);
    expect(Object.values(counted).reduce((sum, entries) => sum + entries, 0)).toBe(ofOne.length);
    const templates = async () => {
      const text = await onLvs2("ipvsadm -Lnc | grep -F ':0 ' | grep -wF 10.77.0.100:3000");
      return parseConnectionListing(text).value;
    };
    const [template] = await templates();
    if (template === undefined) throw new Error("no template");
    const { address, port } = template.destination;
    const setWeight = (weight: number): Promise<string> =>
      onLvs2(`ipvsadm -e -t 10.77.0.100:3000 -r ${address}:${port} -g -w ${weight}`);
    await setWeight(0);
    try {
      await waitFor({ what: "the hold", everyMs: 100 }, async () => {
        const longest = (entries: Awaited<ReturnType<typeof templates>>): number =>
          Math.max(
            ...entries
              .filter(({ destination }) => destination.address === address)
              .map((each) => each.expiresS),
          );
        const before = longest(await templates());
        const answer = await ask(drainHoldsAnswerSchema, lvs2, "connections.drainHolds");
        const after = longest(await templates());
        const hold = answer.status === "known" ? answer.holds[0] : undefined;
        if (hold === undefined) return undefined;
        expect(hold).toMatchObject({ service, realServer: { address, port } });
        expect(hold.longestExpiresS).toBeLessThanOrEqual(Math.max(before, after));
        expect(hold.longestExpiresS).toBeGreaterThanOrEqual(Math.min(before, after));
        return hold;
      });
    } finally {
      await setWeight(100);
    }
  });
});

describe("what is changed of the table", () => {
  const timeouts = { tcpS: 90, tcpFinS: 100, udpS: 300 };
  const read = async () => parseTimeouts(await onLvs2("ipvsadm -L --timeout")).value;

  it("timeouts are what ipvsadm then says; set by hand meanwhile they stay", async () => {
    const expected = await read();
    expect(await tell(setTimeoutsResultSchema, "table.setTimeouts", { timeouts, expected })).toMatchObject({
      outcome: "done",
      previous: expected,
      command: "ipvsadm --set 90 100 300",
    });
    expect(await read()).toEqual(timeouts);
    await onLvs2("ipvsadm --set 91 0 0");
    const late = { timeouts: { tcpS: 900, tcpFinS: 120, udpS: 300 }, expected: timeouts };
    expect(await tell(setTimeoutsResultSchema, "table.setTimeouts", late)).toMatchObject({
      outcome: "refused",
      code: "timeoutsChanged",
    });
    expect(await read()).toEqual({ ...timeouts, tcpS: 91 });
  });

  it("a service made by hand is emptied and filled again, one of the file never", async () => {
    const make = "ipvsadm -A -t 10.77.0.100:81 -s rr";
    const rows = ["10.77.0.21:81 -g -w 5", "10.77.0.22:81 -g -w 0"];
    await onLvs2([make, ...rows.map((row) => `ipvsadm -a -t 10.77.0.100:81 -r ${row}`)].join(" && "));
    const save = async () => (await onLvs2("ipvsadm -Sn")).split("\n").toSorted();
    const before = await save();
    const byHand = { ...service, port: 81 };
    const expected = ["10.77.0.21", "10.77.0.22"].map((address) => ({ address, port: 81 }));
    const flush = (question: unknown) => tell(flushServiceResultSchema, "table.flushService", question);
    expect(await flush({ service: byHand, expected: expected.slice(1) })).toMatchObject({
      code: "rowChanged",
    });
    const ofFile = ["10.77.0.21", "10.77.0.22"].map((address) => ({ address, port: 3000 }));
    expect(await flush({ service, expected: ofFile })).toMatchObject({ code: "serviceConfigured" });
    expect(await save()).toEqual(before);
    // The kernel lists the newest row first.
    const flushed = await flush({ service: byHand, expected });
    if (flushed.outcome !== "done") throw new Error(flushed.reason);
    expect(flushed.wayBack.toSorted()).toEqual(rows.map((row) => `-a -t 10.77.0.100:81 -r ${row}`));
    expect(await save()).toEqual(before.filter((line) => !line.startsWith("-a -t 10.77.0.100:81")));
    const put = await tell(putBackResultSchema, "table.putBack", { service: byHand });
    expect(put).toMatchObject({ outcome: "done", present: [] });
    expect(put).toHaveProperty("added.length", 2);
    expect(await save()).toEqual(before);
  });
});

describe("a large connection table", () => {
  const clients = 400;
  const ports = 100;
  const vipOfMany = "198.51.100.9";
  /** Ages and the fill itself: the table of this director has some entries more. */
  const about = clients * ports;
  const fill = join(projectRoot, "e2e/bench/ipvs/fill-connections.ts");

  beforeAll(async () => {
    await onLvs2(
      [
        `ip link add dum9 type dummy; ip addr add ${vipOfMany}/24 dev dum9; ip link set dum9 up`,
        `ipvsadm -A -u ${vipOfMany}:53 -s rr; ipvsadm -a -u ${vipOfMany}:53 -r 198.51.100.77:53 -m -w 1`,
        "ipvsadm --set 0 0 3000",
        `${process.execPath} ${fill} ${vipOfMany} 53 ${clients} ${ports}`,
      ].join("; "),
    );
    await waitFor({ what: "the sums of the new entries", everyMs: 200 }, async () => {
      const [first] = await follow(matching({ state: "NONE" }), { messages: 1 });
      return first?.news.kind === "begun" && (first.news.expected ?? 0) >= about ? true : undefined;
    });
  });

  it("is told while it is read: how many entries to expect, rows long before the end, every match once", async () => {
    const said = await follow(matching({ client: "10.200.0.7" }));
    const [begun] = said;
    if (begun?.news.kind !== "begun") throw new Error(begun?.news.kind);
    let reading = nothingHeard;
    let firstRowMs: number | undefined;
    const counts: number[] = [];
    for (const { atMs, news } of said) {
      reading = hearNews(reading, news);
      if (news.kind === "found") counts.push(news.entryCount);
      if (reading.connections.length > 0) firstRowMs ??= atMs - begun.atMs;
    }
    const tookMs = (said.at(-1)?.atMs ?? 0) - begun.atMs;
    expect(reading.end?.kind).toBe("ended");
    expect(reading.entryCount).toBeGreaterThanOrEqual(about);
    expect(Math.abs(reading.entryCount - (reading.expected ?? 0))).toBeLessThan(100);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.length).toBeGreaterThan(2);
    // At most four a second, the first and the last beside them.
    expect(counts.length).toBeLessThanOrEqual(tookMs / 250 + 2);
    expect(firstRowMs).toBeLessThan(tookMs / 2);
    const theirs = timeless(await onLvs2("ipvsadm -Lnc | grep -F ' 10.200.0.7:'"));
    expect(timeless(printConnectionListing(reading.connections, {})).toSorted()).toEqual(theirs.toSorted());
    expect(theirs).toHaveLength(ports);
  });

  it("is read no further once the caller hung up: the next question has its turn at once", async () => {
    const [begun, ...rest] = await follow(matching({ state: "NONE" }));
    const tookMs = (rest.at(-1)?.atMs ?? 0) - (begun?.atMs ?? 0);
    const [cut] = await follow(matching({ state: "NONE" }), { messages: 2 }).then((said) => said.slice(-1));
    const [next] = await follow(matching({ state: "NONE" }), { messages: 1 });
    expect(next?.news.kind).toBe("begun");
    expect((next?.atMs ?? Infinity) - (cut?.atMs ?? 0)).toBeLessThan(tookMs / 2);
  });
});
